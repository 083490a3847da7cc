import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { decodeJudgment, judgmentRowSchema } from "../domain/mt-bench/eval-output.js";
import type { Judgment, RatedJudgment } from "../domain/mt-bench/judgment.js";
import { judgmentKey } from "../domain/mt-bench/judgment.js";
import type { QuestionId } from "../domain/mt-bench/question.js";
import { compareQuestionIds, questionIdSchema } from "../domain/mt-bench/question.js";
import type { UsualLines } from "../domain/mt-bench/usual-lines.js";
import { usualLines } from "../domain/mt-bench/usual-lines.js";
import type { TextLine } from "./jsonl.js";
import { parseLine, parseRow, readLines } from "./jsonl.js";
import { isNonEmpty } from "./output-tree.js";
import { replaceFile } from "./replace-file.js";
import { settleFile } from "./settle.js";

/** Reads InstructLab's, FastChat's or our own judgments; nothing where there is no file. */
export async function* readJudgments(path: string): AsyncGenerator<Judgment> {
  if (!(await isNonEmpty(path))) return;
  for await (const lines of readLines(path)) for (const line of lines) yield judgmentOf(line, path);
}

/**
 * As `readJudgments`, but without `userPrompt`, which is most of a line: it is empty, and in usual lines (domain/mt-bench/usual-lines.ts) not
 * checked to be valid JSON. As many come at a time as lie in one block of the file (io/jsonl.ts), each read as it is taken. Promises for each of
 * 100,000 records take seconds, and let the garbage collector take their texts for old.
 */
export async function* readJudgmentGroups(path: string): AsyncGenerator<Iterable<Judgment>> {
  if (!(await isNonEmpty(path))) return;
  const usual = usualLines();
  for await (const lines of readLines(path)) yield judgmentsOf(lines, path, usual);
}

function* judgmentsOf(lines: Iterable<TextLine>, path: string, usual: UsualLines): Generator<Judgment> {
  for (const line of lines) yield usual.judgment(line.text) ?? { ...judgmentOf(line, path), userPrompt: "" };
}

function judgmentOf(line: TextLine, path: string): Judgment {
  return decodeJudgment(parseRow(judgmentRowSchema, parseLine(line, path), `${path}:${line.line}`));
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
