import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ChatModel, ChatReply } from "../../src/domain/server/chat-model.js";
import { cacheInfo, pruneCache, responseCache } from "../../src/io/response-cache.js";
import { tempFolder } from "../support/temp-folder.js";

const request = { messages: [{ role: "user" as const, content: "q" }], temperature: 0, maxTokens: 10 };
const endpoint = { url: "http://127.0.0.1/v1/chat/completions", model: "m" };

function counting(reply: (call: number) => ChatReply): { readonly model: ChatModel; readonly calls: () => number } {
  let calls = 0;
  return { model: () => Promise.resolve(reply(++calls)), calls: () => calls };
}

const replied = (call: number): ChatReply => ({
  kind: "replied",
  text: `answer ${call}`,
  latencyMs: 5,
  attempts: 1,
  usage: { promptTokens: 1, completionTokens: 2 },
});

describe("responseCache", () => {
  it("asks once, also in another process later, and gives the same reply", async () => {
    await using folder = await tempFolder();
    const { model, calls } = counting(replied);
    const first = await responseCache(folder.path).cached(model, endpoint)(request);
    const cache = responseCache(folder.path);
    expect(await cache.cached(model, endpoint)(request)).toEqual(first);
    expect(calls()).toBe(1);
    expect(cache.statistics()).toEqual({ hits: 1, misses: 0 });
  });

  it.each([
    ["another message", { ...request, messages: [{ role: "user" as const, content: "p" }] }, endpoint],
    ["another role", { ...request, messages: [{ role: "system" as const, content: "q" }] }, endpoint],
    ["another temperature", { ...request, temperature: 0.1 }, endpoint],
    ["another limit", { ...request, maxTokens: 11 }, endpoint],
    ["another seed", { ...request, seed: 1 }, endpoint],
    ["another repeat", { ...request, repeat: 1 }, endpoint],
    ["another model", request, { ...endpoint, model: "n" }],
    ["another server", request, { ...endpoint, url: "http://127.0.0.2/v1/chat/completions" }],
    ["another body", request, { ...endpoint, extraBody: { top_p: 0.5 } }],
  ])("tells %s apart", async (_, otherRequest, otherEndpoint) => {
    await using folder = await tempFolder();
    const cache = responseCache(folder.path);
    const { model, calls } = counting(replied);
    await cache.cached(model, endpoint)(request);
    await cache.cached(model, otherEndpoint)(otherRequest);
    expect(calls()).toBe(2);
  });

  it("asks once for identical requests under way", async () => {
    await using folder = await tempFolder();
    const { model, calls } = counting(replied);
    const cached = responseCache(folder.path).cached(model, endpoint);
    const replies = await Promise.all([cached(request), cached(request), cached(request)]);
    expect(calls()).toBe(1);
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
  });

  it("keeps no failure", async () => {
    await using folder = await tempFolder();
    const { model, calls } = counting((call) =>
      call === 1 ? { kind: "failed", reason: "timeout", message: "", attempts: 1 } : replied(call),
    );
    const cached = responseCache(folder.path).cached(model, endpoint);
    expect(await cached(request)).toMatchObject({ kind: "failed" });
    expect(await cached(request)).toMatchObject({ kind: "replied" });
    expect(calls()).toBe(2);
  });

  it("asks again where an entry was damaged", async () => {
    await using folder = await tempFolder();
    const { model, calls } = counting(replied);
    await responseCache(folder.path).cached(model, endpoint)(request);
    const content = join(folder.path, "content-v2");
    for (const file of await readdir(content, { recursive: true, withFileTypes: true }))
      if (file.isFile()) await writeFile(join(file.parentPath, file.name), "{}");
    expect(await responseCache(folder.path).cached(model, endpoint)(request)).toMatchObject({ text: "answer 2" });
    expect(calls()).toBe(2);
  });

  it("says how much it holds, and removes what is older than told", async () => {
    await using folder = await tempFolder();
    expect(await cacheInfo(folder.path)).toEqual({ entries: 0, bytes: 0 });
    const { model } = counting(replied);
    await responseCache(folder.path).cached(model, endpoint)(request);
    expect((await cacheInfo(folder.path)).entries).toBe(1);
    expect(await pruneCache(folder.path, Date.now() - 60_000)).toEqual({ removed: 0, kept: 1 });
    expect(await pruneCache(folder.path, Date.now() + 60_000)).toEqual({ removed: 1, kept: 0 });
    expect((await cacheInfo(folder.path)).entries).toBe(0);
  });
});
