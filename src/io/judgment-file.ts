import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { decodeJudgment, judgmentRowSchema } from "../domain/mt-bench/eval-output.js";
import type { Judgment, RatedJudgment } from "../domain/mt-bench/judgment.js";
import { judgmentKey } from "../domain/mt-bench/judgment.js";
import type { QuestionId } from "../domain/mt-bench/question.js";
import { compareQuestionIds, questionIdSchema } from "../domain/mt-bench/question.js";
import { isUsualJudgmentRow } from "../domain/mt-bench/usual-rows.js";
import type { TextLine } from "./jsonl.js";
import { parseLine, parseRow, readLines } from "./jsonl.js";
import { isNonEmpty } from "./output-tree.js";
import { replaceFile } from "./replace-file.js";
import { settleFile } from "./settle.js";

/** Reads InstructLab's, FastChat's or our own judgments; nothing where there is no file. */
export async function* readJudgments(path: string): AsyncGenerator<Judgment> {
  if (!(await isNonEmpty(path))) return;
  for await (const lines of readLines(path))
    for (const line of lines) yield judgmentOf(parseLine(line, path), line, path);
}

/**
 * As `readJudgments`, but without `userPrompt`, which is empty in all lines of the usual form and not checked to be valid JSON, and as many
 * at a time as lie in one block of the file (io/jsonl.ts), each read as it is taken. Promises for each of 100,000 records take seconds, and let the garbage collector take their texts for old.
 */
export async function* readJudgmentGroups(path: string): AsyncGenerator<Iterable<Judgment>> {
  if (!(await isNonEmpty(path))) return;
  for await (const lines of readLines(path)) yield judgmentsOf(lines, path);
}

function* judgmentsOf(lines: Iterable<TextLine>, path: string): Generator<Judgment> {
  for (const line of lines) yield judgmentOf(parseWithoutPrompt(line, path), line, path);
}

function judgmentOf(row: unknown, { line }: TextLine, path: string): Judgment {
  return decodeJudgment(isUsualJudgmentRow(row) ? row : parseRow(judgmentRowSchema, row, `${path}:${line}`));
}

/** What the judge was asked is most of a line: passing over it takes a fraction of the time of parsing it. */
function parseWithoutPrompt(line: TextLine, path: string): unknown {
  try {
    return JSON.parse(withoutPrompt(line.text));
  } catch {
    // the error is to name a place in the line as it stands there
    return parseLine(line, path);
  }
}

function withoutPrompt(text: string): string {
  // within a text its quotes would be escaped; where another key ends like it, only time is lost
  const key = /"user_prompt": ?"/.exec(text);
  if (key === null) return text;
  const start = key.index + key[0].length;
  let end = text.indexOf('"', start);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text : text.slice(0, start) + text.slice(end);
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, place: number): boolean {
  let first = place;
  while (text[first - 1] === "\\") first--;
  return (place - first) % 2 === 1;
}

/** The replies to be found for one model, by `judgmentKey`; texts are dropped, they are on disk. */
export async function readRatedJudgments(path: string, model: string): Promise<Map<string, RatedJudgment>> {
  const rated = new Map<string, RatedJudgment>();
  for await (const judgment of readJudgments(path))
    if (judgment.kind === "rated" && judgment.model === model)
      rated.set(judgmentKey(judgment), { ...judgment, text: "", userPrompt: "" });
  return rated;
}

/** Takes one model's lines out of a file, in one step; the others' are copied as they are. */
export async function removeModel(path: string, model: string): Promise<void> {
  if (!(await isNonEmpty(path))) return;
  async function* others(): AsyncGenerator<string> {
    for await (const group of readLines(path))
      for (const line of group)
        if (parseRow(judgmentRowSchema, parseLine(line, path), `${path}:${line.line}`).model !== model)
          yield `${line.text}\n`;
  }
  await replaceFile(path, (temporary) => writeFile(temporary, others()));
}

const keySchema = z.object({
  model: z.string(),
  question_id: questionIdSchema,
  turn: z.number(),
  choice: z.number().default(0),
  repeat: z.number().default(0),
});

type Key = readonly [model: string, id: QuestionId, turn: number, choice: number, repeat: number];

/** Sorts judgments by model, question, turn and repeats; of several with one key the last stays. */
export async function settleJudgments(path: string): Promise<void> {
  if (!(await isNonEmpty(path))) return;
  const models = new Map<string, string>();
  await settleFile<Key>(path, {
    keyOf: (row, where) => {
      const { model, question_id: id, turn, choice, repeat } = parseRow(keySchema, row, where);
      // one string per model, not one per line
      if (!models.has(model)) models.set(model, model);
      return [models.get(model) ?? model, id, turn, choice, repeat];
    },
    compare: compareKeys,
  });
}

function compareKeys(left: Key, right: Key): number {
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
  return compareQuestionIds(left[1], right[1]) || left[2] - right[2] || left[3] - right[3] || left[4] - right[4];
}
