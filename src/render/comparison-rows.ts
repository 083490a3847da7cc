import type { LeftOutQuestion } from "../domain/comparison/branch-comparison.js";
import type { Comparison } from "../domain/comparison/comparison.js";
import type { FileComparison } from "../domain/comparison/file-comparison.js";
import { compareForReview } from "../domain/comparison/verdict-words.js";

/** One row a group: name, files, n, means, difference, left out. */
export function groupRows({ groups }: Comparison): string[][] {
  return (["changed", "unchanged", "all"] as const).map((name) => {
    const group = groups[name];
    return [
      name,
      String(group.files),
      String(group.n),
      number(group.baseMean),
      number(group.tunedMean),
      `${differenceText(group.difference)} ${intervalText(group.interval)}`.trim(),
      leftOutText(group.leftOut),
    ];
  });
}

export function sortedForReview(files: readonly FileComparison[]): FileComparison[] {
  return files.toSorted(compareForReview);
}

export function differenceText(value: number | null): string {
  return value === null ? "-" : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

export function intervalText(interval: readonly [number, number] | null): string {
  return interval === null ? "" : `[${differenceText(interval[0])}, ${differenceText(interval[1])}]`;
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

/** How many pairs have no score, and which share of all. */
export function leftOutText({ count, share }: FileComparison["leftOut"]): string {
  return `${count} (${(share * 100).toFixed(0)} %)`;
}

/** How much a score changes when nothing but chance does. */
export function noiseText({ noise }: Comparison): string {
  const deviation = (value: number | null, flag: string): string =>
    value === null ? `unknown without ${flag}` : value.toFixed(2);
  return `standard deviation of a score between repeats of the answer ${deviation(noise.answers, "--repeats")}, between judgments of one answer ${deviation(noise.judgments, "--judge-repeats")}`;
}

/** Whether a loss that matters is ruled out for what the branch did not change. */
export function marginText({ groups, settings }: Comparison): string {
  const { n, interval, withinMargin, leftOut } = groups.unchanged;
  const loss = `a loss of ${settings.margin} points or more on unchanged questions`;
  if (n === 0) return "no unchanged question was measured";
  if (leftOut.share > settings.marginLeftOut)
    return `${leftOutText(leftOut)} of the unchanged questions are left out, too many to rule out that they lost ${settings.margin} points or more`;
  if (withinMargin === null) return `too little was measured to rule out ${loss}`;
  return `${loss} is ${withinMargin ? "ruled out" : "not ruled out"} (95 % interval ${intervalText(interval)})`;
}

/** Longer lists of questions are cut; the JSON form has all. */
const shownLeftOut = 20;

/** The first questions that were left out, and how many more there are. */
export function shownLeftOutQuestions(questions: readonly LeftOutQuestion[]): {
  readonly shown: readonly LeftOutQuestion[];
  readonly more: string | undefined;
} {
  const hidden = questions.length - shownLeftOut;
  const more = hidden > 0 ? `… and ${hidden} more; --format json lists all` : undefined;
  return { shown: questions.slice(0, shownLeftOut), more };
}

/** Which model lacks a score, and why. */
export function leftOutReason({ base, tuned }: Pick<LeftOutQuestion, "base" | "tuned">): string {
  const reasons = [base === null ? [] : [`base: ${base}`], tuned === null ? [] : [`tuned: ${tuned}`]];
  return reasons.flat().join(", ");
}
