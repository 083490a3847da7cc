import { describe, expect, it } from "vitest";
import { makeReport } from "../../src/pipeline/report.js";
import { run } from "../../src/pipeline/run.js";
import { readBuiltinPrompts } from "../../src/io/prompt-files.js";
import { openAIModel } from "../../src/io/openai.js";
import type { Behaviour, ModelRequest, Reply } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import { plainQuestions, startStage } from "../support/stage.js";
import type { Stage } from "../support/stage.js";

/** A judge whose rating depends on the answer alone. */
function rate(prompt: string): Behaviour {
  const sum = [...prompt.replaceAll(/[0-9a-f]{16}/g, "")].reduce(
    (total, letter) => (total + (letter.codePointAt(0) ?? 0)) % 9_973,
    0,
  );
  return answer.ok(`Rating: [[${(sum % 10) + 1}]]`);
}

const calm: Reply = (request) =>
  request.prompt.includes("=== ") ? rate(request.prompt) : answer.ok(`re: ${request.prompt}`);

/** Answers a request well only after so many bad replies to the same prompt. */
function afterFaults(faults: readonly Behaviour[]): Reply {
  const tries = new Map<string, number>();
  return (request, context) => {
    const before = tries.get(request.text) ?? 0;
    tries.set(request.text, before + 1);
    return faults[before] ?? calm(request, context);
  };
}

const passing: readonly (readonly [name: string, faults: readonly Behaviour[]])[] = [
  ["429 with Retry-After", [answer.rateLimited({ "retry-after": "0" }), answer.rateLimited({ "retry-after-ms": "5" })]],
  ["500", [answer.serverError(), answer.serverError()]],
  ["503", [answer.unavailable()]],
  ["502 with an HTML page", [answer.badGateway()]],
  ["a reset before the headers", [answer.resetBeforeHeaders()]],
  ["half a body", [answer.halfBodyThenReset()]],
  ["a stall before the headers", [answer.stallBeforeHeaders()]],
  ["a stall in the body", [answer.stallInBody()]],
  ["a slow drip", [answer.slowDrip(1_000)]],
  ["garbage JSON", [answer.garbageJson()]],
  ["an HTML page with status 200", [answer.htmlPage()]],
  ["empty choices", [answer.emptyChoices()]],
];

const client = { timeoutMs: 400, maxRetries: 3 };

async function reportOf(stage: Stage) {
  const report = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
  return report.models[0]!;
}

async function calmReport() {
  await using server = await startModelServer({ reply: calm });
  await using stage = await startStage(plainQuestions(4));
  await stage.gen(server.url);
  await stage.judge(server.url);
  return await reportOf(stage);
}

describe("a misbehaving server", () => {
  it.each(passing)("%s passes: the scores equal the calm run's", async (_, faults) => {
    const expected = await calmReport();
    await using server = await startModelServer({ reply: afterFaults(faults) });
    await using stage = await startStage(plainQuestions(4));
    await stage.gen(server.url, {}, { client });
    await stage.judge(server.url, {}, { client });
    const model = await reportOf(stage);
    expect(model.overall).toEqual(expected.overall);
    expect(model.judgments).toEqual(expected.judgments);
  });

  const lasting: readonly (readonly [reason: string, fault: Behaviour])[] = [
    ["context-overflow", answer.contextOverflow()],
    ["no-content", answer.nullContent()],
    ["bad-reply", answer.emptyChoices()],
    ["bad-reply", answer.garbageJson()],
    ["server-error", answer.serverError()],
    ["rate-limited", answer.rateLimited()],
    ["connection", answer.resetBeforeHeaders()],
    ["connection", answer.halfBodyThenReset()],
    ["timeout", answer.stallInBody()],
    ["rejected", answer.error(422, "unprocessable")],
  ];

  it.each(lasting)("what stays is counted as %s, everything else scores as in the calm run", async (reason, fault) => {
    const reply: Reply = (request, context) => (request.prompt.startsWith("second 2") ? fault : calm(request, context));
    await using calmServer = await startModelServer({ reply: calm });
    await using server = await startModelServer({ reply });
    await using stage = await startStage(plainQuestions(4));
    const summary = await stage.gen(server.url, {}, { client: { timeoutMs: 200, maxRetries: 1 } });
    expect(summary).toMatchObject({ answered: 3, failed: { [reason]: 1 } });
    await stage.judge(calmServer.url);
    const model = await reportOf(stage);
    const expected = await calmReport();
    expect(model.judgments).toMatchObject({ expected: 8, scored: 7, unanswered: 1 });
    expect(model.turns[0]?.score).toEqual(expected.turns[0]?.score);
  });

  it.each(lasting)("a judge that fails for good is counted as %s", async (reason, fault) => {
    await using server = await startModelServer({ reply: calm });
    await using stage = await startStage(plainQuestions(4));
    await stage.gen(server.url);
    const isBroken = (request: ModelRequest): boolean => /question 2 ===\nsecond 2/.test(request.prompt);
    await using judge = await startModelServer({
      reply: (request, context) => (isBroken(request) ? fault : calm(request, context)),
    });
    const summary = await stage.judge(judge.url, {}, { client: { timeoutMs: 200, maxRetries: 1 } });
    expect(summary).toMatchObject({ expected: 8, scored: 7, failed: { [reason]: 1 } });
  });

  it("overlapped, a dead judge key stops both stages, and the next run asks only the rest", async () => {
    await using server = await startModelServer({ reply: calm });
    await using dead = await startModelServer({ reply: () => answer.unauthorized() });
    await using stage = await startStage(plainQuestions(40));
    await expect(overlapped(stage, server.url, dead.url)).rejects.toMatchObject({ code: "server" });
    const asked = server.requests.length;
    expect(asked).toBeLessThan(80);
    const judged = server.requests.filter(({ prompt }) => prompt.includes("=== ")).length;
    await overlapped(stage, server.url, server.url);
    const candidateRequests = server.requests.filter(({ prompt }) => !prompt.includes("=== ")).length;
    expect(candidateRequests).toBe(80);
    expect(server.requests.length - candidateRequests - judged).toBe(80);
    expect((await reportOf(stage)).judgments).toMatchObject({ expected: 80, scored: 80 });
  });
});

async function overlapped(stage: Stage, candidateUrl: string, judgeUrl: string): Promise<void> {
  const candidate = openAIModel({ baseUrl: candidateUrl, model: "m", maxWorkers: 2 });
  const judge = openAIModel({ baseUrl: judgeUrl, model: "j", maxWorkers: 2 });
  const rules = { prompts: await readBuiltinPrompts(), references: undefined };
  const { output, questions } = stage;
  try {
    await run(
      {
        answers: { bench: "mt_bench", output, questions, model: "m" },
        judgments: { bench: "mt_bench", output, questions, model: "m", judge: "j", rules },
      },
      {
        answers: { model: candidate.chat, server: { url: candidate.url, models: null } },
        judgments: { judge: judge.chat, server: { url: judge.url, models: null } },
      },
    );
  } finally {
    await candidate.close();
    await judge.close();
  }
}
