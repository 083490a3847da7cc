import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pulledMtBench } from "../../src/io/data-sets.js";
import { mtBenchAddress, pullMtBench } from "../../src/io/mt-bench-pull.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import type { FileReply } from "../support/file-server.js";
import { startFileServer } from "../support/file-server.js";
import { tempFolder } from "../support/temp-folder.js";

/** Where the published files lie on the server and in the data folder, and here. */
const files = [
  ["mt_bench/question.jsonl", "mt_bench/question.jsonl"],
  ["mt_bench/judge_prompts.jsonl", "mt_bench/judge_prompts.jsonl"],
  ["mt_bench/reference_answer/gpt-4.jsonl", "mt_bench/reference_answer/gpt-4.jsonl"],
  ["mt_bench_branch/judge_prompts.jsonl", "mt_bench/judge_prompts.branch.jsonl"],
] as const;
const paths = files.map(([path]) => path);

function published(path: string): string {
  const source = files.find(([known]) => `/data/${known}` === path)?.[1];
  return source === undefined ? "" : readFileSync(join(dataFolder, source), "utf8");
}

function genuine(path: string): FileReply | undefined {
  const content = published(path);
  return content === "" ? undefined : { kind: "whole", status: 200, content };
}

describe("pullMtBench, where the server does not give the published file", () => {
  it.each<[string, FileReply, RegExp]>([
    [
      "another file",
      { kind: "whole", status: 200, content: '{"question_id":81}\n' },
      /question\.jsonl is not the published file \(sha256 [0-9a-f]{64}, expected 1195/,
    ],
    ["an empty file", { kind: "whole", status: 200, content: "" }, /is not the published file/],
    [
      "an error page",
      { kind: "whole", status: 404, content: "not found" },
      /cannot download .*question\.jsonl: HTTP 404$/,
    ],
    ["a page elsewhere", { kind: "whole", status: 302, content: "" }, /HTTP 302$/],
    ["a connection that is cut", { kind: "cut", content: "x".repeat(10_000) }, /cannot download .*question\.jsonl: /],
    [
      "a connection that is cut in a file of unknown length",
      { kind: "cut-chunked", content: "x".repeat(10_000) },
      /cannot download .*question\.jsonl: /,
    ],
  ])("refuses %s and keeps nothing", async (_, reply, message) => {
    await using folder = await tempFolder();
    await using server = await startFileServer(() => reply);
    const pulling = pullMtBench({ dataDir: folder.file("data"), address: server.url });
    await expect(pulling).rejects.toEqual(evalError("server", message));
    expect(await folder.list()).toEqual([]);
    expect(server.asked).toEqual(["/mt_bench/question.jsonl"]);
  });

  it("gives up a server that says nothing", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer(() => ({ kind: "silent" }));
    const pulling = pullMtBench({ dataDir: folder.path, address: server.url, timeoutMs: 50 });
    await expect(pulling).rejects.toEqual(evalError("server", "cannot download", "--questions"));
  });

  it("says that no server is there", async () => {
    await using folder = await tempFolder();
    const server = await startFileServer(() => undefined);
    await server.close();
    await expect(pullMtBench({ dataDir: folder.path, address: server.url })).rejects.toEqual(
      evalError("server", `cannot download ${server.url}/mt_bench/question.jsonl: `, "without internet"),
    );
  });

  it("stops when it is told to", async () => {
    await using folder = await tempFolder();
    const stop = new AbortController();
    await using server = await startFileServer(() => {
      stop.abort();
      return { kind: "silent" };
    });
    const pulling = pullMtBench({ dataDir: folder.path, address: server.url, signal: stop.signal });
    await expect(pulling).rejects.toEqual(evalError("interrupted", "stopped"));
    expect(await folder.list()).toEqual([]);
  });

  it.each(["ftp://127.0.0.1/data", "/mnt/mirror", "", "file:///etc"])("refuses the address %j", async (address) => {
    await using folder = await tempFolder();
    await expect(pullMtBench({ dataDir: folder.path, address })).rejects.toEqual(
      evalError("input", "is not an http(s) address"),
    );
  });
});

describe.skipIf(!hasData)("pullMtBench", () => {
  it("puts every file in place and says so", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer(genuine);
    const told: string[] = [];
    const data = await pullMtBench({
      dataDir: folder.path,
      address: `${server.url}/data`,
      onFile: (path, state) => void told.push(`${state} ${path}`),
    });
    expect(data).toEqual({
      questions: folder.file("mt_bench/question.jsonl"),
      judgePrompts: folder.file("mt_bench/judge_prompts.jsonl"),
      references: folder.file("mt_bench/reference_answer/gpt-4.jsonl"),
      branchJudgePrompts: folder.file("mt_bench_branch/judge_prompts.jsonl"),
    });
    expect(told).toEqual(paths.map((path) => `downloaded ${folder.file(path)}`));
    expect(await folder.list()).toEqual(paths.toSorted());
    for (const path of paths) expect((await folder.read(path)) === published(`/data/${path}`)).toBe(true);
    expect(await pulledMtBench(folder.path)).toEqual(data);
  });

  it("asks nobody for what is there, and replaces what was altered", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer(genuine);
    const options = { dataDir: folder.path, address: `${server.url}/data` };
    await pullMtBench(options);
    server.asked.length = 0;
    const told: string[] = [];
    await pullMtBench({ ...options, onFile: (_, state) => void told.push(state) });
    expect(server.asked).toEqual([]);
    expect(told).toEqual(paths.map(() => "already there"));
    await folder.write("mt_bench/judge_prompts.jsonl", "altered");
    await pullMtBench(options);
    expect(server.asked).toEqual(["/data/mt_bench/judge_prompts.jsonl"]);
    expect(await pulledMtBench(folder.path)).toBeDefined();
  });

  it("keeps the files before the one that was altered on the way, and no byte of that one", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer((path) =>
      path.endsWith("gpt-4.jsonl") ? { kind: "whole", status: 200, content: `${published(path)} ` } : genuine(path),
    );
    await expect(pullMtBench({ dataDir: folder.path, address: `${server.url}/data` })).rejects.toEqual(
      evalError("server", "gpt-4.jsonl is not the published file"),
    );
    expect(await folder.list()).toEqual(["mt_bench/judge_prompts.jsonl", "mt_bench/question.jsonl"]);
    expect(await pulledMtBench(folder.path)).toBeUndefined();
  });
});

describe("pulledMtBench", () => {
  it("is none where nothing was pulled", async () => {
    await using folder = await tempFolder();
    expect(await pulledMtBench(folder.path)).toBeUndefined();
  });

  it.skipIf(!hasData).each(paths)("refuses an altered %s", async (altered) => {
    await using folder = await tempFolder();
    for (const path of paths) {
      const content = published(`/data/${path}`);
      await folder.write(path, path === altered ? content.replace("a", "b") : content);
    }
    await expect(pulledMtBench(folder.path)).rejects.toEqual(
      evalError("input", `${folder.file(altered)} is not the official file: it was altered`, "data pull mt_bench"),
    );
  });
});

describe("where the data comes from", () => {
  it("is a fixed commit, which nobody can change", () => {
    expect(mtBenchAddress).toMatch(/^https:\/\/.*\/instructlab\/eval\/[0-9a-f]{40}\//);
  });
});
