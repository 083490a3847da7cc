import type { PointResult } from "./client-point-settings.js";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** A line with what was reached beside its limit; a benchmark informs, it does not fail. */
export function judge(
  what: string,
  reached: number,
  limit: { readonly atLeast?: number; readonly atMost?: number },
): string {
  const holds = reached >= (limit.atLeast ?? -Infinity) && reached <= (limit.atMost ?? Infinity);
  const stated = limit.atLeast === undefined ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
  return `${holds ? "PASS" : "MISS"}  ${what}: ${reached.toFixed(2)} (${stated})`;
}

/** A line with what was measured. */
export function row(name: string, results: readonly PointResult[]): string {
  const rates = results.map(({ perSecond }) => perSecond);
  const cpu = median(results.map(({ cpuUs }) => cpuUs));
  const spread = `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
  return `${name.padEnd(34)} ${median(rates).toFixed(0).padStart(6)}/s (${spread}), ${cpu.toFixed(0)} us of processor time a request`;
}
