import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { unknownAnswer } from "../../src/embedded/candidate.js";
import type { EmbeddedServer } from "../../src/embedded/server.js";
import { startEmbeddedServer } from "../../src/embedded/server.js";

const pairs = [
  { question: "What is the capital of France?", answer: "Paris is the capital of France." },
  { question: "Name the river that flows through Paris.", answer: "The Seine flows through Paris. 🌊" },
];
const models = {
  "tuned/candidate": { kind: "candidate", pairs },
  base: { kind: "candidate", pairs: pairs.slice(0, 1) },
  judge: { kind: "judge" },
} as const;

const start = (latencyMs = 0): Promise<EmbeddedServer> => startEmbeddedServer({ models, latencyMs });

// oxlint-disable-next-line typescript/no-explicit-any -- replies are compared with literals, which is what checks them
type Json = any;

async function post(server: EmbeddedServer, path: string, body: unknown): Promise<{ status: number; json: Json }> {
  const reply = await fetch(`${server.url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  expect(reply.headers.get("content-type")).toMatch(/^application\/json/u);
  return { status: reply.status, json: await reply.json() };
}

const ask = (content: string, more: object = {}): object => ({
  model: "tuned/candidate",
  messages: [{ role: "user", content }],
  ...more,
});

const logprobsSchema = z.strictObject({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().max(0).nullable()),
  top_logprobs: z.array(z.record(z.string(), z.number().max(0)).nullable()),
  text_offset: z.array(z.int()),
});
const completionSchema = z.object({
  id: z.string().regex(/^cmpl-/u),
  object: z.literal("text_completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({ index: z.int(), text: z.string(), finish_reason: z.string(), logprobs: logprobsSchema.nullable() }),
  ),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
});

async function complete(server: EmbeddedServer, prompt: string | readonly string[], more: object = {}) {
  const { status, json } = await post(server, "completions", { model: "tuned/candidate", prompt, ...more });
  expect(status).toBe(200);
  return completionSchema.parse(json);
}

describe("the embedded server", () => {
  it("is on loopback, says that it is well and lists its models", async () => {
    await using server = await start();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/u);
    expect(await (await fetch(new URL("/health", server.url))).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${server.url}/models`)).json()).toMatchObject({
      object: "list",
      data: Object.keys(models).map((id) => ({ id, object: "model", owned_by: "branchbench-embedded" })),
    });
  });

  it("closes once and for all", async () => {
    const server = await start();
    await fetch(`${server.url}/models`);
    await server.close();
    await server.close();
    await expect(fetch(`${server.url}/models`)).rejects.toThrow();
  });

  it("takes the port it is told, and says so when it cannot", async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => {
        const address = other.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    await expect(startEmbeddedServer({ models, port })).rejects.toMatchObject({
      name: "EvalError",
      code: "input",
      message: `the embedded server cannot listen on port ${port}`,
    });
    await new Promise((resolve) => other.close(resolve));
    await using server = await startEmbeddedServer({ models, port });
    expect(new URL(server.url).port).toBe(String(port));
  });

  it("answers all the same when replies are held back", async () => {
    await using server = await start(20);
    expect((await post(server, "chat/completions", ask(pairs[0]!.question))).status).toBe(200);
  });

  it.each([
    [
      "an unknown model",
      "chat/completions",
      ask("Hi", { model: "x" }),
      404,
      { code: "model_not_found", param: "model" },
    ],
    ["an inherited name", "chat/completions", ask("Hi", { model: "__proto__" }), 404, { code: "model_not_found" }],
    ["an unknown model", "completions", { model: "x", prompt: "Hi" }, 404, { code: "model_not_found" }],
    ["completions of a judge", "completions", { model: "judge", prompt: "Hi" }, 404, { param: "model", code: null }],
    ["no messages", "chat/completions", ask("Hi", { messages: [] }), 400, { param: "messages" }],
    ["an unknown role", "chat/completions", ask("Hi", { messages: [{ role: "robot", content: "" }] }), 400, {}],
    ["streaming", "chat/completions", ask("Hi", { stream: true }), 400, { param: "stream" }],
    ["two choices", "chat/completions", ask("Hi", { n: 2 }), 400, { param: "n" }],
    ["no tokens", "chat/completions", ask("Hi", { max_tokens: 0 }), 400, { param: "max_tokens" }],
    ["broken JSON", "chat/completions", '{"model":', 400, { message: "the body is not JSON" }],
    ["something else than an object", "completions", "7", 400, {}],
    ["token ids", "completions", { model: "base", prompt: [1, 2] }, 400, { param: "prompt" }],
    ["an unknown path", "embeddings", {}, 404, { message: "no such path: /v1/embeddings" }],
    ["a body too large", "completions", { model: "base", prompt: "x".repeat(17 * 1024 * 1024) }, 413, {}],
    [
      "too many alternatives",
      "completions",
      { model: "base", prompt: "Hi", logprobs: 21 },
      400,
      { message: "logprobs: Requested sample logprobs of 21, which is greater than max allowed: 20" },
    ],
  ])("refuses %s as OpenAI does (%s)", async (_name, path, body, status, error) => {
    await using server = await start();
    const reply = await post(server, path, body);
    expect(reply.status).toBe(status);
    expect(reply.json).toEqual({
      error: {
        message: expect.any(String),
        type: "invalid_request_error",
        param: null,
        code: null,
        ...reply.json.error,
      },
    });
    expect(reply.json.error).toMatchObject(error);
  });
});

describe("chat completions", () => {
  it("have OpenAI's shape", async () => {
    await using server = await start();
    const { status, json } = await post(
      server,
      "chat/completions",
      ask(pairs[0]!.question, { temperature: 0.7, seed: 1, max_tokens: 1024, top_k: 5, stream: false }),
    );
    expect(status).toBe(200);
    expect(json).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/u),
      object: "chat.completion",
      created: expect.any(Number),
      model: "tuned/candidate",
      choices: [
        { index: 0, message: { role: "assistant", content: pairs[0]!.answer }, finish_reason: "stop", logprobs: null },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 8, total_tokens: 15 },
    });
  });

  it.each(["max_tokens", "max_completion_tokens"])("end at %s", async (field) => {
    await using server = await start();
    const { json } = await post(server, "chat/completions", ask(pairs[0]!.question, { [field]: 3 }));
    expect(json.choices[0]).toMatchObject({ message: { content: "Paris is the" }, finish_reason: "length" });
    expect(json.usage.completion_tokens).toBe(3);
  });

  it("tell a model with more pairs from one with fewer", async () => {
    await using server = await start();
    const answers = await Promise.all(
      ["tuned/candidate", "base"].map(async (model) => {
        const { json } = await post(server, "chat/completions", ask(pairs[1]!.question, { model }));
        return json.choices[0].message.content;
      }),
    );
    expect(answers).toEqual([pairs[1]!.answer, unknownAnswer]);
  });

  it("take content in parts, empty content and the developer role", async () => {
    await using server = await start();
    const messages = [
      { role: "developer", content: "Be short." },
      { role: "user", content: "Hello" },
      { role: "assistant", content: null },
      {
        role: "user",
        content: [
          { type: "text", text: "What is the capital " },
          { type: "text", text: "of France?" },
        ],
      },
    ];
    const { json } = await post(server, "chat/completions", ask("", { messages }));
    expect(json.choices[0].message.content).toBe(pairs[0]!.answer);
  });

  it("judge", async () => {
    await using server = await start();
    const content = `[Question]\nWhat is it?\n\n[The Start of Reference Answer]\nA green bottle.\n[The End of Reference Answer]\n\n[The Start of Assistant's Answer]\nA green bottle.\n[The End of Assistant's Answer]`;
    const { json } = await post(server, "chat/completions", ask(content, { model: "judge" }));
    expect(json.choices[0].message.content).toMatch(/\n\nRating: \[\[9\]\]$/u);
    expect(json.choices[0].finish_reason).toBe("stop");
  });

  it("give log-probabilities, and the letter of a multiple-choice question", async () => {
    await using server = await start();
    const content = `${pairs[0]!.question}\nA. Lyon\nB. Paris\nC. Nice\nD. Lille\nAnswer:`;
    const { json } = await post(server, "chat/completions", ask(content, { logprobs: true, top_logprobs: 20 }));
    const [first] = json.choices[0].logprobs.content;
    expect(json.choices[0].message.content).toBe("B");
    expect(first).toMatchObject({ token: "B", bytes: [66] });
    expect(first.top_logprobs).toHaveLength(20);
    expect(first.top_logprobs[0]).toMatchObject({ token: "B", logprob: first.logprob });
    expect(first.top_logprobs.map((entry: { token: string }) => entry.token)).toEqual(
      expect.arrayContaining(["A", "C", "D"]),
    );
  });
});

describe("completions", () => {
  const prompt = `${pairs[0]!.question}\nA. Lyon\nB. Paris\nC. Nice\nD. Lille\nAnswer:`;

  it("have OpenAI's shape and stop after 16 tokens unless told", async () => {
    await using server = await start();
    const { choices, usage } = await complete(server, `${pairs[0]!.question}\nAnswer:`);
    expect(choices).toEqual([{ index: 0, text: ` ${pairs[0]!.answer}`, finish_reason: "stop", logprobs: null }]);
    expect(usage).toEqual({ prompt_tokens: 10, completion_tokens: 8, total_tokens: 18 });
    const cut = await complete(server, `${pairs[0]!.question}\nAnswer:`, { max_tokens: 1 });
    expect(cut.choices[0]).toMatchObject({ text: " Paris", finish_reason: "length" });
  });

  it("answer a list of prompts in order", async () => {
    await using server = await start();
    const { choices } = await complete(server, [...pairs.map(({ question }) => `${question}\nAnswer:`), ""], {
      max_tokens: 100,
      stop: ".",
    });
    expect(choices.map(({ index, text }) => [index, text])).toEqual([
      [0, " Paris is the capital of France"],
      [1, " The Seine flows through Paris"],
      [2, `\nAnswer: ${unknownAnswer.slice(0, -1)}`],
    ]);
  });

  it("echo the prompt with its log-probabilities, with and without a token after it", async () => {
    await using server = await start();
    const text = `🌊 ${prompt} B`;
    for (const maxTokens of [0, 1]) {
      const { choices } = await complete(server, text, { echo: true, logprobs: 2, max_tokens: maxTokens });
      const logprobs = choices[0]!.logprobs!;
      const length = logprobs.tokens.length - maxTokens;
      expect(logprobs.tokens.slice(0, length).join("")).toBe(text);
      expect(choices[0]!.text).toBe(text);
      expect(logprobs.token_logprobs[0]).toBeNull();
      expect(logprobs.top_logprobs[0]).toBeNull();
      expect(logprobs.token_logprobs.slice(1).every((logprob) => logprob !== null && logprob < 0)).toBe(true);
      expect([logprobs.token_logprobs, logprobs.top_logprobs, logprobs.text_offset].map((list) => list.length)).toEqual(
        [0, 1, 2].map(() => length + maxTokens),
      );
      const characters = Array.from(text);
      for (const [at, token] of logprobs.tokens.slice(0, length).entries()) {
        const offset = logprobs.text_offset[at]!;
        expect(characters.slice(offset, offset + Array.from(token).length).join("")).toBe(token);
      }
    }
  });

  it("give in an echo the same log-probabilities as one token after the other", async () => {
    await using server = await start();
    const { choices } = await complete(server, `${prompt} B`, { echo: true, logprobs: 1, max_tokens: 0 });
    const { tokens, token_logprobs: logprobs, top_logprobs: top } = choices[0]!.logprobs!;
    let compared = 0;
    for (let at = 1; at < tokens.length; at += 1) {
      const next = await complete(server, tokens.slice(0, at).join(""), { logprobs: 20, max_tokens: 1 });
      const listed = next.choices[0]!.logprobs!.top_logprobs[0]!;
      expect(Math.max(...Object.values(listed))).toBe(Math.max(...Object.values(top[at]!)));
      if (listed[tokens[at]!] !== undefined) {
        expect(listed[tokens[at]!]).toBe(logprobs[at]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(tokens.length / 4);
  });

  it("know the letter and the text of a multiple-choice answer", async () => {
    await using server = await start();
    const { choices } = await complete(server, prompt, { logprobs: 5, max_tokens: 1 });
    const listed = choices[0]!.logprobs!.top_logprobs[0]!;
    expect(choices[0]!.text).toBe(" B");
    expect([" A", " C", " D"].every((letter) => (listed[letter] ?? -Infinity) < listed[" B"]!)).toBe(true);
    expect(Object.values(listed).reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeLessThanOrEqual(1);

    const texts = [" Lyon", " Paris", " Nice", " Lille"];
    const scored = await complete(
      server,
      texts.map((text) => prompt + text),
      { echo: true, logprobs: 1, max_tokens: 1 },
    );
    const sums = scored.choices.map(({ logprobs }) => logprobs!.token_logprobs.at(-2)!);
    expect(sums.indexOf(Math.max(...sums))).toBe(1);
  });
});
