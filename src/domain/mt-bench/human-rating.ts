import { z } from "zod";
import type { QuestionId } from "./question.js";
import { questionIdSchema } from "./question.js";
import { mtBenchScale } from "./rating.js";

/*
 * What a person said of an answer. It stands beside the judges' scores and is never mixed into them: no mean, verdict or gate reads it.
 */

/** The judgment whose rating a person overrules. */
export interface OverruledJudgment {
  readonly judge: string;
  /** repeat of the judgment, from 0 */
  readonly repeat: number;
  /** what the judge said; null where it gave no score */
  readonly score: number | null;
}

export interface HumanRating {
  readonly questionId: QuestionId;
  readonly model: string;
  /** from 1 */
  readonly turn: number;
  /** repeat of the answer, from 0 */
  readonly choice: number;
  /** hash of the texts that were rated, as in a judgment */
  readonly answerHash: string;
  /** 1 to 10; null where the person says that no score can be given */
  readonly score: number | null;
  /** null for a rating of the answer that looks at no judgment */
  readonly overrules: OverruledJudgment | null;
  readonly reason: string;
  /** null where no name was given */
  readonly rater: string | null;
  /** seconds since 1970 */
  readonly tstamp: number;
}

/** A rating as a page shows it. */
export interface ShownRating extends HumanRating {
  /** the answer is not any more the one that was rated */
  readonly isStale: boolean;
}

const scoreSchema = z.number().min(mtBenchScale.min).max(mtBenchScale.max);

const overrulesSchema = z.strictObject({
  judge: z.string().min(1).max(400),
  repeat: z.number().int().nonnegative(),
  score: z.number().nullable(),
});

const givenFields = {
  question_id: questionIdSchema,
  model: z.string().min(1).max(400),
  turn: z.number().int().positive(),
  choice: z.number().int().nonnegative(),
  score: scoreSchema.nullable(),
  reason: z.string().max(4000),
  rater: z.string().trim().min(1).max(100).nullable(),
};

/** A line of `human_rating/<model>.jsonl`. */
export const humanRatingRowSchema = z
  .strictObject({
    ...givenFields,
    answer_hash: z.string(),
    overrules: overrulesSchema.nullable(),
    tstamp: z.number().nonnegative(),
  })
  .superRefine(requireReason);

export type HumanRatingRow = z.infer<typeof humanRatingRowSchema>;

/** What the page sends; what the judge said, the hash of the texts and the time are found out when it is written. */
export const givenRatingSchema = z
  .strictObject({
    ...givenFields,
    /** the text that the person saw: an answer that changed meanwhile is not rated */
    answer: z.string(),
    overrules: overrulesSchema.omit({ score: true }).nullable(),
  })
  .superRefine(requireReason);

export type GivenRating = z.infer<typeof givenRatingSchema>;

/** A score explains itself; to overrule somebody, or to give none, takes a reason. */
function requireReason(
  row: { readonly score: number | null; readonly overrules: object | null; readonly reason: string },
  context: z.RefinementCtx,
): void {
  if (row.reason.trim() !== "" || (row.score !== null && row.overrules === null)) return;
  context.addIssue({
    code: "custom",
    path: ["reason"],
    message: row.score === null ? "say why there is no score" : "say why the judge is overruled",
  });
}

export function encodeHumanRating(rating: HumanRating): HumanRatingRow {
  return {
    question_id: rating.questionId,
    model: rating.model,
    turn: rating.turn,
    choice: rating.choice,
    answer_hash: rating.answerHash,
    score: rating.score,
    overrules: rating.overrules,
    reason: rating.reason,
    rater: rating.rater,
    tstamp: rating.tstamp,
  };
}

export function decodeHumanRating(row: HumanRatingRow): HumanRating {
  const { question_id: questionId, answer_hash: answerHash, ...rest } = row;
  return { questionId, answerHash, ...rest };
}

/** What is to be shown: of several ratings of the same thing by the same person the last. The file keeps all. */
export function currentHumanRatings(ratings: Iterable<HumanRating>): HumanRating[] {
  const latest = new Map<string, HumanRating>();
  for (const rating of ratings) {
    const { questionId, model, turn, choice, rater, overrules } = rating;
    const key = JSON.stringify([
      questionId,
      model,
      turn,
      choice,
      rater,
      overrules && [overrules.judge, overrules.repeat],
    ]);
    latest.delete(key);
    latest.set(key, rating);
  }
  return [...latest.values()];
}
