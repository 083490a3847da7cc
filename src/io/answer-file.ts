import { z } from "zod";
import type { Answer, CompleteAnswer, FailedAnswer } from "../domain/mt-bench/answer.js";
import { EvalError } from "../domain/eval-error.js";
import { answerRowSchema, decodeAnswer } from "../domain/mt-bench/eval-output.js";
import { compareQuestionIds, questionIdSchema } from "../domain/mt-bench/question.js";
import type { QuestionId } from "../domain/mt-bench/question.js";
import type { UsualLines } from "../domain/mt-bench/usual-lines.js";
import { usualLines } from "../domain/mt-bench/usual-lines.js";
import type { TextLine } from "./jsonl.js";
import { parseLine, parseRow, readLines } from "./jsonl.js";
import { isNonEmpty } from "./output-tree.js";
import { settleFile } from "./settle.js";

/** An answer and where it stands. */
export interface ReadAnswer {
  readonly answer: Answer;
  /** from 1 */
  readonly line: number;
  /** of a usual line (domain/mt-bench/usual-lines.ts), where groups are read: per choice its turns as JSON, which are parts of the line */
  readonly turnsJson?: readonly (readonly string[])[];
}

/** Reads InstructLab's, FastChat's or our own answers; nothing where there is no file. */
export async function* readAnswers(path: string): AsyncGenerator<ReadAnswer> {
  // whoever keeps what is read keeps no line
  for await (const group of readAnswerGroups(path)) for (const { answer, line } of group) yield { answer, line };
}

/** As `readAnswers`, as many at a time as lie in one block of the file (io/jsonl.ts), each read as it is taken. */
export async function* readAnswerGroups(path: string): AsyncGenerator<Iterable<ReadAnswer>> {
  if (!(await isNonEmpty(path))) return;
  const usual = usualLines();
  for await (const lines of readLines(path)) yield answersOf(lines, path, usual);
}

function* answersOf(lines: Iterable<TextLine>, path: string, usual: UsualLines): Generator<ReadAnswer> {
  for (const textLine of lines) {
    const { line, text } = textLine;
    const read = usual.answer(text);
    if (read !== undefined) yield { line, ...read };
    else {
      const row = parseRow(answerRowSchema, parseLine(textLine, path), `${path}:${line}`);
      yield { line, answer: decodeAnswer(row) };
    }
  }
}

/** The last failure of each question that has no complete answer. */
export async function readFailedAnswers(
  path: string,
  answered: ReadonlySet<QuestionId>,
): Promise<Map<QuestionId, FailedAnswer>> {
  const failed = new Map<QuestionId, FailedAnswer>();
  for await (const { answer } of readAnswers(path))
    if (answer.kind === "failed" && !answered.has(answer.questionId)) failed.set(answer.questionId, answer);
  return failed;
}

/**
 * As `readAnswers`, but of several answers to one question only the last, which is the one that settling keeps.
 *
 * @param onReplaced told how many lines are passed over, where there are any: a run writes no such lines, a hand or another tool does
 */
export async function* readLatestAnswers(
  path: string,
  onReplaced?: (lines: number) => void,
): AsyncGenerator<ReadAnswer> {
  if (!(await isNonEmpty(path))) return;
  const replaced = await replacedLines(path);
  if (replaced.size > 0) onReplaced?.(replaced.size);
  for await (const read of readAnswers(path)) if (!replaced.has(read.line)) yield read;
}

/** Lines that a later answer to the same question replaces. */
async function replacedLines(path: string): Promise<ReadonlySet<number>> {
  const last = new Map<QuestionId, number>();
  const replaced = new Set<number>();
  for await (const group of readLines(path)) {
    for (const line of group) {
      const id = leadingQuestionId(line.text) ?? questionIdOf(parseLine(line, path), `${path}:${line.line}`);
      const earlier = last.get(id);
      if (earlier !== undefined) replaced.add(earlier);
      last.set(id, line.line);
    }
  }
  return replaced;
}

/** The answers that count, each checked to belong to the question set. */
export async function* readAnswersOf(
  path: string,
  set: { readonly ids: { has(id: QuestionId): boolean }; readonly path: string },
  onReplaced?: (lines: number) => void,
): AsyncGenerator<CompleteAnswer | FailedAnswer> {
  for await (const { answer, line } of readLatestAnswers(path, onReplaced)) {
    if (!set.ids.has(answer.questionId))
      throw new EvalError(
        "input",
        `${path}:${line}: field question_id: ${answer.questionId} is not a question of ${set.path}`,
        {
          hint: "these answers belong to another question set: give its file with --questions, or another --output-dir",
        },
      );
    yield answer;
  }
}

const keySchema = z.object({ question_id: questionIdSchema });

/** Sorts answers by question; of several answers to one question the last stays. Returns the ids of the questions, some of them twice. */
export async function settleAnswers(path: string): Promise<readonly QuestionId[]> {
  if (!(await isNonEmpty(path))) return [];
  const { keys } = await settleFile(path, {
    keyOf: questionIdOf,
    keyOfText: leadingQuestionId,
    compare: compareQuestionIds,
  });
  return keys;
}

function questionIdOf(row: unknown, where: string): QuestionId {
  return parseRow(keySchema, row, where).question_id;
}

/** Our own lines begin with the id. It is parsed, not cut out, since a part of a string would keep the whole line in memory. */
export function leadingQuestionId(text: string): QuestionId | undefined {
  const id = /^\{"question_id":(\d{1,15}|"(?:[^"\\]|\\.)+")[,}]/.exec(text)?.[1];
  return id === undefined ? undefined : questionIdSchema.parse(JSON.parse(id));
}
