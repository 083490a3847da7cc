import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { EvalError } from "../../src/domain/eval-error.js";
import { openAIModel, type OpenAIModel, type OpenAIModelOptions } from "../../src/io/openai.js";
import { answer, gate, startModelServer } from "../support/model-server.js";

const request = { messages: [{ role: "user", content: "hi" }], temperature: 0, maxTokens: 100 } as const;

/** A model that is closed at the end of its scope. */
function modelAt(baseUrl: string, options: Partial<OpenAIModelOptions> = {}): OpenAIModel & AsyncDisposable {
  const model = openAIModel({ baseUrl, model: "m", retryBaseMs: 1, ...options });
  return { ...model, [Symbol.asyncDispose]: () => model.close() };
}

describe("chat", () => {
  it("sends the request, and returns what came back", async () => {
    await using server = await startModelServer({
      reply: () => answer.ok("Ünï 😀", { reasoning_content: "hm", finishReason: "length" }),
    });
    await using model = modelAt(server.url);
    const reply = await model.chat({ ...request, seed: 7 });
    expect(reply).toEqual({
      kind: "replied",
      text: "Ünï 😀",
      reasoning: "hm",
      finishReason: "length",
      usage: { promptTokens: 7, completionTokens: 3 },
      latencyMs: expect.any(Number),
      attempts: 1,
    });
    expect(server.requests[0]?.body).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      temperature: 0,
      seed: 7,
      max_tokens: 100,
    });
    expect(model.url).toBe(`${server.url}/chat/completions`);
  });

  it("sends the key and extra fields, to a path with a query", async () => {
    await using server = await startModelServer({ basePath: "/openai/v1" });
    await using model = modelAt(`${server.url}/?api-version=1&sig=secret-value`, {
      apiKey: " sk-key-1234\n",
      extraHeaders: { "X-Org": "acme" },
      extraBody: { top_k: 1, temperature: 0.5 },
    });
    expect(await model.chat(request)).toMatchObject({ kind: "replied" });
    const [sent] = server.requests;
    expect(sent?.path).toBe("/openai/v1/chat/completions?api-version=1&sig=secret-value");
    expect(sent?.headers).toMatchObject({ authorization: "Bearer sk-key-1234", "x-org": "acme" });
    expect(sent?.body).toMatchObject({ top_k: 1, temperature: 0.5 });
    expect(model.url).toBe(`${server.origin}/openai/v1/chat/completions?api-version=1&sig=***`);
  });

  it("sends no Authorization without a key", async () => {
    await using server = await startModelServer();
    for (const apiKey of [undefined, "", "  "]) {
      await using model = modelAt(server.url, { apiKey });
      await model.chat(request);
    }
    expect(server.requests).toHaveLength(3);
    for (const { headers } of server.requests) expect(headers).not.toHaveProperty("authorization");
  });

  it("lets an extra header replace the usual one", async () => {
    await using server = await startModelServer();
    await using model = modelAt(server.url, { apiKey: "sk-key-1234", extraHeaders: { Authorization: "Basic abcd" } });
    await model.chat(request);
    expect(server.requests[0]?.headers.authorization).toBe("Basic abcd");
  });

  it("sends text with half of a surrogate pair", async () => {
    await using server = await startModelServer();
    await using model = modelAt(server.url);
    await model.chat({ ...request, messages: [{ role: "user", content: "half: \ud83d" }] });
    expect(server.requests[0]?.prompt).toBe("half: \ud83d");
  });

  it("takes an empty text for a reply", async () => {
    await using server = await startModelServer({ reply: () => answer.ok("") });
    await using model = modelAt(server.url);
    expect(await model.chat(request)).toMatchObject({ kind: "replied", text: "" });
  });

  it("keeps so many requests in flight as there are workers", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({ reply: () => opened.then(() => answer.ok()) });
    await using model = modelAt(server.url, { maxWorkers: 3 });
    const calls = Array.from({ length: 10 }, () => model.chat(request));
    await server.arrived(3);
    expect(model.statistics()).toMatchObject({ inFlight: 3, limit: 3, requests: 3 });
    open();
    await Promise.all(calls);
    expect(server.maxInFlight).toBe(3);
    expect(model.statistics()).toEqual({
      requests: 10,
      retries: 0,
      rateLimited: 0,
      replied: 10,
      failed: 0,
      promptTokens: 70,
      completionTokens: 30,
      inFlight: 0,
      limit: 3,
    });
  });

  it("tries more and more at a time while all goes well", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({
      reply: async (_, { index }) => {
        // the first round of 8 is answered at once; whatever follows waits
        if (index >= 8) await opened;
        return answer.ok();
      },
    });
    await using model = modelAt(server.url);
    const calls = Array.from({ length: 40 }, () => model.chat(request));
    await server.arrived(8 + 16);
    expect(model.statistics().limit).toBe(16);
    open();
    await Promise.all(calls);
    expect(model.statistics().limit).toBeGreaterThan(16);
  });

  it("rejects after close, also what waits", async () => {
    await using server = await startModelServer({ reply: () => answer.stallBeforeHeaders() });
    const model = modelAt(server.url, { maxWorkers: 1 });
    const calls = [model.chat(request), model.chat(request)].map(rejection);
    await server.arrived(1);
    await model.close();
    calls.push(rejection(model.chat(request)));
    for (const error of await Promise.all(calls))
      expect(error).toMatchObject({ code: "interrupted", message: "the model was closed" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("listModels", () => {
  it("lists ids, with our headers and none of the client's", async () => {
    await using server = await startModelServer({ models: ["a", "b"] });
    await using model = modelAt(server.url, { apiKey: "sk-key-1234" });
    expect(await model.listModels()).toEqual(["a", "b"]);
    expect(server.modelsHeaders).toMatchObject({ authorization: "Bearer sk-key-1234", "user-agent": "branchbench" });
    expect(Object.keys(server.modelsHeaders ?? {}).filter((name) => name.startsWith("x-stainless"))).toEqual([]);
  });

  it.each([
    ["404", undefined],
    ["403", answer.error(403, "missing scope")],
    ["500", answer.serverError()],
    ["501", answer.error(501, "not implemented")],
    ["an HTML page", answer.htmlPage()],
    ["broken JSON", answer.body('{"data": [')],
    ["an empty list", answer.json(200, { data: [] })],
    ["another shape", answer.json(200, { data: [null, 5] })],
    ["no body", answer.body("")],
  ])("knows nothing after %s", async (_, behaviour) => {
    await using server = await startModelServer(behaviour === undefined ? {} : { modelsReply: () => behaviour });
    await using model = modelAt(server.url);
    expect(await model.listModels()).toBeUndefined();
  });

  it("asks again where the server is not ready", async () => {
    await using server = await startModelServer({
      modelsReply: () => (server.modelsRequests < 3 ? answer.unavailable() : answer.json(200, { data: [{ id: "a" }] })),
    });
    await using model = modelAt(server.url);
    expect(await model.listModels()).toEqual(["a"]);
  });

  it("rejects where the key is not accepted, without the key", async () => {
    await using server = await startModelServer({ modelsReply: () => answer.unauthorized("sk-key-1234") });
    await using model = modelAt(server.url, { apiKey: "sk-key-1234" });
    const error = await rejection(model.listModels());
    expect(error).toMatchObject({ code: "server", hint: expect.stringContaining("--api-key-env") });
    expect(error.message).toContain("***");
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("sk-key-1234");
  });

  it("rejects where no server is", async () => {
    const server = await startModelServer();
    await server.close();
    await using model = modelAt(server.url, { maxRetries: 1 });
    const error = await rejection(model.listModels());
    expect(error).toMatchObject({
      code: "server",
      message: expect.stringContaining("connection refused by 127.0.0.1"),
    });
  });

  it("rejects at once after an abort", async () => {
    await using server = await startModelServer({ modelsReply: () => answer.stallBeforeHeaders() });
    await using model = modelAt(server.url);
    const controller = new AbortController();
    const listing = rejection(model.listModels(controller.signal));
    controller.abort();
    expect(await listing).toMatchObject({ code: "interrupted" });
  });
});

describe("options", () => {
  it.each<[string, Partial<OpenAIModelOptions>, string]>([
    ["a base URL that is none", { baseUrl: "://" }, "is not a URL"],
    ["workers", { maxWorkers: 0 }, "maxWorkers"],
    ["workers", { maxWorkers: 2.5 }, "maxWorkers"],
    ["workers", { maxWorkers: Number.NaN }, "maxWorkers"],
    ["a timeout", { timeoutMs: 0 }, "timeoutMs"],
    ["a timeout", { timeoutMs: Number.NaN }, "timeoutMs"],
    ["retries", { maxRetries: -1 }, "maxRetries"],
    ["a key with a line break", { apiKey: "sk-\nsecret" }, "the API key"],
    ["a key outside of Latin-1", { apiKey: "sk-secret…" }, "the API key"],
    ["a header's name", { extraHeaders: { "X Y": "secret" } }, '"X Y"'],
    ["a header of the connection", { extraHeaders: { "Content-Length": "secret" } }, '"Content-Length"'],
    ["a header's value", { extraHeaders: { "X-Y": "secret\u0000" } }, '"X-Y"'],
    ["an extra parameter", { extraBody: { stream: true } }, '"stream"'],
    ["an authority", { ca: "secret" }, "PEM"],
    ["a proxy", { baseUrl: "http://h.test", proxy: { httpProxy: "http://u:secret@p:99999" } }, "the proxy's address"],
  ])("refuses %s", (_, options, message) => {
    const error = thrownBy(() => openAIModel({ baseUrl: "http://127.0.0.1:1", model: "m", ...options }));
    expect(error).toMatchObject({ code: "input", message: expect.stringContaining(message) });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("secret");
  });

  it("takes any proxy for a server that is reached without one", async () => {
    await using server = await startModelServer();
    for (const httpProxy of ["socks5://me:hunter2%@proxy", "://", ""]) {
      await using model = modelAt(server.url, { proxy: { httpProxy } });
      expect(await model.chat(request)).toMatchObject({ kind: "replied" });
    }
  });

  it("takes a proxy's password for a secret", async () => {
    await using server = await startModelServer({ reply: () => answer.error(400, "hunter2 and p@ss") });
    await using model = modelAt(server.url, {
      proxy: { httpProxy: "me:hunter2@proxy", httpsProxy: "http://u:p%40ss@p" },
    });
    expect(await model.chat(request)).toMatchObject({ message: "HTTP 400: *** and ***" });
  });

  it("takes durations without end", async () => {
    await using server = await startModelServer();
    const endless = {
      timeoutMs: Infinity,
      connectTimeoutMs: Infinity,
      maxRetryAfterMs: Infinity,
      maxRetries: Infinity,
    };
    await using model = modelAt(server.url, endless);
    expect(await model.chat(request)).toMatchObject({ kind: "replied" });
  });
});

async function rejection(promise: Promise<unknown>): Promise<EvalError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function thrownBy(action: () => unknown): EvalError {
  try {
    action();
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
