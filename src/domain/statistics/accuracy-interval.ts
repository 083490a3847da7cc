import type { Tally } from "./accuracy.js";
import { withinScale } from "./statistics.js";

const normalQuantile = 1.959_963_984_540_054;

/**
 * Wilson's 95 % interval of a share, which has a width even where all or none are right (Journal of the American Statistical Association 22,
 * 1927); null without questions. Over several tasks it is a little wide, since it takes no account of their being told apart.
 */
export function shareInterval({ n, correct }: Tally): [number, number] | null {
  if (n === 0) return null;
  const square = normalQuantile ** 2;
  const middle = (correct + square / 2) / (n + square);
  const reach = (normalQuantile * Math.sqrt((correct * (n - correct)) / n + square / 4)) / (n + square);
  return withinScale([middle - reach, middle + reach], { min: 0, max: 1 });
}

/** 95 % interval of a mean of many independent parts; null without a known error, or where none shows any spread. */
export function normalInterval(mean: number | null, standardError: number | null): [number, number] | null {
  if (mean === null || standardError === null || standardError === 0) return null;
  const reach = normalQuantile * standardError;
  return withinScale([mean - reach, mean + reach], { min: 0, max: 1 });
}

/** Standard error of the plain mean over tasks whose questions are independent; null where one task's is not known. */
export function plainMeanError(stderrs: readonly (number | null)[]): number | null {
  let squares = 0;
  for (const stderr of stderrs) {
    if (stderr === null) return null;
    squares += stderr ** 2;
  }
  return stderrs.length === 0 ? null : Math.sqrt(squares) / stderrs.length;
}
