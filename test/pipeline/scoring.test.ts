import { describe, expect, it } from "vitest";
import type { McqDoc, McqOutcome, McqPrompt } from "../../src/domain/scoring/multiple-choice.js";
import { chooseMode, type ScoringMode } from "../../src/domain/scoring/scoring-findings.js";
import { startEmbeddedServer } from "../../src/embedded/server.js";
import { openAIModel, type OpenAIModelOptions } from "../../src/io/openai.js";
import { openScoring } from "../../src/pipeline/open-scoring.js";
import { probeScoring, type ProbeOptions } from "../../src/pipeline/probe-scoring.js";
import { scoreItem } from "../../src/pipeline/score-item.js";
import { evalError } from "../support/eval-error.js";
import {
  logprobOf,
  startScoringServer,
  tokensOf,
  type ScoringServer,
  type ScoringServerKind,
  type ScoringServerOptions,
} from "../support/scoring-server.js";

const letters = ["A", "B", "C", "D"];

interface Item {
  readonly doc: McqDoc;
  readonly prompt: McqPrompt;
}

function itemOf(id: number, context: "text" | "chat", continuations = letters): Item {
  const question = `Which one is number ${id}?`;
  const doc = { id, question, choices: ["one", "two", "three", "four"], gold: id % 4, row: {} };
  const text = `${question}\nA. one\nB. two\nC. three\nD. four\nAnswer:`;
  return context === "text"
    ? { doc, prompt: { context: { kind: "text", text }, continuations: continuations.map((each) => ` ${each}`) } }
    : { doc, prompt: { context: { kind: "chat", messages: [{ role: "user", content: text }] }, continuations } };
}

function itemsOf(count: number, context: "text" | "chat"): Item[] {
  return Array.from({ length: count }, (_, id) => itemOf(id, context));
}

/** What the model sees before the letter, and how the letter continues it. */
function seen({ context, continuations }: McqPrompt): {
  readonly text: string;
  readonly continuations: readonly string[];
} {
  if (context.kind === "text") return { text: context.text, continuations };
  const turns = context.messages.map(({ role, content }) => `<|${role}|>\n${content}\n`).join("");
  return { text: `${turns}<|assistant|>\n`, continuations };
}

/** The straightforward reference: the first of the most probable letters. */
function expected({ prompt }: Item): number {
  const { text, continuations } = seen(prompt);
  const scores = continuations.map((continuation) => {
    let [before, total] = [text, 0];
    for (const token of tokensOf(continuation)) {
      total += logprobOf(before, token);
      before += token;
    }
    return total;
  });
  return scores.indexOf(Math.max(...scores));
}

interface Run {
  readonly outcomes: readonly McqOutcome[];
  /** requests that run the model, without those of the probe */
  readonly requests: number;
}

interface RunOptions extends Pick<ProbeOptions, "maxLength" | "addBos"> {
  readonly mode: ScoringMode | "auto";
  readonly model?: Partial<OpenAIModelOptions>;
}

async function run(server: ScoringServer, items: readonly Item[], options: RunOptions): Promise<Run> {
  const { mode, maxLength, addBos } = options;
  const model = openAIModel({ baseUrl: server.url, model: "m", retryBaseMs: 1, maxWorkers: 16, ...options.model });
  try {
    const [first] = items;
    if (first === undefined) throw new Error("no items");
    const findings = await probeScoring(model, { sample: first.prompt, maxLength, addBos });
    const ask = { message: ({ question }: McqDoc) => question, maxTokens: 10 };
    const scoring = openScoring(model, findings, { mode: chooseMode(findings, mode, "letters"), ask });
    const before = server.scoringRequests();
    const outcomes = await Promise.all(items.map((item) => scoreItem(item, scoring)));
    return { outcomes, requests: server.scoringRequests() - before };
  } finally {
    await model.close();
  }
}

const choicesOf = ({ outcomes }: Run): (number | string)[] =>
  outcomes.map((outcome) =>
    outcome.kind === "chosen" ? outcome.choice : `${outcome.kind}: ${JSON.stringify(outcome)}`,
  );

const withEcho = ["vllm", "sglang", "openai-completions"] as const;
const withoutEcho = ["llama.cpp", "llama.cpp-2024", "ollama", "no-echo"] as const;
const withChatLists = ["vllm", "sglang", "llama.cpp", "llama.cpp-2024", "ollama", "openai-chat"] as const;

describe("letters and full", () => {
  const items = itemsOf(80, "text");
  const reference = items.map(expected);

  it.each(withEcho)("give the same choices, from texts: %s", async (kind) => {
    await using server = await startScoringServer({ kind });
    const byLetters = await run(server, items, { mode: "letters" });
    const inFull = await run(server, items, { mode: "full" });
    expect(choicesOf(byLetters)).toEqual(reference);
    expect(choicesOf(inFull)).toEqual(reference);
    expect(inFull.requests).toBe(4 * items.length);
    const fallbacks = byLetters.outcomes.filter(
      ({ kind, ...rest }) => kind === "chosen" && "way" in rest && rest.way === "letters-fallback",
    );
    expect(byLetters.requests).toBe(items.length + 4 * fallbacks.length);
  });

  it.each(withoutEcho)("letters alone, from texts: %s", async (kind) => {
    await using server = await startScoringServer({ kind });
    const byLetters = await run(server, items, { mode: "auto" });
    expect(choicesOf(byLetters)).toEqual(reference);
    expect(byLetters.requests).toBe(items.length);
  });

  it.each(withChatLists)("letters, from chats: %s", async (kind) => {
    await using server = await startScoringServer({ kind });
    const chats = itemsOf(100, "chat");
    const byLetters = await run(server, chats, { mode: "auto" });
    expect(choicesOf(byLetters)).toEqual(chats.map(expected));
    expect(byLetters.requests).toBe(chats.length);
  });

  it("in full, from chats, by the server's template", async () => {
    await using server = await startScoringServer({ kind: "vllm", bos: "yes" });
    const chats = itemsOf(40, "chat");
    expect(choicesOf(await run(server, chats, { mode: "full" }))).toEqual(chats.map(expected));
  });

  it("leave the choice to full scoring where tokens are shown without their spaces", async () => {
    await using server = await startScoringServer({ kind: "vllm-strings" });
    const found = await run(server, items, { mode: "auto" });
    expect(choicesOf(found)).toEqual(reference);
    expect(found.outcomes.every((outcome) => outcome.kind === "chosen" && outcome.way === "full")).toBe(true);
    await expect(run(server, items, { mode: "letters" })).rejects.toEqual(evalError("server", '" A" and "A" alike'));
  });

  it.each(withEcho)("fall back to full where no letter is listed, and count it: %s", async (kind) => {
    await using server = await startScoringServer({ kind, hidden: 0.4 });
    const found = await run(server, items, { mode: "letters" });
    expect(choicesOf(found)).toEqual(reference);
    const fallbacks = found.outcomes.filter(
      (outcome) => outcome.kind === "chosen" && outcome.way === "letters-fallback",
    ).length;
    // vLLM tells the letters' own log-probabilities
    if (kind === "vllm") expect(fallbacks).toBe(0);
    else expect(fallbacks).toBeGreaterThan(10);
    expect(found.requests).toBe(items.length + 4 * fallbacks);
    const counted = found.outcomes.reduce((sum, { requests }) => sum + requests, 0);
    expect(counted).toBe(found.requests);
  });

  it("fail where no letter is listed and there is no echo", async () => {
    await using server = await startScoringServer({ kind: "ollama", hidden: 1 });
    const { outcomes } = await run(server, items.slice(0, 3), { mode: "letters" });
    expect(outcomes[0]).toMatchObject({
      kind: "failed",
      reason: "no-letter",
      message: expect.stringContaining('" A"'),
    });
  });

  it.each(["vllm", "sglang", "llama.cpp"] as const)("leave the token out that begins every text: %s", async (kind) => {
    await using server = await startScoringServer({ kind, bos: "yes" });
    expect(choicesOf(await run(server, items, { mode: "letters" }))).toEqual(reference);
    if (kind !== "llama.cpp") expect(choicesOf(await run(server, items, { mode: "full" }))).toEqual(reference);
  });

  it("score whole texts of choices", async () => {
    await using server = await startScoringServer({ kind: "openai-completions" });
    const texts = ["To initiate the response", "Nothing: at all", "B 2 cells", "naïve déjà-vu ✓ 東京"];
    const long = Array.from({ length: 40 }, (_, id) => itemOf(id, "text", texts));
    const found = await run(server, long, { mode: "full" });
    expect(choicesOf(found)).toEqual(long.map(expected));
  });
});

describe("the embedded model", () => {
  it("gives the same choices by letters and in full, and knows what it was taught", async () => {
    const known = itemOf(3, "text");
    const pairs = [{ question: known.doc.question, answer: "three" }];
    await using embedded = await startEmbeddedServer({ models: { m: { kind: "candidate", pairs } } });
    const model = openAIModel({ baseUrl: embedded.url, model: "m" });
    const findings = await probeScoring(model, { sample: known.prompt });
    expect(findings).toMatchObject({
      nextToken: { endpoint: "completions", k: 20 },
      echo: { kind: "works", spaces: true },
    });
    const ask = { message: () => "", maxTokens: 1 };
    const byLetters = openScoring(model, findings, { mode: "letters", ask });
    const inFull = openScoring(model, findings, { mode: "full", ask });
    for (const item of itemsOf(12, "text")) {
      const [one, four] = [await scoreItem(item, byLetters), await scoreItem(item, inFull)];
      if (one.kind !== "chosen" || four.kind !== "chosen") throw new Error("not chosen");
      expect(one).toMatchObject({ choice: four.choice, way: "letters", requests: 1, matched: " A" });
      for (const [index, logprob] of four.logprobs.entries()) expect(one.logprobs[index]).toBeCloseTo(logprob ?? 0, 9);
      if (item.doc.id === 3) expect(one.choice).toBe(2);
    }
    await model.close();
  });
});

describe("truncation", () => {
  it.each(["vllm", "sglang"] as const)("keeps the last ids, the letter included: %s", async (kind) => {
    await using server = await startScoringServer({ kind });
    const items = itemsOf(30, "text");
    const cut = items.map(({ doc, prompt }) => {
      const text = prompt.context.kind === "text" ? tokensOf(prompt.context.text).slice(-11).join("") : "";
      return expected({ doc, prompt: { ...prompt, context: { kind: "text", text } } });
    });
    expect(choicesOf(await run(server, items, { mode: "letters", maxLength: 12 }))).toEqual(cut);
    expect(choicesOf(await run(server, items, { mode: "full", maxLength: 12 }))).toEqual(cut);
  });

  it("is refused where ids are not known", async () => {
    await using server = await startScoringServer({ kind: "ollama" });
    await expect(run(server, itemsOf(1, "text"), { mode: "letters", maxLength: 12 })).rejects.toEqual(
      evalError("input", "--max-length 12"),
    );
  });

  it("is never done in silence: what does not fit is a failure", async () => {
    await using server = await startScoringServer({ kind: "vllm", contextTokens: 32 });
    const [first] = itemsOf(1, "text");
    const { doc, prompt } = itemOf(2, "text");
    const context = { kind: "text" as const, text: "long ".repeat(40) + "\nAnswer:" };
    const items = [...(first === undefined ? [] : [first]), { doc, prompt: { ...prompt, context } }];
    const { outcomes } = await run(server, items, { mode: "letters" });
    expect(outcomes).toMatchObject([{ kind: "chosen" }, { kind: "failed", reason: "context-overflow" }]);
  });
});

describe("extra parameters", () => {
  const items = itemsOf(3, "text");

  it.each([
    ["llama.cpp", "/completion", { id_slot: 1 }, { id_slot: 1 }],
    [
      "ollama",
      "/api/generate",
      { options: { num_ctx: 4096 } },
      { options: { num_ctx: 4096, num_predict: 1, temperature: 0 } },
    ],
    ["sglang", "/generate", { priority: 3 }, { priority: 3 }],
  ] as const)("go with each request that runs the model: %s", async (kind, path, extraBody, expectedPart) => {
    await using server = await startScoringServer({ kind });
    const found = await run(server, items, { mode: "letters", model: { extraBody } });
    expect(choicesOf(found)).toEqual(items.map(expected));
    const sent = server.requests.filter((request) => request.path === path);
    expect(sent.length).toBeGreaterThanOrEqual(items.length);
    for (const { body } of sent) expect(body).toMatchObject(expectedPart);
    for (const { body } of server.requests.filter((request) => request.path === "/tokenize"))
      for (const name of Object.keys(extraBody)) expect(body).not.toHaveProperty(name);
  });

  it.each([
    ["vllm", "/tokenize", "full"],
    ["llama.cpp", "/apply-template", "letters"],
  ] as const)("decide what text a chat becomes, where they are about that: %s", async (kind, path, mode) => {
    await using server = await startScoringServer({ kind });
    const chat_template_kwargs = { enable_thinking: false };
    const chats = itemsOf(2, "chat");
    const model = { extraBody: { chat_template_kwargs, seed: 7 } };
    expect(choicesOf(await run(server, chats, { mode, model }))).toEqual(chats.map(expected));
    const asked = server.requests.filter((request) => request.path === path && "messages" in request.body);
    expect(asked.length).toBeGreaterThan(0);
    for (const { body } of asked) {
      expect(body).toMatchObject({ chat_template_kwargs });
      expect(body).not.toHaveProperty("seed");
    }
  });

  it.each(["known", "unknown"] as const)(
    "fail what num_ctx cuts, truncate being %s to the server",
    async (truncate) => {
      await using server = await startScoringServer({ kind: "ollama", truncate });
      const { doc, prompt } = itemOf(2, "text");
      const context = { kind: "text" as const, text: "long ".repeat(70) + "\nAnswer:" };
      const asked = [...items, { doc, prompt: { ...prompt, context } }];
      const extraBody = { options: { num_ctx: 64 } };
      const { outcomes } = await run(server, asked, { mode: "letters", model: { extraBody } });
      expect(outcomes.map((outcome) => (outcome.kind === "failed" ? outcome.reason : outcome.kind))).toEqual([
        "chosen",
        "chosen",
        "chosen",
        "context-overflow",
      ]);
    },
  );
});

describe("faults", () => {
  const items = itemsOf(40, "text");
  const faults = {
    429: { status: 429, body: '{"error":{"message":"slow down"}}' },
    500: { status: 500, body: "oops" },
    503: { status: 503, body: "" },
    html: { status: 200, body: "<html><title>Down</title></html>" },
    reset: "reset",
  } as const;

  it.each(["vllm", "openai-completions", "llama.cpp", "ollama", "sglang"] as const)(
    "pass, all of them: %s",
    async (kind) => {
      const names = ["429", "500", "503", "html", "reset"] as const;
      const fault: ScoringServerOptions["fault"] = ({ index }) =>
        // the probe is through after some 20 requests
        index > 25 && index % 3 === 0 ? faults[names[(index / 3) % 5] ?? "reset"] : undefined;
      await using server = await startScoringServer({ kind, fault });
      const found = await run(server, items, { mode: "letters", model: { maxRetries: 20 } });
      expect(choicesOf(found)).toEqual(items.map(expected));
    },
  );

  it("that last make failures, each with its reason", async () => {
    const fault: ScoringServerOptions["fault"] = ({ index }) =>
      index > 25 && index % 2 === 0 ? faults[500] : undefined;
    await using server = await startScoringServer({ kind: "vllm", fault });
    const { outcomes } = await run(server, items, { mode: "letters", model: { maxRetries: 0 } });
    const failed = outcomes.filter(({ kind }) => kind === "failed");
    expect(failed.length).toBeGreaterThan(5);
    expect(failed.every((outcome) => outcome.kind === "failed" && outcome.reason === "server-error")).toBe(true);
  });

  it("during the probe end the run, rather than decide for another mode", async () => {
    await using server = await startScoringServer({ kind: "vllm", fault: () => faults[503] });
    await expect(run(server, items, { mode: "auto", model: { maxRetries: 1 } })).rejects.toEqual(
      evalError("server", "HTTP 503"),
    );
  });

  it.each([0, 1, 5])("of status 500 are told as the server told them, after %i retries", async (maxRetries) => {
    await using server = await startScoringServer({ kind: "vllm", fault: () => faults[500] });
    await expect(run(server, items, { mode: "auto", model: { maxRetries } })).rejects.toEqual(
      evalError("server", "HTTP 500"),
    );
  });
});

describe("a server that is out of order", () => {
  const faults = {
    500: { status: 500, body: "Internal Server Error" },
    page: { status: 200, body: "<html><title>Log in</title></html>" },
    cut: { status: 200, body: '{"choices": [{"mess' },
    empty: { status: 200, body: "" },
    403: { status: 403, body: "denied" },
  } as const;

  it.each([
    ["500", "HTTP 500: Internal Server Error"],
    ["page", "Log in"],
    ["cut", "not JSON"],
    ["empty", "the reply is empty"],
    ["403", "HTTP 403: denied"],
  ] as const)("is told as such, and no other software is advised: %s", async (name, says) => {
    await using server = await startScoringServer({ kind: "vllm", fault: () => faults[name] });
    for (const [mode, context] of [
      ["auto", "text"],
      ["letters", "chat"],
    ] as const) {
      const error: unknown = await run(server, itemsOf(1, context), { mode }).catch((caught: unknown) => caught);
      expect(error).toEqual(evalError("server", `${server.url}/chat/completions: `));
      expect(error).toEqual(evalError("server", says));
      expect(error).toMatchObject({ hint: expect.stringMatching(/^(?!.*(--mode|vLLM)).*the server and its log$/) });
    }
  });

  it("for its texts alone still answers chats, and the other way round", async () => {
    const broken = (path: string): ScoringServerOptions => ({
      kind: "vllm",
      fault: (request) => (request.path === path ? faults.page : undefined),
    });
    await using texts = await startScoringServer(broken("/v1/completions"));
    const written = await run(texts, itemsOf(1, "text"), { mode: "auto" });
    expect(written.outcomes).toMatchObject([{ way: "generate" }]);
    await using chats = await startScoringServer(broken("/v1/chat/completions"));
    expect((await run(chats, itemsOf(1, "text"), { mode: "auto" })).outcomes).toMatchObject([{ way: "letters" }]);
  });
});

describe("the probe", () => {
  const table: readonly [ScoringServerKind, "text" | "chat", string, number | null, string][] = [
    ["vllm", "text", "vllm", 20, "works"],
    ["vllm-strings", "text", "openai-like", 20, "works"],
    ["sglang", "text", "sglang", 20, "works"],
    ["llama.cpp", "text", "llama.cpp", 20, "ignored"],
    ["llama.cpp-2024", "text", "llama.cpp", 20, "ignored"],
    ["ollama", "text", "ollama", 20, "ignored"],
    ["openai-completions", "text", "openai-like", 5, "works"],
    ["openai-chat", "text", "openai-like", null, "refused"],
    ["openai-chat", "chat", "openai-like", 20, "refused"],
    ["no-echo", "text", "openai-like", 20, "ignored"],
    ["no-logprobs", "chat", "openai-like", null, "ignored"],
  ];

  it.each(table)("of %s, for a %s, finds %s, %s alternatives, echo %s", async (kind, context, software, k, echo) => {
    await using server = await startScoringServer({ kind });
    const model = openAIModel({ baseUrl: server.url, model: "m" });
    const findings = await probeScoring(model, { sample: itemOf(0, context).prompt });
    await model.close();
    expect(findings).toMatchObject({ server: software, echo: { kind: echo } });
    expect(findings.nextToken?.k ?? null).toBe(k);
    // a manifest holds it
    expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
    expect(server.requests.length).toBeLessThan(25);
  });

  it.each([
    ["no-echo", "full", "ignores echo"],
    ["llama.cpp", "full", "ignores echo"],
    ["openai-chat", "letters", "lists no next tokens"],
    ["openai-chat", "full", "no call of the server continues a text"],
    ["no-echo", "generate", "answers no chats"],
  ] as const)("says why %s cannot do %s", async (kind, mode, why) => {
    await using server = await startScoringServer({ kind });
    await expect(run(server, itemsOf(1, "text"), { mode })).rejects.toEqual(evalError("server", why));
  });

  it("takes generate where nothing else is possible", async () => {
    await using server = await startScoringServer({ kind: "no-logprobs" });
    const { outcomes } = await run(server, itemsOf(5, "chat"), { mode: "auto" });
    expect(outcomes.every((outcome) => outcome.kind !== "failed" && outcome.way === "generate")).toBe(true);
  });

  it("takes a server whose echo is one number for all as one that has no echo", async () => {
    await using server = await startScoringServer({ kind: "openai-completions", constant: 0 });
    await expect(run(server, itemsOf(1, "text"), { mode: "full" })).rejects.toEqual(
      evalError("server", "without its log-probabilities"),
    );
  });
});
