import type { Comparison } from "../domain/comparison.js";
import type { FileComparison } from "../domain/file-comparison.js";
import { compareForReview } from "../domain/verdict-words.js";

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
      `${group.leftOut.count} (${(group.leftOut.share * 100).toFixed(0)} %)`,
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
