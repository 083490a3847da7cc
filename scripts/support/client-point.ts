/**
 * One measured point of the client benchmark, in a process of its own: warms up, measures, tells its parent the figures. Argument: a
 * `PointSettings` as JSON.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openAIModel } from "../../src/io/openai.js";
import { outputTree } from "../../src/io/output-tree.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import { genAnswers } from "../../src/pipeline/gen-answers.js";
import { settingsSchema, type PointResult, type PointSettings } from "./client-point-settings.js";
import { prompt } from "./question-set.js";
import { withTemporaryFolder } from "./temporary-folder.js";

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? ""));
const writer = fileURLToPath(new URL("write-questions.mjs", import.meta.url));
const origin = `http://127.0.0.1:${settings.port}`;

/** Makes everything ready to send so many requests, and returns what sends them. */
type Preparation = (requests: number) => Promise<() => Promise<void>>;

async function measure(prepare: Preparation, { warmUp, requests }: PointSettings): Promise<PointResult> {
  const warm = await prepare(warmUp);
  await warm();
  const work = await prepare(requests);
  const [start, startCpu] = [performance.now(), process.cpuUsage()];
  await work();
  const [durationMs, { user, system }] = [performance.now() - start, process.cpuUsage(startCpu)];
  return {
    perSecond: (requests * 1_000) / durationMs,
    cpuUs: (user + system) / requests,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

/** So many requests, always as many in flight as the settings say. */
function lanes(ask: () => Promise<unknown>): Preparation {
  return async (requests) => async () => {
    let left = requests;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await ask();
    };
    await Promise.all(Array.from({ length: settings.inFlight }, lane));
  };
}

const chatRequest = {
  model: "stub",
  messages: [{ role: "user" as const, content: prompt }],
  temperature: 0,
  max_tokens: 1024,
};

/** The body is made once and the reply left unparsed: nothing but HTTP. */
async function measureUndici(): Promise<PointResult> {
  const { Pool } = await import("undici");
  const pool = new Pool(origin, { connections: settings.inFlight, pipelining: 1 });
  const body = JSON.stringify(chatRequest);
  const headers = { "content-type": "application/json", accept: "application/json" };
  const ask = async (): Promise<string> => {
    const reply = await pool.request({ method: "POST", path: "/v1/chat/completions", headers, body });
    return reply.body.text();
  };
  try {
    return await measure(lanes(ask), settings);
  } finally {
    await pool.destroy();
  }
}

/** Loaded only here, so that the memory of the other points is their own. */
async function measureSdk(): Promise<PointResult> {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: "none", maxRetries: 0 });
  return measure(
    lanes(() => client.chat.completions.create(chatRequest)),
    settings,
  );
}

/** The whole stage: reading and checking questions, asking, records, syncing, settling. */
async function measureStage(): Promise<PointResult> {
  const model = openAIModel({ baseUrl: `${origin}/v1`, model: "stub", maxWorkers: settings.inFlight });
  const prepareIn =
    (folder: string): Preparation =>
    async (requests) => {
      const path = join(folder, `questions-${requests}.jsonl`);
      execFileSync(process.execPath, [writer, path, String(requests)]);
      const questions = await openQuestionFile(path);
      const output = outputTree(join(folder, `output-${requests}`), "bench");
      return async () => {
        const summary = await genAnswers(
          { bench: "bench", output, questions, model: "stub" },
          { model: model.chat, server: { url: model.url, models: null } },
        );
        if (summary.answered !== requests) throw new Error(`${summary.answered} of ${requests} questions answered`);
      };
    };
  try {
    return await withTemporaryFolder((folder) => measure(prepareIn(folder), settings));
  } finally {
    await model.close();
  }
}

const measures = { undici: measureUndici, sdk: measureSdk, stage: measureStage };
const result = await measures[settings.client]();
if (process.send === undefined) console.log(result);
else process.send(result, () => process.disconnect());
