import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { ChatReply, ChatRequest } from "../../src/domain/server/chat-model.js";
import { EvalError } from "../../src/domain/eval-error.js";
import { openAIModel, type OpenAIModel, type OpenAIModelOptions } from "../../src/io/openai.js";
import {
  afterGood,
  answer,
  gate,
  inTurn,
  startModelServer,
  wantsMaxCompletionTokens,
  type Behaviour,
  type ModelServer,
} from "../support/model-server.js";
import { selfSigned } from "../support/self-signed.js";

/** A model that is impatient, and closed at the end of its scope. */
function modelAt({ url }: ModelServer, options: Partial<OpenAIModelOptions> = {}): OpenAIModel & AsyncDisposable {
  const model = openAIModel({ baseUrl: url, model: "m", retryBaseMs: 1, maxRetries: 2, ...options });
  return { ...model, [Symbol.asyncDispose]: () => model.close() };
}

function ask(content: string): ChatRequest {
  return { messages: [{ role: "user", content }], temperature: 0, maxTokens: 100 };
}

async function replyTo(
  behaviours: [Behaviour, ...Behaviour[]],
  options: Partial<OpenAIModelOptions> = {},
): Promise<ChatReply> {
  await using server = await startModelServer({ reply: inTurn(...behaviours) });
  await using model = modelAt(server, options);
  return await model.chat(ask("hi"));
}

describe("what may pass is tried again", () => {
  it.each([
    ["rate-limited", answer.rateLimited(), "HTTP 429: Rate limit reached"],
    ["server-error", answer.serverError(), "HTTP 500: internal error"],
    ["server-error", answer.unavailable(), "HTTP 503: Loading model"],
    ["server-error", answer.badGateway(), 'HTTP 502: an HTML page titled "502 Bad Gateway"'],
    ["server-error", answer.error(409, "conflict"), "HTTP 409: conflict"],
    ["server-error", answer.error(425, "too early"), "HTTP 425: too early"],
    ["timeout", answer.error(408, "request timeout"), "HTTP 408: request timeout"],
    ["timeout", answer.stallBeforeHeaders(), "no complete reply within 0.1 s"],
    ["timeout", answer.stallInBody(), "no complete reply within 0.1 s"],
    ["timeout", answer.slowDrip(5), "no complete reply within 0.1 s"],
    ["connection", answer.resetBeforeHeaders(), "the connection broke before a reply came"],
    ["connection", answer.halfBodyThenReset(), "the connection broke in the middle of the reply"],
    ["bad-reply", answer.garbageJson(), 'the reply is not JSON: {"choices": [{"mess'],
    ["bad-reply", answer.htmlPage("Log in"), 'the reply is an HTML page titled "Log in"'],
    ["bad-reply", answer.emptyChoices(), "the reply has no choices"],
    ["bad-reply", answer.body(""), "the reply is empty"],
    ["bad-reply", answer.json(200, { error: { message: "upstream failed", code: 502 } }), "upstream failed"],
  ])("%s: %o", async (reason, behaviour, message) => {
    const timeoutMs = behaviour.kind === "stall" || behaviour.kind === "drip" ? 100 : 60_000;
    const recovered = await replyTo([behaviour, behaviour, answer.ok("at last")], { timeoutMs, maxRetries: 50 });
    expect(recovered).toMatchObject({ kind: "replied", text: "at last" });
    // on a busy machine a good answer may be late as well
    if (timeoutMs === 100) expect(recovered.attempts).toBeGreaterThanOrEqual(3);
    else expect(recovered.attempts).toBe(3);
    expect(await replyTo([behaviour], { timeoutMs })).toEqual({
      kind: "failed",
      reason,
      message: expect.stringContaining(message),
      attempts: 3,
    });
  });

  it("also a server that is not there", async () => {
    const server = await startModelServer();
    await server.close();
    await using model = modelAt(server);
    expect(await model.chat(ask("hi"))).toEqual({
      kind: "failed",
      reason: "connection",
      message: `connection refused by ${new URL(server.url).host}`,
      attempts: 3,
    });
  });

  it("counts it", async () => {
    await using server = await startModelServer({
      reply: inTurn(answer.rateLimited(), answer.serverError(), answer.ok()),
    });
    await using model = modelAt(server);
    await model.chat(ask("hi"));
    expect(model.statistics()).toMatchObject({ requests: 3, retries: 2, rateLimited: 1, replied: 1, failed: 0 });
  });
});

describe("what would end alike is not tried again", () => {
  it.each([
    ["context-overflow", answer.contextOverflow("openai"), "maximum context length"],
    ["context-overflow", answer.contextOverflow("vllm"), "maximum context length"],
    ["context-overflow", answer.contextOverflow("llamacpp"), "available context size"],
    ["context-overflow", answer.contextOverflow("sglang"), "context length"],
    ["rejected", answer.error(400, "temperature must be at most 2"), "HTTP 400: temperature must be at most 2"],
    ["rejected", answer.error(413, "too large"), "HTTP 413: too large"],
    [
      "rejected",
      answer.json(422, { detail: [{ loc: ["body", "seed"], msg: "not an integer" }] }),
      "body.seed: not an integer",
    ],
    ["no-content", answer.nullContent(), "finish reason: tool_calls"],
  ])("%s: %o", async (reason, behaviour, message) => {
    expect(await replyTo([behaviour, answer.ok()])).toEqual({
      kind: "failed",
      reason,
      message: expect.stringContaining(message),
      ...(reason === "no-content" && { finishReason: "tool_calls" }),
      attempts: 1,
    });
  });

  it("403 after a success: a moderated prompt", async () => {
    await using server = await startModelServer({
      reply: inTurn(answer.ok(), answer.error(403, "flagged"), answer.ok()),
    });
    await using model = modelAt(server);
    expect(await model.chat(ask("fine"))).toMatchObject({ kind: "replied" });
    expect(await model.chat(ask("bad"))).toMatchObject({
      kind: "failed",
      reason: "rejected",
      message: "HTTP 403: flagged",
    });
    expect(await model.chat(ask("fine"))).toMatchObject({ kind: "replied" });
  });
});

describe("Retry-After", () => {
  it("is honoured", async () => {
    const reply = inTurn(answer.rateLimited({ "retry-after-ms": "200" }), answer.ok());
    await using server = await startModelServer({ reply });
    await using model = modelAt(server, { retryBaseMs: 0 });
    await model.chat(ask("hi"));
    const [first, second] = server.requests;
    // timers may be early by a fraction of a millisecond, never by more
    expect(Number(second?.startMs) - Number(first?.startMs)).toBeGreaterThanOrEqual(198);
  });

  it.each([{ "retry-after": "3600" }, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }])(
    "%o is capped",
    async (headers) => {
      expect(await replyTo([answer.unavailable(headers), answer.ok()], { maxRetryAfterMs: 20 })).toMatchObject({
        attempts: 2,
      });
    },
  );

  it("holds no permit meanwhile", async () => {
    const reply = inTurn(answer.rateLimited({ "retry-after-ms": "100" }), answer.ok());
    await using server = await startModelServer({ reply });
    await using model = modelAt(server, { maxWorkers: 1 });
    await Promise.all([model.chat(ask("patient")), model.chat(ask("next"))]);
    expect(server.requests.map(({ prompt }) => prompt)).toEqual(["patient", "next", "patient"]);
  });
});

describe("overload", () => {
  it.each([
    ["429", answer.rateLimited()],
    ["503", answer.unavailable()],
    ["a broken connection", answer.resetBeforeHeaders()],
  ])("%s makes fewer requests go out at a time", async (_, behaviour) => {
    const { opened, open } = gate();
    await using server = await startModelServer({
      reply: async (_, { index }) => {
        await opened;
        return index < 8 ? behaviour : answer.ok();
      },
    });
    await using model = modelAt(server);
    const calls = Array.from({ length: 8 }, () => model.chat(ask("hi")));
    await server.arrived(8);
    open();
    for (const reply of await Promise.all(calls)) expect(reply).toMatchObject({ kind: "replied", attempts: 2 });
    expect(model.statistics().limit).toBeLessThan(8);
  });

  it("leaves a fixed number of workers alone", async () => {
    await using server = await startModelServer({ reply: inTurn(answer.rateLimited(), answer.ok()) });
    await using model = modelAt(server, { maxWorkers: 5 });
    await model.chat(ask("hi"));
    expect(model.statistics().limit).toBe(5);
  });
});

describe("max_completion_tokens", () => {
  it("is used from the moment a server asks for it, without counting a try", async () => {
    await using server = await startModelServer({ reply: wantsMaxCompletionTokens() });
    await using model = modelAt(server, { maxRetries: 0 });
    const calls = await Promise.all([1, 2, 3].map((index) => model.chat(ask(`early ${index}`))));
    for (const reply of calls) expect(reply).toMatchObject({ kind: "replied", attempts: 1 });
    const before = server.requests.length;
    expect(before).toBe(6);
    expect(await model.chat(ask("late"))).toMatchObject({ kind: "replied", attempts: 1 });
    const late = server.requests.slice(before).map(({ body }) => body);
    expect(late).toMatchObject([{ max_completion_tokens: 100 }]);
    expect(late[0]).not.toHaveProperty("max_tokens");
    expect(model.statistics()).toMatchObject({ retries: 0, failed: 0 });
  });

  it("is not tried for ever", async () => {
    const stubborn = answer.error(400, "max_tokens is not supported, use max_completion_tokens instead");
    expect(await replyTo([stubborn])).toMatchObject({ kind: "failed", reason: "rejected", attempts: 1 });
  });
});

describe("an abort", () => {
  it("lets what is in flight finish and stops the rest at once", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({
      reply: async ({ prompt }) => {
        if (prompt === "asleep") return answer.rateLimited({ "retry-after": "3600" });
        await opened;
        return answer.ok(`to ${prompt}`);
      },
    });
    await using model = modelAt(server, { maxWorkers: 1, maxRetryAfterMs: 3_600_000 });
    const controller = new AbortController();
    const [asleep, running, queued] = ["asleep", "running", "queued"].map((prompt) =>
      model.chat(ask(prompt), controller.signal),
    );
    await server.arrived(2);
    controller.abort();
    expect(await rejection(asleep)).toMatchObject({ code: "interrupted" });
    expect(await rejection(queued)).toMatchObject({ code: "interrupted" });
    expect(await rejection(model.chat(ask("late"), controller.signal))).toMatchObject({ code: "interrupted" });
    open();
    expect(await running).toMatchObject({ kind: "replied", text: "to running" });
    await model.chat(ask("after"));
    expect(server.requests.map(({ prompt }) => prompt)).toEqual(["asleep", "running", "after"]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("rejects where the try in flight would have to be repeated", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({ reply: () => opened.then(() => answer.serverError()) });
    await using model = modelAt(server);
    const controller = new AbortController();
    const call = rejection(model.chat(ask("hi"), controller.signal));
    await server.arrived(1);
    controller.abort();
    open();
    expect(await call).toMatchObject({ code: "interrupted" });
    expect(server.requests).toHaveLength(1);
  });

  it("concerns only the calls with that signal", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({ reply: () => opened.then(() => answer.ok()) });
    await using model = modelAt(server, { maxWorkers: 1 });
    const controller = new AbortController();
    const first = model.chat(ask("first"));
    const stopped = rejection(model.chat(ask("stopped"), controller.signal));
    const other = model.chat(ask("other"));
    controller.abort();
    expect(await stopped).toMatchObject({ code: "interrupted" });
    open();
    expect(await first).toMatchObject({ kind: "replied" });
    expect(await other).toMatchObject({ kind: "replied" });
  });

  it("has one listener for all calls, and none between them", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({
      reply: async (_, { index }) => {
        await opened;
        return index % 3 === 0 ? answer.serverError() : answer.ok();
      },
    });
    await using model = modelAt(server, { maxWorkers: 4, maxRetries: 20 });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 200 }, () => model.chat(ask("hi"), signal));
    await server.arrived(4);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    open();
    await Promise.all(calls);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a server that refuses ends the run", () => {
  it.each([
    ["401", answer.unauthorized(), "the server does not accept the API key (HTTP 401)", "--api-key-env"],
    ["402", answer.error(402, "Insufficient credits"), "no credit left", "another key"],
    ["429 for an empty account", answer.outOfCredit(), "no credit left", "another key"],
    ["403", answer.error(403, "no"), "the server denies access (HTTP 403)", "may use the model"],
    ["405", answer.error(405, "Method Not Allowed"), "not found (HTTP 405)", "wrong URL"],
    ["404", answer.error(404, "Not Found"), "not found (HTTP 404): Not Found", "wrong URL"],
    [
      "a redirect",
      answer.redirect("https://sso.test/login?state=secret"),
      "redirects elsewhere (HTTP 302)",
      "https://sso.test/login:",
    ],
  ])("%s", async (_, behaviour, message, hint) => {
    await using server = await startModelServer({ reply: () => behaviour });
    await using model = modelAt(server, { maxWorkers: 1 });
    const calls = Array.from({ length: 5 }, (_, index) => rejection(model.chat(ask(`${index}`))));
    const [first, ...others] = await Promise.all(calls);
    expect(first).toMatchObject({
      code: "server",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(first?.message).toContain(`${server.url}/chat/completions`);
    expect(`${first?.message} ${first?.hint}`).not.toContain("secret");
    others.push(await rejection(model.chat(ask("late"))));
    for (const other of others) expect(other).toBe(first);
    expect(server.requests).toHaveLength(1);
  });

  it("401 also after good answers", async () => {
    await using server = await startModelServer({ reply: afterGood(3, answer.unauthorized()) });
    await using model = modelAt(server, { maxWorkers: 1 });
    const calls = Array.from({ length: 6 }, (_, index) => model.chat(ask(`${index}`)));
    const ends = await Promise.allSettled(calls);
    expect(ends.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
    expect(server.requests).toHaveLength(4);
  });

  it("404 names the models there are", async () => {
    await using server = await startModelServer({
      models: ["granite", "mixtral"],
      reply: () => answer.error(404, "no such model"),
    });
    await using model = modelAt(server);
    expect(await rejection(model.chat(ask("hi")))).toMatchObject({
      message: `${server.url}/chat/completions: unknown model "m" (HTTP 404): no such model`,
      hint: "the server offers: granite, mixtral",
    });
  });

  it("wakes who sleeps, and still returns what was in flight", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({
      reply: async ({ prompt }) => {
        if (prompt === "asleep") return answer.rateLimited({ "retry-after": "3600" });
        if (prompt === "refused") return answer.unauthorized();
        await opened;
        return answer.ok();
      },
    });
    await using model = modelAt(server, { maxWorkers: 2, maxRetryAfterMs: 3_600_000 });
    const running = model.chat(ask("running"));
    const asleep = rejection(model.chat(ask("asleep")));
    await server.arrived(2);
    const refused = rejection(model.chat(ask("refused")));
    expect(await asleep).toBe(await refused);
    open();
    expect(await running).toMatchObject({ kind: "replied" });
  });

  it("lets nobody go to sleep afterwards", async () => {
    const { opened, open } = gate();
    await using server = await startModelServer({
      reply: async ({ prompt }) => {
        if (prompt === "refused") return answer.unauthorized();
        await opened;
        return answer.rateLimited({ "retry-after": "3600" });
      },
    });
    await using model = modelAt(server, { maxWorkers: 2, maxRetryAfterMs: 3_600_000 });
    const late = rejection(model.chat(ask("late")));
    await server.arrived(1);
    const refused = await rejection(model.chat(ask("refused")));
    open();
    expect(await late).toBe(refused);
  });

  it("a certificate of an unknown authority", async () => {
    await using server = await startModelServer({ tls: selfSigned });
    await using model = modelAt(server);
    expect(await rejection(model.chat(ask("hi")))).toMatchObject({
      code: "server",
      message: expect.stringContaining("is not trusted: self-signed certificate"),
      hint: expect.stringContaining("--ca-file"),
    });
    await using trusting = modelAt(server, { ca: selfSigned.cert });
    expect(await trusting.chat(ask("hi"))).toMatchObject({ kind: "replied" });
  });

  it("https to a server that speaks http", async () => {
    await using server = await startModelServer();
    await using model = modelAt(server, { baseUrl: server.url.replace("http:", "https:") });
    expect(await rejection(model.chat(ask("hi")))).toMatchObject({ hint: expect.stringContaining("http://") });
  });
});

describe("a server beyond hope ends the run", () => {
  it("when it rejects the first ten requests", async () => {
    await using server = await startModelServer({ reply: () => answer.error(400, "unknown field: seed") });
    await using model = modelAt(server);
    for (let count = 1; count < 10; count += 1)
      expect(await model.chat(ask("hi"))).toMatchObject({ kind: "failed", reason: "rejected" });
    const error = await rejection(model.chat(ask("hi")));
    expect(error).toMatchObject({ code: "server", message: expect.stringContaining("HTTP 400: unknown field: seed") });
    expect(await rejection(model.chat(ask("hi")))).toBe(error);
    expect(server.requests).toHaveLength(10);
  });

  it("not once a request succeeded", async () => {
    await using server = await startModelServer({ reply: afterGood(1, answer.error(400, "no")) });
    await using model = modelAt(server);
    const replies = await Promise.all(Array.from({ length: 30 }, () => model.chat(ask("hi"))));
    expect(replies.filter(({ kind }) => kind === "failed")).toHaveLength(29);
  });

  it("when twenty calls in a row used up their tries", async () => {
    await using server = await startModelServer({ reply: afterGood(1, answer.resetBeforeHeaders()) });
    await using model = modelAt(server, { maxRetries: 1 });
    expect(await model.chat(ask("hi"))).toMatchObject({ kind: "replied" });
    for (let count = 1; count < 20; count += 1)
      expect(await model.chat(ask("hi"))).toMatchObject({ kind: "failed", reason: "connection" });
    const error = await rejection(model.chat(ask("hi")));
    expect(error).toMatchObject({ code: "server", message: expect.stringContaining("20 requests in a row") });
    expect(error.hint).toContain("goes on where it stopped");
  });
});

describe("a server that hangs", () => {
  it("ends the run after ten timeouts one after the other, however many calls wait", async () => {
    await using server = await startModelServer({ reply: afterGood(1, answer.stallBeforeHeaders()) });
    await using model = modelAt(server, { maxRetries: 1, timeoutMs: 100, maxWorkers: "auto" });
    expect(await model.chat(ask("hi"))).toMatchObject({ kind: "replied" });
    const ended = await Promise.all(Array.from({ length: 200 }, () => rejection(model.chat(ask("hi")))));
    expect(new Set(ended).size).toBe(1);
    expect(ended[0]).toMatchObject({
      code: "server",
      message: expect.stringContaining("no reply to 10 requests one after the other"),
    });
    expect(server.requests.length).toBeLessThan(50);
  });

  it("goes on where a reply comes now and then", async () => {
    await using server = await startModelServer({
      reply: (_, { index }) => (index % 8 === 0 ? answer.ok("hi") : answer.stallBeforeHeaders()),
    });
    await using model = modelAt(server, { maxRetries: 0, timeoutMs: 50, maxWorkers: 1 });
    const replies = await Promise.all(Array.from({ length: 24 }, () => model.chat(ask("hi"))));
    expect(replies.filter(({ kind }) => kind === "replied")).toHaveLength(3);
  });

  it("is not one where many tries of the same time had no reply", async () => {
    await using server = await startModelServer({
      reply: (_, { index }) => (index < 40 ? answer.stallBeforeHeaders() : answer.ok("hi")),
    });
    await using model = modelAt(server, { maxRetries: 3, timeoutMs: 200, maxWorkers: 40 });
    const replies = await Promise.all(Array.from({ length: 40 }, () => model.chat(ask("hi"))));
    expect(replies.every(({ kind }) => kind === "replied")).toBe(true);
  });
});

describe("secrets", () => {
  const apiKey = "sk-key-0123456789";
  const header = "token-abcdefgh";
  const signature = "sig-4711";
  const echo = `You sent ${apiKey}, Basic ${header} and ${signature}; \u001b[31m${"x".repeat(400)}`;

  it.each([
    ["401", answer.unauthorized(apiKey)],
    ["400", answer.error(400, echo)],
    ["500", answer.error(500, echo)],
    ["plain text", answer.text(400, echo)],
    ["no JSON", answer.body(echo)],
    ["a redirect", answer.redirect(`/x/${apiKey}`)],
    ["a reset", answer.resetBeforeHeaders()],
  ])("are not repeated after %s", async (_, behaviour) => {
    await using server = await startModelServer({ reply: () => behaviour });
    await using model = modelAt(server, {
      baseUrl: `${server.url}?sig=${signature}`,
      apiKey,
      extraHeaders: { "X-Auth": `Basic ${header}` },
      maxRetries: 0,
    });
    const [outcome] = await Promise.allSettled([model.chat(ask("hi"))]);
    const shown =
      inspect(outcome, { depth: null, showHidden: true }) + inspect(model, { depth: null, showHidden: true });
    expect(shown).not.toContain(apiKey);
    expect(shown).not.toContain(header);
    expect(shown).not.toContain(signature);
    const said = outcome.status === "fulfilled" && outcome.value.kind === "failed" ? outcome.value.message : "";
    expect(said.length).toBeLessThan(350);
    expect(said).not.toContain("\u001b");
  });
});

async function rejection(promise: Promise<unknown> | undefined): Promise<EvalError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
