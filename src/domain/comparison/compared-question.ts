import type { QuestionId } from "../mt-bench/question.js";

/** A score of one model's answers to one question, reduced over repeats before any statistics. */
export interface MeasuredScore {
  readonly kind: "scored";
  /** mean over answers of their mean over judgments, 1 to 10 */
  readonly mean: number;
  /** answers that have a score */
  readonly answers: number;
  /** scored judgments over all answers */
  readonly judgments: number;
  /** standard deviation between the scores of the answers; null for a single answer */
  readonly answerSpread: number | null;
  /** standard deviation between judgments of the same answer, pooled over answers; null where each was judged once */
  readonly judgeSpread: number | null;
}

/** A question without an answer or a score has a reason, never a number. */
export type QuestionScore = MeasuredScore | { readonly kind: "unscored"; readonly reason: string };

/** Whether the branch changed the question (added it, or edited its question, answer or context), or both branches share it. */
export const questionGroups = ["changed", "unchanged"] as const;
export type QuestionGroup = (typeof questionGroups)[number];

/** One question that both models were asked. */
export interface ComparedQuestion {
  readonly id: QuestionId;
  /** the taxonomy file it comes from */
  readonly qnaFile: string;
  readonly group: QuestionGroup;
  readonly base: QuestionScore;
  readonly tuned: QuestionScore;
}

/** A question that has a score from both models. */
interface ScoredPair extends Pick<ComparedQuestion, "id" | "qnaFile" | "group"> {
  readonly base: number;
  readonly tuned: number;
  /** tuned − base */
  readonly difference: number;
  readonly spread: { readonly base: ScoreSpread; readonly tuned: ScoreSpread };
}

/** Standard deviations of a score between repeats, in points; null where nothing was repeated. */
interface ScoreSpread {
  readonly answers: number | null;
  readonly judgments: number | null;
}

/** A question that lacks a score: why, for each model that lacks one. */
interface LeftOutPair extends Pick<ComparedQuestion, "id" | "qnaFile" | "group"> {
  readonly base: string | null;
  readonly tuned: string | null;
}

/** The questions of one file that are of one group: what is tested together. */
export interface FilePart {
  readonly qnaFile: string;
  readonly group: QuestionGroup;
  readonly pairs: readonly ScoredPair[];
  readonly leftOut: readonly LeftOutPair[];
  /** the part of a difference's variance that comes from judges giving whole points; 0 without pairs */
  readonly roundingVariance: number;
}

/** Splits questions by file and group, in the order in which these first occur. */
export function splitByFile(questions: readonly ComparedQuestion[]): FilePart[] {
  const parts = new Map<string, ComparedQuestion[]>();
  for (const question of questions) {
    const key = `${question.group} ${question.qnaFile}`;
    const part = parts.get(key);
    if (part) part.push(question);
    else parts.set(key, [question]);
  }
  return [...parts.values()].flatMap((part) => {
    const [first] = part;
    return first ? [filePart(first, part)] : [];
  });
}

function filePart({ qnaFile, group }: ComparedQuestion, questions: readonly ComparedQuestion[]): FilePart {
  const pairs: ScoredPair[] = [];
  const leftOut: LeftOutPair[] = [];
  let rounding = 0;
  for (const { id, base, tuned } of questions) {
    if (base.kind === "scored" && tuned.kind === "scored") {
      const spread = { base: spreadOf(base), tuned: spreadOf(tuned) };
      pairs.push({
        id,
        qnaFile,
        group,
        base: base.mean,
        tuned: tuned.mean,
        difference: tuned.mean - base.mean,
        spread,
      });
      rounding += pointRoundingVariance / base.judgments + pointRoundingVariance / tuned.judgments;
    } else {
      leftOut.push({ id, qnaFile, group, base: reasonOf(base), tuned: reasonOf(tuned) });
    }
  }
  return { qnaFile, group, pairs, leftOut, roundingVariance: pairs.length === 0 ? 0 : rounding / pairs.length };
}

/** The variance of what rounding to a whole point adds (Sheppard, Proceedings of the London Mathematical Society 29, 1898). */
export const pointRoundingVariance = 1 / 12;

function spreadOf({ answerSpread, judgeSpread }: MeasuredScore): ScoreSpread {
  return { answers: answerSpread, judgments: judgeSpread };
}

function reasonOf(score: QuestionScore): string | null {
  return score.kind === "unscored" ? score.reason : null;
}

/** Root of the mean variance between repeats, weighted by degrees of freedom; null where nothing was repeated. */
export function pooledSpread(
  questions: readonly ComparedQuestion[],
  spreadOf: (score: MeasuredScore) => readonly [spread: number | null, degrees: number],
): number | null {
  let sum = 0;
  let weight = 0;
  for (const score of questions.flatMap(({ base, tuned }) => [base, tuned])) {
    if (score.kind !== "scored") continue;
    const [spread, degrees] = spreadOf(score);
    if (spread === null || degrees <= 0) continue;
    sum += degrees * spread ** 2;
    weight += degrees;
  }
  return weight === 0 ? null : Math.sqrt(sum / weight);
}
