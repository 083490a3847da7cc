import { counted } from "../counted.js";
import { mcqSentence } from "../mmlu/mmlu-comparison.js";
import type { OverallEstimate, PageMmluModel, PageMmluPair } from "./page-mmlu.js";

/**
 * Results in one or two sentences: the share of right answers, and of two or more models the difference of the best two.
 *
 * @param ranked best first
 * @param pair the second best as base and the best as tuned model
 */
export function mmluSentence(ranked: readonly PageMmluModel[], pair: PageMmluPair | undefined): string {
  const [best, next] = ranked;
  if (best === undefined) return "No question has an outcome yet.";
  const first = `${best.report.model} is right in ${overallWords(best.overall)}${partWords(best.report.partial)}`;
  if (next === undefined) return `${first}.`;
  const rest =
    ranked.length > 2
      ? `, the next best of ${ranked.length} is ${next.report.model} with`
      : `, ${next.report.model} in`;
  return `${first}${rest} ${next.overall.map(({ acc }) => percent(acc)).join(" and ")}. ${differenceWords(best, pair)}`;
}

/** A share of a part is not the benchmark's. */
function partWords(partial: string | null | undefined): string {
  return partial === null || partial === undefined ? "" : ` (partial: ${partial})`;
}

function overallWords(overall: readonly OverallEstimate[]): string {
  return overall
    .map(({ acc, n, name }) => {
      const how = name === "all" ? "" : ` scored by ${name}`;
      return `${percent(acc)} of ${counted(n, "question")}${how}`;
    })
    .join(" and ");
}

function differenceWords(best: PageMmluModel, pair: PageMmluPair | undefined): string {
  if (pair === undefined) return "";
  const [overall, other] = pair.comparison.overall;
  if (overall === undefined || other !== undefined || overall.interval === null || overall.difference === null)
    return mcqSentence(pair.comparison);
  const [low, high] = overall.interval;
  const shown = `${signed(overall.difference)} points, 95 % interval ${signed(low)} to ${signed(high)}, paired over ${counted(overall.n, "question")}`;
  return low > 0 ? `${best.report.model} is better: ${shown}.` : `No difference is shown: ${shown}.`;
}

function percent(share: number | null): string {
  return share === null ? "none" : `${(share * 100).toFixed(1)} %`;
}

/** Shares as percentage points. */
function signed(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)}`;
}
