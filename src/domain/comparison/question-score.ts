import type { QuestionScore } from "./compared-question.js";

/** A judgment of one answer to a question, as far as its score goes. */
export interface ScoreOfAnswer {
  /** repeat of the answer, from 0 */
  readonly choice: number;
  readonly outcome:
    | { readonly kind: "scored"; readonly score: number }
    | { readonly kind: "unscored" | "failed"; readonly reason: string };
}

/** Reduces repeats to one score per question: first the judgments of each answer, then the answers. */
export function reduceScores(judgments: readonly ScoreOfAnswer[], missing: string): QuestionScore {
  const byAnswer = new Map<number, number[]>();
  for (const { choice, outcome } of judgments)
    if (outcome.kind === "scored") byAnswer.set(choice, [...(byAnswer.get(choice) ?? []), outcome.score]);
  const answers = [...byAnswer.values()];
  if (answers.length === 0) return { kind: "unscored", reason: reasonOf(judgments) ?? missing };
  const means = answers.map(meanOf);
  return {
    kind: "scored",
    mean: meanOf(means),
    answers: answers.length,
    judgments: answers.reduce((sum, scores) => sum + scores.length, 0),
    answerSpread: pooledDeviation([means]),
    judgeSpread: pooledDeviation(answers),
  };
}

function reasonOf(judgments: readonly ScoreOfAnswer[]): string | undefined {
  const outcome = judgments.find((judgment) => judgment.outcome.kind !== "scored")?.outcome;
  return outcome === undefined || outcome.kind === "scored" ? undefined : outcome.reason;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation within groups, pooled over them; null where no group has two values. */
function pooledDeviation(groups: readonly (readonly number[])[]): number | null {
  let [squares, degrees] = [0, 0];
  for (const values of groups) {
    const mean = meanOf(values);
    squares += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    degrees += values.length - 1;
  }
  return degrees === 0 ? null : Math.sqrt(squares / degrees);
}
