import { z } from "zod";
import type { Answer } from "../domain/mt-bench/answer.js";
import { answerRowSchema, decodeAnswer, decodeJudgment, judgmentRowSchema } from "../domain/mt-bench/eval-output.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import {
  compareQuestionIds,
  decodeQuestion,
  questionIdSchema,
  questionRowSchema,
} from "../domain/mt-bench/question.js";
import { leadingQuestionId } from "./answer-file.js";
import { parseLine, parseRow } from "./jsonl.js";
import type { KeyedLine, OrderedLines } from "./ordered-lines.js";
import { orderedLines } from "./ordered-lines.js";

/** A record with its key. */
export interface Keyed<Key, Record> {
  readonly key: Key;
  readonly record: Record;
}

/** Records of one file that can be read in the order of their keys, as often as wanted. */
export interface OrderedRecords<Key, Record> {
  read(): AsyncGenerator<Keyed<Key, Record>>;
}

/** What judgments are ordered by. Without an id it stands behind all questions of the pair. */
export interface JudgmentsKey {
  readonly model: string;
  readonly judge: string;
  readonly id: QuestionId | undefined;
}

export function compareJudgmentsKeys(left: JudgmentsKey, right: JudgmentsKey): number {
  if (left.model !== right.model) return left.model < right.model ? -1 : 1;
  if (left.judge !== right.judge) return left.judge < right.judge ? -1 : 1;
  if (left.id === undefined || right.id === undefined)
    return Number(left.id === undefined) - Number(right.id === undefined);
  return compareQuestionIds(left.id, right.id);
}

/** Questions by id. */
export async function orderedQuestions(path: string): Promise<OrderedRecords<QuestionId, Question>> {
  const lines = await orderedLines(path, {
    keyOf: (row) => questionRowSchema.parse(row).question_id,
    compare: compareQuestionIds,
  });
  return decoded(lines, ({ line }) =>
    decodeQuestion(parseRow(questionRowSchema, parseLine(line, path), at(path, line))),
  );
}

/** Answers by question; none where there is no file. */
export async function orderedAnswers(path: string): Promise<OrderedRecords<QuestionId, Answer>> {
  const lines = await orderedLines(path, {
    keyOf: (row) => parseRow(answerRowSchema, row, path).question_id,
    keyOfText: leadingQuestionId,
    compare: compareQuestionIds,
  });
  return decoded(lines, ({ line }) => decodeAnswer(parseRow(answerRowSchema, parseLine(line, path), at(path, line))));
}

const stringSchema = z.string();

/** Our own lines begin with their key, so that finding it does not need the whole line parsed. */
const leadingJudgmentKey =
  /^\{"question_id":(\d{1,15}|"(?:[^"\\]|\\.)+"),"model":("(?:[^"\\]|\\.)*"),"judge":\[("(?:[^"\\]|\\.)*"),/;

/** Judgments by candidate, judge and question, and the pairs of candidate and judge that occur; none where there is no file. */
export async function orderedJudgments(
  path: string,
): Promise<OrderedRecords<JudgmentsKey, Judgment> & { readonly pairs: readonly Omit<JudgmentsKey, "id">[] }> {
  // one pair of strings per pair of models, not one per line
  const pairs = new Map<string, Omit<JudgmentsKey, "id">>();
  const keyed = (model: string, judge: string, id: QuestionId): JudgmentsKey => {
    const name = JSON.stringify([model, judge]);
    const pair = pairs.get(name) ?? { model, judge };
    pairs.set(name, pair);
    return { ...pair, id };
  };
  const lines = await orderedLines<JudgmentsKey>(path, {
    keyOf: (row) => {
      const { question_id: id, model, judge } = parseRow(judgmentRowSchema, row, path);
      return keyed(model, judge[0], id);
    },
    keyOfText: (text) => {
      const [, id, model, judge] = leadingJudgmentKey.exec(text) ?? [];
      if (id === undefined || model === undefined || judge === undefined) return undefined;
      return keyed(
        stringSchema.parse(JSON.parse(model)),
        stringSchema.parse(JSON.parse(judge)),
        questionIdSchema.parse(JSON.parse(id)),
      );
    },
    compare: compareJudgmentsKeys,
  });
  const records = decoded(lines, ({ line }) =>
    decodeJudgment(parseRow(judgmentRowSchema, parseLine(line, path), at(path, line))),
  );
  return { ...records, pairs: [...pairs.values()] };
}

function decoded<Key, Record>(
  lines: OrderedLines<Key>,
  decode: (line: KeyedLine<Key>) => Record,
): OrderedRecords<Key, Record> {
  return {
    read: async function* read() {
      for await (const line of lines.read()) yield { key: line.key, record: decode(line) };
    },
  };
}

function at(path: string, { line }: { readonly line: number }): string {
  return `${path}:${line}`;
}
