/**
 * Kills gen-answers and judge-answers with SIGKILL at random moments, resumes them, and checks that nothing was lost and nothing paid twice.
 * `npm run kill-test [-- --kills N --seed N]`; exits with 1 on any violation.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { outputTree } from "../src/io/output-tree.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

const { values: flags } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
});
const wantedKills = Number(flags.kills);
const questionCount = 60;
const latencyMs = 15;
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

type Row = Record<string, unknown>;
type Stage = "gen-answers" | "judge-answers";

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A server whose replies depend on the messages alone; it remembers what it was asked. */
async function startServer() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.method === "GET") return response.writeHead(404).end("{}");
      const { messages } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { messages: { content: string }[] };
      const prompt = messages.at(-1)?.content ?? "";
      asked.push(prompt);
      await sleep(latencyMs);
      const content = prompt.includes("=== ") ? `Fine. Rating: [[${(prompt.length % 10) + 1}]]` : `re: ${prompt}`;
      const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
      const usage = { prompt_tokens: prompt.length, completion_tokens: content.length };
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ choices, usage }));
    })().catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}`, asked, close: () => server.close().closeAllConnections() };
}

interface Place {
  readonly questions: string;
  readonly outputDir: string;
  readonly url: string;
}

function start(stage: Stage, place: Place) {
  const server = stage === "gen-answers" ? "--server-url" : "--judge-server-url";
  const judge = stage === "gen-answers" ? [] : ["--judge-model", "j", "--judge-prompts", "builtin"];
  const workers = stage === "gen-answers" ? "--max-workers" : "--judge-max-workers";
  const args = [stage, "--model", "m", ...judge, server, place.url, workers, "3"];
  const files = ["--questions", place.questions, "--output-dir", place.outputDir];
  const child = spawn(process.execPath, [bin, ...args, ...files], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(child, "close").then(([code]: unknown[]) => ({ code, said }));
  return { child, ended };
}

async function finish(stage: Stage, place: Place): Promise<void> {
  const { code, said } = await start(stage, place).ended;
  if (code !== 0) throw new Error(`${stage} ended with ${String(code)}: ${said}`);
}

async function readRows(path: string): Promise<Row[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  // a torn last line is no finished record
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

function pathsOf(stage: Stage, place: Place) {
  const tree = outputTree(place.outputDir, "mt_bench");
  return stage === "gen-answers" ? tree.answers("m") : tree.judgments("j");
}

/** What is on disk as finished: the prompt that asked for it, and what came of it. */
async function finishedOnDisk(stage: Stage, place: Place): Promise<Map<string, string>> {
  const { records, failed } = pathsOf(stage, place);
  const rows = await readRows(records);
  if (stage === "judge-answers")
    return new Map(rows.map((row) => [String(row["user_prompt"]), String(row["judgment"])]));
  const finished = new Map<string, string>();
  for (const row of [...(await readRows(failed)), ...rows]) {
    const turns = (row["choices"] as { turns: string[] }[])[0]?.turns ?? [];
    for (const [index, text] of turns.entries())
      finished.set(`${["first", "second"][index]} ${String(row["question_id"])}`, text);
  }
  return finished;
}

/** Final records without what may differ between runs. */
async function comparable(stage: Stage, place: Place): Promise<string> {
  const varying = new Set(["answer_id", "tstamp", "latency_ms"]);
  const rows = await readRows(pathsOf(stage, place).records);
  return JSON.stringify(rows, (key, value: unknown) => (varying.has(key) ? undefined : value));
}

/** Mostly some time after the first request, sometimes before there is any. */
async function momentOfKill(random: () => number, hasBegun: () => boolean): Promise<void> {
  if (random() < 0.1) return sleep(random() * 600);
  while (!hasBegun()) await sleep(2);
  return sleep(random() * 200);
}

async function isStillRunning(ended: Promise<unknown>, moment: Promise<void>): Promise<boolean> {
  return Promise.race([ended.then(() => false), moment.then(() => true)]);
}

/** Runs a stage to its end through kills, and returns their number. */
async function runKilled(
  stage: Stage,
  place: Place,
  options: { asked: string[]; random: () => number; kills: number },
) {
  const { asked, random } = options;
  const violations: string[] = [];
  let kills = 0;
  let before = new Map<string, string>();
  for (;;) {
    const askedBefore = asked.length;
    const run = start(stage, place);
    const last = kills >= options.kills;
    if (
      !last &&
      (await isStillRunning(
        run.ended,
        momentOfKill(random, () => asked.length > askedBefore || run.child.exitCode !== null),
      ))
    )
      run.child.kill("SIGKILL");
    const { code, said } = await run.ended;
    if (code !== null && code !== 0) throw new Error(`${stage} ended with ${String(code)}: ${said}`);
    for (const prompt of asked.slice(askedBefore))
      if (before.has(prompt)) violations.push(`asked again: ${prompt.slice(0, 80)}`);
    const now = await finishedOnDisk(stage, place);
    for (const [prompt, text] of before)
      if (now.get(prompt) !== text) violations.push(`lost or changed: ${prompt.slice(0, 80)}`);
    before = now;
    if (code === 0) return { kills, violations };
    // a kill before the first request hits no running stage and is not counted
    if (asked.length > askedBefore) kills++;
  }
}

const exitCode = await withTemporaryFolder(async (folder) => {
  const server = await startServer();
  const random = seeded(Number(flags.seed));
  const questions = join(folder, "question.jsonl");
  const lines = Array.from({ length: questionCount }, (_, index) =>
    JSON.stringify({
      question_id: index + 1,
      category: "writing",
      turns: [`first ${index + 1}`, `second ${index + 1}`],
    }),
  );
  await writeFile(questions, `${lines.join("\n")}\n`);
  const calm: Place = { questions, outputDir: join(folder, "calm"), url: server.url };
  await finish("gen-answers", calm);
  await finish("judge-answers", calm);
  const kills = { "gen-answers": 0, "judge-answers": 0 };
  const violations: string[] = [];
  for (let round = 1; kills["gen-answers"] + kills["judge-answers"] < wantedKills; round++) {
    const place: Place = { ...calm, outputDir: join(folder, `round-${round}`) };
    for (const stage of ["gen-answers", "judge-answers"] as const) {
      const outcome = await runKilled(stage, place, { asked: server.asked, random, kills: 8 });
      kills[stage] += outcome.kills;
      violations.push(...outcome.violations);
      if ((await comparable(stage, place)) !== (await comparable(stage, calm)))
        violations.push(`${stage}: the final file differs`);
    }
  }
  server.close();
  console.log(
    `${kills["gen-answers"]} kills of gen-answers, ${kills["judge-answers"]} of judge-answers, ${violations.length} violations`,
  );
  for (const violation of violations.slice(0, 20)) console.log(`  ${violation}`);
  return violations.length === 0 ? 0 : 1;
});
process.exitCode = exitCode;
