/**
 * Kills gen-answers, judge-answers and mmlu with SIGKILL at random moments, goes on with them to the end, and checks that (a) no record that
 * was on disk at a kill is lost or changed, (b) nothing is asked again that was on disk as finished, (c) the final files are those of an
 * undisturbed run, but for ids, times and latencies; with mmlu lm-eval's files, too. `npm run kill-test [-- --kills N --seed N]`; exits with 1 on any violation.
 */
import { appendFile, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { Question } from "../src/domain/mt-bench/question.js";
import { startChild } from "./support/child.js";
import { writeChoiceData } from "./support/choice-data.js";
import {
  holdsLock,
  pathsOf,
  readFinished,
  readWholeLines,
  stages,
  startStage,
  type Finished,
  type Series,
  type Stage,
  type StageRun,
} from "./support/killed-stage.js";
import { judgeRefuses, startsRefusedPrompt } from "./support/logged-request.js";
import { seededRandom } from "./support/seeded-random.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

const { values: flags } = parseArgs({
  options: { kills: { type: "string", default: "72" }, seed: { type: "string", default: "1" } },
});
const wantedKills = Number(flags.kills);
const { uniform } = seededRandom(Number(flags.seed));
const startedMs = performance.now();

const questionCount = 60;
const subjects = ["anatomy", "sociology", "virology"];
const questionsPerSubject = 40;
/** of one series, so that no stage is killed at its end only */
const killsPerSeries = 8;
const nothing: Finished = { records: new Map(), replies: new Map() };

/** What is known of the runs so far. */
const requests: { readonly run: number; readonly key: string }[] = [];
const kills: Record<Stage, number> = { "gen-answers": 0, "judge-answers": 0, mmlu: 0 };
/** kills after the last request: while records are synced, sorted and put in place */
let killsAtTheEnd = 0;
/** kills before the lock was taken or after it was given back, which count for nothing */
let missedKills = 0;
let tornLines = 0;
let runs = 0;
const violations: string[] = [];

/** Two-turn questions, some with references, some that are refused. */
function makeQuestions(): (Question & { readonly reference: readonly string[] })[] {
  return Array.from({ length: questionCount }, (_, index) => {
    const id = index + 1;
    const second = `Frage ${id}, zweiter Teil: und warum „${id}“?`;
    const first = `Question ${id}, first part: how many are ${id} × ${id}?`;
    return {
      id,
      category: ["writing", "math", "stem", "coding"][index % 4] ?? "writing",
      turns: [
        id % 23 === 0 ? `${first} ${judgeRefuses}` : first,
        id % 29 === 0 ? `${startsRefusedPrompt} ${second}` : second,
      ],
      reference: [`${id * id}`, "Because of the rule."],
    };
  });
}

function requestsOf(run: number): number {
  return requests.filter((request) => request.run === run).length;
}

function allKills(): number {
  return stages.reduce((sum, stage) => sum + kills[stage], 0);
}

/** A moment in the life of a run; `left` is the number of requests it has to send. Resolves earlier when the run ends. */
async function randomMoment(run: number, left: number, ended: Promise<unknown>): Promise<void> {
  const kind = uniform();
  const awaited = kind < 0.1 ? 0 : kind < 0.85 ? Math.ceil(uniform() * left * 0.6) : left;
  const delayMs = uniform() * (awaited === 0 ? 700 : awaited === left ? 120 : 30);
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (!hasEnded && requestsOf(run) < awaited) await sleep(1);
  await Promise.race([ended, sleep(delayMs)]);
}

/** Kills the run unless it ends before, and notes what the kill hit. */
async function killAtRandomMoment(series: Series, run: StageRun, left: number): Promise<void> {
  await randomMoment(runs, left, run.ended);
  if (run.process.exitCode !== null) return;
  const isRunning = holdsLock(series, run);
  if (!run.process.kill("SIGKILL")) return;
  const { code } = await run.ended;
  if (code !== null) return;
  if (isRunning) kills[series.stage]++;
  else missedKills++;
  if (isRunning && requestsOf(runs) >= left) killsAtTheEnd++;
}

/** Leaves what a machine that loses power leaves: half a line, or a line without its end. A kill alone rarely tears a line. */
async function tearLastLine(series: Series): Promise<void> {
  const { records, failed } = pathsOf(series);
  const path = uniform() < 0.5 ? records : failed;
  const content = await readFile(path).catch(() => Buffer.alloc(0));
  const line = Buffer.from((await readWholeLines(path)).at(-1) ?? "");
  if (line.length === 0 || content.at(-1) !== 0x0a) return;
  if (uniform() < 0.25) await truncate(path, content.length - 1);
  else await appendFile(path, line.subarray(0, 1 + Math.floor(uniform() * (line.length - 1))));
  tornLines++;
}

function checkKept(series: Series, before: Finished, now: Finished): void {
  for (const part of ["records", "replies"] as const)
    for (const [key, value] of before[part])
      if (now[part].get(key) !== value)
        violations.push(
          `${series.stage}: ${part} ${key} ${now[part].has(key) ? "changed" : "was lost"} in run ${runs}`,
        );
}

function checkNotAskedAgain(series: Series, finishedBefore: ReadonlyMap<number, Finished>): void {
  for (const { run, key } of requests)
    if (finishedBefore.get(run)?.replies.has(key) === true)
      violations.push(`${series.stage}: ${key} was asked again in run ${run}`);
}

/** Runs a stage to its end, through so many kills as hit it on the way. */
async function runThroughKills(series: Series, calmKeys: readonly string[]): Promise<void> {
  const finishedBefore = new Map<number, Finished>();
  let finished = nothing;
  const killsBefore = kills[series.stage];
  const mayKill = (): boolean => kills[series.stage] - killsBefore < killsPerSeries && allKills() < wantedKills;
  for (let hasEnded = false; !hasEnded;) {
    const run = startStage(series, ++runs);
    finishedBefore.set(runs, finished);
    const { replies } = finished;
    const left = calmKeys.filter((key) => !replies.has(key)).length;
    if (mayKill()) await killAtRandomMoment(series, run, left);
    const { code, said } = await run.ended;
    hasEnded = code !== null;
    if (hasEnded && code !== 0) violations.push(`${series.stage}: run ${runs} ended with ${code}: ${said.trim()}`);
    if (!hasEnded && uniform() < 0.3) await tearLastLine(series);
    const now = await readFinished(series);
    checkKept(series, finished, now);
    finished = now;
  }
  checkNotAskedAgain(series, finishedBefore);
}

const varying = new Set(["answer_id", "tstamp", "latency_ms"]);

/** Final lines of a file without what differs from run to run. */
async function comparableLines(series: Series, part: "records" | "failed"): Promise<string[]> {
  const lines = (await readFile(pathsOf(series)[part], "utf8").catch(() => "")).split("\n");
  const comparable = lines.map((line) =>
    line === ""
      ? ""
      : JSON.stringify(JSON.parse(line), (key, value: unknown) => (varying.has(key) ? undefined : value)),
  );
  // failures are kept in the order in which they came
  return part === "failed" ? comparable.sort() : comparable;
}

async function checkFinalFiles(series: Series, calm: Series): Promise<void> {
  for (const part of ["records", "failed"] as const) {
    const [expected, found] = [await comparableLines(calm, part), await comparableLines(series, part)];
    const place = expected.findIndex((line, index) => line !== found[index]);
    if (place !== -1 || expected.length !== found.length)
      violations.push(
        `${series.stage}: ${part} differ from line ${place + 1} (${expected.length} and ${found.length} lines)`,
      );
  }
  if (series.stage === "mmlu") await checkResultFiles(series, calm);
  const { records } = pathsOf(series);
  const isLeftOver = (name: string): boolean => /\.tmp$|\.lock/.test(name);
  for (const name of await readdir(dirname(records)))
    if (isLeftOver(name)) violations.push(`${series.stage}: ${name} was left behind`);
}

const timed = new Set(["date", "total_evaluation_time_seconds"]);

/** lm-eval's newest files, by names without their dates. */
async function resultFiles(series: Series): Promise<ReadonlyMap<string, string>> {
  const folder = dirname(pathsOf(series).records);
  const dated = (await readdir(folder)).flatMap((name) => {
    const [, kind = "", date = "", end = ""] = /^(results|samples_.*)_(\d{4}-.*)\.(jsonl?)$/.exec(name) ?? [];
    return kind === "" ? [] : [{ name, kind, date, end }];
  });
  const newest = dated.reduce((latest, { kind, date }) => (kind === "results" && date > latest ? date : latest), "");
  const files = new Map<string, string>();
  for (const { name, kind, date, end } of dated) {
    if (date !== newest) continue;
    const text = await readFile(join(folder, name), "utf8");
    files.set(kind, end === "jsonl" ? text : withoutTimes(text));
  }
  return files;
}

function withoutTimes(json: string): string {
  return JSON.stringify(JSON.parse(json), (key, value: unknown) => (timed.has(key) ? undefined : value));
}

async function checkResultFiles(series: Series, calm: Series): Promise<void> {
  const [expected, found] = [await resultFiles(calm), await resultFiles(series)];
  if (expected.size !== 1 + subjects.length || found.size !== expected.size)
    violations.push(`${series.stage}: ${expected.size} and ${found.size} result files`);
  for (const [kind, text] of expected)
    if (found.get(kind) !== text) violations.push(`${series.stage}: the files ${kind} differ`);
}

const hello = z.object({ port: z.number() });
const request = z.object({ run: z.number(), key: z.string() });

await withTemporaryFolder(async (folder) => {
  await using server = startChild("logging-server.ts");
  const { port } = await server.message(hello);
  server.process.on("message", (message) => requests.push(request.parse(message)));
  const questions = makeQuestions();
  const questionsPath = join(folder, "question.jsonl");
  const rows = questions.map(({ id, ...rest }) => JSON.stringify({ question_id: id, ...rest }));
  await writeFile(questionsPath, rows.join("\n"));
  const dataDir = join(folder, "data");
  await mkdir(dataDir);
  const choices = { folder: join(folder, "choices"), subjects };
  await writeChoiceData(choices, questionsPerSubject);
  const seriesIn = (name: string, stage: Stage): Series => ({
    ...{ stage, questions, questionsPath, choices, dataDir },
    outputDir: join(folder, name),
    serverUrl: `http://127.0.0.1:${port}`,
  });
  const calmKeys: Record<Stage, string[]> = { "gen-answers": [], "judge-answers": [], mmlu: [] };
  for (const stage of stages) {
    const { code, said } = await startStage(seriesIn("calm", stage), ++runs).ended;
    if (code !== 0) throw new Error(`the undisturbed ${stage} ended with ${code}: ${said}`);
    calmKeys[stage] = requests.filter(({ run }) => run === runs).map(({ key }) => key);
    const { replies } = await readFinished(seriesIn("calm", stage));
    // else nothing could be found to be asked again
    if (replies.size === 0 || [...replies.keys()].some((key) => !calmKeys[stage].includes(key)))
      throw new Error(`${stage}: what was finished cannot be found among the requests`);
  }
  for (let round = 1; allKills() < wantedKills; round++)
    for (const stage of stages) {
      const series = seriesIn(`round-${round}`, stage);
      await runThroughKills(series, calmKeys[stage]);
      await checkFinalFiles(series, seriesIn("calm", stage));
      if (violations.length > 0) return;
    }
});

console.log(
  `kills: ${stages.map((stage) => `${kills[stage]} of ${stage}`).join(", ")}; ${runs} runs (seed ${flags.seed}); ` +
    `${killsAtTheEnd} of them after the last request, ${missedKills} further ones outside of the stage; ` +
    `${tornLines} torn lines; ${requests.length} requests; ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
);
for (const violation of violations) console.log(`VIOLATION ${violation}`);
console.log(violations.length === 0 ? "nothing was lost, nothing was asked twice, the files are the same" : "FAILED");
process.exitCode = violations.length === 0 ? 0 : 1;
