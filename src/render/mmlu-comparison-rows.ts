import type { Verdict } from "../domain/statistics/verdict.js";
import type { McqTaskComparison, OverallComparison } from "../domain/mmlu/mcq-comparison-schema.js";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";

export const overallHead = [
  "",
  "tasks",
  "n",
  "base",
  "tuned",
  "difference [95 % interval]",
  "gained",
  "lost",
  "p",
  "detectable",
];

/** One row a form: accuracies over all questions, clustered by task. */
export function overallRows({ comparison }: MmluComparison): string[][] {
  return comparison.overall.map((overall) => [
    comparison.overall.length > 1 ? `scored by ${overall.form}` : "all questions",
    String(overall.tasks),
    ...pairCells(overall),
    share(overall.detectable),
  ]);
}

export const taskHead = [
  "task",
  "verdict",
  "n",
  "base",
  "tuned",
  "difference [95 % interval]",
  "gained",
  "lost",
  "p",
  "detectable",
];

/** One row a task, what needs a look first. */
export function taskRows({ comparison }: MmluComparison, name: (task: string) => string): string[][] {
  return comparison.tasks
    .toSorted(compareForReview)
    .map((task) => [name(task.task), verdictWords[task.verdict], ...pairCells(task), share(task.detectable)]);
}

function pairCells(pair: McqTaskComparison | OverallComparison): string[] {
  const { n, baseAcc, tunedAcc, difference, interval, gained, lost, p } = pair;
  const range = interval === null ? "" : ` [${signed(interval[0])}, ${signed(interval[1])}]`;
  return [
    String(n),
    share(baseAcc),
    share(tunedAcc),
    difference === null ? "-" : `${signed(difference)}${range}`,
    String(gained),
    String(lost),
    p === null ? "-" : p < 0.0001 ? "< 0.0001" : p.toFixed(4),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function share(value: number | null): string {
  return value === null ? "-" : value.toFixed(3);
}

const reviewOrder: readonly Verdict[] = [
  "regressed",
  "not-measured",
  "no-difference",
  "too-few-questions",
  "already-solved",
  "learned",
];

function compareForReview(left: McqTaskComparison, right: McqTaskComparison): number {
  return (
    reviewOrder.indexOf(left.verdict) - reviewOrder.indexOf(right.verdict) ||
    (left.difference ?? 0) - (right.difference ?? 0) ||
    (left.task < right.task ? -1 : 1)
  );
}
