import { z } from "zod";
import type { QuestionId } from "../mt-bench/question.js";
import type { AnswerSummary, JudgmentSummary, QuestionSummary, ScoredModel } from "../mt-bench/scored-model.js";

const countsSchema = z.record(z.string(), z.number().int().nonnegative());

/** What a report counts of one model under one judge. */
export const countFields = {
  judgments: z.strictObject({
    expected: z.number().int().describe("one per turn of each question asked"),
    scored: z.number().int(),
    unscored: countsSchema.describe("judge replies without a usable rating, by reason"),
    failed: countsSchema.describe("no reply from the judge, by reason"),
    unanswered: z.number().int().describe("turns the candidate did not answer; they are not judged"),
    missing: z.number().int().describe("answered turns that were not judged yet, or whose answer changed since"),
  }),
  errorRate: z.number().describe("share of the expected judgments that have no score"),
  answers: z
    .strictObject({
      asked: z.number().int(),
      answered: z.number().int(),
      failed: countsSchema,
      truncatedTurns: z.number().int(),
      emptyTurns: z.number().int(),
    })
    .nullable(),
  partial: z
    .strictObject({ asked: z.number().int(), of: z.number().int() })
    .nullable()
    .describe("set where not the whole question set was asked"),
  tokens: z.strictObject({
    candidate: z.strictObject({ prompt: z.number().int(), completion: z.number().int() }),
    judge: z.strictObject({ prompt: z.number().int(), completion: z.number().int() }),
  }),
};

type Counts = z.infer<z.ZodObject<typeof countFields>>;

/** @param questions those of the set, and the ids of those that were asked */

export function countJudgments(
  { answers, judgments, choices, repeats = 1 }: ScoredModel,
  {
    known,
    asked,
  }: { readonly known: ReadonlyMap<QuestionId, QuestionSummary>; readonly asked: ReadonlySet<QuestionId> },
): Pick<Counts, "judgments" | "errorRate" | "partial"> {
  const unscored: Record<string, number> = {};
  const failed: Record<string, number> = {};
  let done = 0;
  for (const { outcome, stale } of judgments) {
    if (stale) continue;
    if (outcome.kind === "scored") done++;
    else if (outcome.kind === "unscored") unscored[outcome.reason] = (unscored[outcome.reason] ?? 0) + 1;
    else failed[outcome.reason] = (failed[outcome.reason] ?? 0) + 1;
  }
  const turnsOf = (id: QuestionId): number => known.get(id)?.turns ?? 0;
  const unanswered = (answers ?? []).reduce(
    (sum, answer) => sum + repeats * Math.max(0, turnsOf(answer.questionId) * choices - answer.turns),
    0,
  );
  const judged = done + total(unscored) + total(failed);
  const answered =
    repeats *
    (answers?.reduce((sum, answer) => sum + answer.turns, 0) ??
      [...asked].reduce<number>((sum, id) => sum + turnsOf(id), 0));
  const expected = Math.max(answered, judged) + unanswered;
  return {
    judgments: { expected, scored: done, unscored, failed, unanswered, missing: Math.max(0, answered - judged) },
    errorRate: expected === 0 ? 0 : (expected - done) / expected,
    partial: asked.size < known.size ? { asked: asked.size, of: known.size } : null,
  };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function countAnswers(answers: readonly AnswerSummary[] | undefined): Counts["answers"] {
  if (answers === undefined) return null;
  const failed: Record<string, number> = {};
  for (const { failure } of answers) if (failure !== undefined) failed[failure] = (failed[failure] ?? 0) + 1;
  return {
    asked: answers.length,
    answered: answers.length - total(failed),
    failed,
    truncatedTurns: answers.reduce((sum, answer) => sum + answer.truncated, 0),
    emptyTurns: answers.reduce((sum, answer) => sum + answer.empty, 0),
  };
}

export function countTokens(
  answers: readonly AnswerSummary[] | undefined,
  judgments: readonly JudgmentSummary[],
): Counts["tokens"] {
  const add = (records: readonly Pick<AnswerSummary, "promptTokens" | "completionTokens">[]) => ({
    prompt: records.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completion: records.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  });
  return { candidate: add(answers ?? []), judge: add(judgments) };
}
