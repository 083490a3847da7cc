/**
 * One measured point of the MMLU benchmark, in a process of its own: tells its parent the figures. Argument: a `PointSettings` as JSON.
 */
import { chooseMode } from "../../src/domain/scoring/scoring-findings.js";
import { mcqPrompt } from "../../src/domain/mmlu/mmlu-prompt.js";
import { nextTokenBody } from "../../src/domain/scoring/scoring-bodies.js";
import { openAIModel } from "../../src/io/openai.js";
import { outputTree } from "../../src/io/output-tree.js";
import { mmlu } from "../../src/pipeline/mmlu.js";
import { openScoring } from "../../src/pipeline/open-scoring.js";
import { probeScoring } from "../../src/pipeline/probe-scoring.js";
import { scoreItem } from "../../src/pipeline/score-item.js";
import type { PointResult } from "./client-point-settings.js";
import { settingsSchema } from "./mmlu-point-settings.js";
import { startStub } from "./stub.js";
import { syntheticTasks } from "./mmlu-set.js";
import { withTemporaryFolder } from "./temporary-folder.js";

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? ""));
const ownStub = settings.port === null ? await startStub("logprobs", 0) : undefined;
const origin = `http://127.0.0.1:${settings.port ?? ownStub?.port ?? 0}`;
const k = 20;

async function measure(questions: number, work: () => Promise<void>): Promise<PointResult> {
  const [start, startCpu] = [performance.now(), process.cpuUsage()];
  await work();
  const [durationMs, { user, system }] = [performance.now() - start, process.cpuUsage(startCpu)];
  return {
    perSecond: (questions * 1_000) / durationMs,
    cpuUs: (user + system) / questions,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

/** The bodies that the stage sends, made before the clock starts; replies stay unparsed: nothing but HTTP. */
async function measureUndici(): Promise<PointResult> {
  const { Pool } = await import("undici");
  const pool = new Pool(origin, { connections: settings.inFlight, pipelining: 1 });
  const headers = { "content-type": "application/json", accept: "application/json" };
  const bodies = syntheticTasks(settings.questions).flatMap((task) =>
    task.docs.map((doc) => {
      const { context } = mcqPrompt(task, doc, { chat: "none" });
      const prompt = context.kind === "text" ? context : { kind: "text" as const, text: "" };
      const fields = { k, addSpecialTokens: false };
      return JSON.stringify(
        nextTokenBody("completions", { prompt, fields }, { model: "stub", tokenLimitField: "max_tokens" }),
      );
    }),
  );
  const send = async (all: readonly string[]): Promise<void> => {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let body = all[next++]; body !== undefined; body = all[next++]) {
        const reply = await pool.request({ method: "POST", path: "/v1/completions", headers, body });
        await reply.body.text();
      }
    };
    await Promise.all(Array.from({ length: settings.inFlight }, lane));
  };
  try {
    await send(bodies.slice(0, 4_000));
    return await measure(bodies.length, () => send(bodies));
  } finally {
    await pool.destroy();
  }
}

/** The whole stage, from the tasks in memory to lm-eval's files. */
async function measureStage(): Promise<PointResult> {
  const model = openAIModel({ baseUrl: `${origin}/v1`, model: "stub", maxWorkers: settings.inFlight });
  const run = async (folder: string, questions: number): Promise<void> => {
    const tasks = syntheticTasks(questions);
    const [task] = tasks.filter(({ docs }) => docs.length > 0);
    const [doc] = task?.docs ?? [];
    if (task === undefined || doc === undefined) throw new Error("no questions");
    const findings = await probeScoring(model, { sample: mcqPrompt(task, doc, { chat: "none" }) });
    const ask = { message: () => "", maxTokens: 1 };
    const scoring = openScoring(model, findings, { mode: chooseMode(findings, "letters", "letters"), ask });
    const summary = await mmlu(
      {
        bench: "mmlu",
        output: outputTree(folder, "mmlu"),
        model: "stub",
        tasks,
        promptOf: (of, each) => mcqPrompt(of, each, { chat: "none" }),
        prompts: { fewShots: 5, fewShotsFrom: "dev", chat: "none", systemPrompt: null, maxLength: null },
      },
      {
        scoring: {
          score: ({ doc: each, prompt }, signal) => scoreItem({ doc: each, prompt }, scoring, signal),
          modes: { letters: "letters" },
          settings: {},
          findings: findings.notes,
        },
        server: { url: model.url, models: null },
      },
    );
    if (summary.answered !== questions) throw new Error(`${summary.answered} of ${questions} questions answered`);
  };
  try {
    await withTemporaryFolder((folder) => run(folder, 4_000));
    return await withTemporaryFolder((folder) => measure(settings.questions, () => run(folder, settings.questions)));
  } finally {
    await model.close();
  }
}

const result = await { undici: measureUndici, stage: measureStage }[settings.client]();
ownStub?.close();
if (process.send === undefined) console.log(result);
else process.send(result, () => process.disconnect());
