import type { FileComparison } from "./file-comparison.js";
import type { Verdict } from "../statistics/verdict.js";

/** Verdicts as people read them. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  learned: "learned",
  regressed: "regressed",
  "no-difference": "no difference shown",
  "already-solved": "already solved",
  "too-few-questions": "too few questions to tell",
  "not-measured": "not measured",
};

const order: readonly Verdict[] = [
  "regressed",
  "not-measured",
  "no-difference",
  "too-few-questions",
  "already-solved",
  "learned",
];

/** Orders verdicts by how much they need a look. */
export function compareVerdicts(left: Verdict, right: Verdict): number {
  return order.indexOf(left) - order.indexOf(right);
}

/** What needs a look first: regressions, then what taught nothing, changed files before unchanged ones. */
export function compareForReview(left: FileComparison, right: FileComparison): number {
  const rank = (file: FileComparison): number =>
    file.group === "unchanged" && file.verdict !== "regressed"
      ? order.length + order.indexOf(file.verdict)
      : order.indexOf(file.verdict);
  return (
    rank(left) - rank(right) ||
    (left.difference ?? 0) - (right.difference ?? 0) ||
    (left.qnaFile < right.qnaFile ? -1 : 1)
  );
}
