import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { outputTree, type RecordPaths } from "../../src/io/output-tree.js";
import type { Question } from "../../src/domain/mt-bench/question.js";
import type { ChoiceData } from "./choice-data.js";
import { requestKey } from "./logged-request.js";

export const stages = ["gen-answers", "judge-answers", "mmlu"] as const;
export type Stage = (typeof stages)[number];

/** What the runs of one series have in common. */
export interface Series {
  readonly stage: Stage;
  readonly questions: readonly Question[];
  readonly questionsPath: string;
  /** CSV files for `mmlu` */
  readonly choices: ChoiceData;
  readonly outputDir: string;
  /** an empty folder: whatever data sets the user pulled stay out of this */
  readonly dataDir: string;
  readonly serverUrl: string;
}

const bin = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));
const bench = "kill_test";
const numChoices = 2;
const seed = 7;

export interface StageRun {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** Starts the real command line. Its requests carry the number of the run. */
export function startStage(series: Series, run: number): StageRun {
  const { stage, questionsPath, choices, outputDir, dataDir, serverUrl } = series;
  const common = ["--model", "candidate", "--output-dir", outputDir, "--data-dir", dataDir];
  const questions = ["--bench", bench, "--questions", questionsPath];
  const parts = {
    "gen-answers": [
      ...questions,
      ...["--server-url", serverUrl, "--max-workers", "8", "--extra-header", `x-run: ${run}`],
      ...["--num-choices", String(numChoices), "--seed", String(seed)],
    ],
    "judge-answers": [
      ...questions,
      ...["--judge-model", "judge", "--judge-server-url", serverUrl, "--judge-max-workers", "8"],
      ...["--judge-extra-header", `x-run: ${run}`, "--judge-prompts", "builtin", "--references", "question"],
    ],
    mmlu: [
      ...["--server-url", serverUrl, "--max-workers", "4", "--extra-header", `x-run: ${run}`],
      ...["--mmlu-data", choices.folder, "--tasks", choices.subjects.join(",")],
    ],
  };
  const child = spawn(process.execPath, [bin, stage, ...parts[stage], ...common], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(child, "close").then(([code]: unknown[]) => ({
    code: typeof code === "number" ? code : null,
    said,
  }));
  return { process: child, pid: child.pid ?? 0, ended };
}

export function pathsOf({ stage, outputDir }: Series): RecordPaths {
  if (stage === "mmlu") return outputTree(outputDir, stage).outcomes("candidate");
  const tree = outputTree(outputDir, bench);
  return stage === "gen-answers" ? tree.answers("candidate") : tree.judgments("judge");
}

/** Whether the run is between taking its lock and giving it back. */
export function holdsLock(series: Series, { pid }: StageRun): boolean {
  try {
    return (
      (JSON.parse(readFileSync(`${pathsOf(series).records}.lock-owner.json`, "utf8")) as { pid: number }).pid === pid
    );
  } catch {
    return false;
  }
}

/** What a series has paid for. */
export interface Finished {
  /** lines of finished records, by what they answer or judge */
  readonly records: ReadonlyMap<string, string>;
  /** what came of each request, by its key: finished turns of unfinished answers are among them */
  readonly replies: ReadonlyMap<string, string>;
}

interface AnswerRow {
  readonly question_id: number;
  readonly choices: readonly {
    readonly index: number;
    readonly turns: readonly string[];
    readonly details: unknown[];
  }[];
  readonly failure?: object;
}

interface JudgmentRow {
  readonly question_id: number;
  readonly turn: number;
  readonly choice: number;
  readonly user_prompt: string;
}

interface ChoiceRow {
  readonly task: string;
  readonly doc_id: number;
  /** the key under which the server logs its requests, too */
  readonly prompt_hash: string;
}

export async function readFinished(series: Series): Promise<Finished> {
  const { records, failed } = pathsOf(series);
  if (series.stage === "mmlu") return finishedChoices(await readWholeLines(records));
  return series.stage === "gen-answers"
    ? finishedAnswers([...(await readWholeLines(failed)), ...(await readWholeLines(records))], series.questions)
    : finishedJudgments(await readWholeLines(records));
}

function finishedAnswers(lines: readonly string[], questions: readonly Question[]): Finished {
  const records = new Map<string, string>();
  const replies = new Map<string, string>();
  const byId = new Map(questions.map((question) => [question.id, question]));
  for (const line of lines) {
    const row = JSON.parse(line) as AnswerRow;
    if (row.failure === undefined) records.set(String(row.question_id), line);
    for (const { index, turns, details } of row.choices)
      for (const [turn, text] of turns.entries())
        replies.set(
          requestKey(byId.get(row.question_id)?.turns[turn] ?? "", seed + index),
          JSON.stringify([text, details[turn]]),
        );
  }
  return { records, replies };
}

function finishedJudgments(lines: readonly string[]): Finished {
  const records = new Map<string, string>();
  const replies = new Map<string, string>();
  for (const line of lines) {
    const { question_id: id, turn, choice, user_prompt: prompt } = JSON.parse(line) as JudgmentRow;
    records.set(`${id} ${turn} ${choice}`, line);
    replies.set(requestKey(prompt, undefined), line);
  }
  return { records, replies };
}

function finishedChoices(lines: readonly string[]): Finished {
  const rows = lines.map((line) => [JSON.parse(line) as ChoiceRow, line] as const);
  return {
    records: new Map(rows.map(([{ task, doc_id: id }, line]) => [`${task} ${id}`, line])),
    replies: new Map(rows.map(([{ prompt_hash: key }, line]) => [key, line])),
  };
}

/** Lines of a file; a last one without its end counts where it is whole. */
export async function readWholeLines(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return isJson(last) ? [...lines, last] : lines;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
