import { counted } from "../counted.js";
import type { PageRun } from "./page-data.js";
import { pointRoundingVariance } from "../comparison/compared-question.js";
import { defaultComparisonSettings, differenceInterval } from "../comparison/file-comparison.js";
import type { ModelReport } from "../report/report.js";
import type { MeanEstimate } from "../statistics/statistics.js";
import { clusteredMean } from "../statistics/statistics.js";

/** A candidate and what it scored. */
export interface RankedModel {
  readonly model: string;
  readonly judge: string;
  readonly overall: MeanEstimate;
  /** how much of the question set was asked; null for all of it */
  readonly partial: ModelReport["partial"];
}

/**
 * A report in one or two sentences: the best two models and their difference, paired by question and turn as far as both have a score.
 *
 * @param ranked best first
 */
export function reportSentence(ranked: readonly RankedModel[], runs: readonly PageRun[]): string {
  const [best, next] = ranked;
  if (best === undefined || best.overall.mean === null) return "No answer has a score yet.";
  const first = `${nameOf(best)} scores ${estimate(best.overall)} of 10 over ${counted(best.overall.clusters, "question")}`;
  if (next === undefined || next.overall.mean === null) return `${first}.`;
  const rest = ranked.length > 2 ? `, the next best of ${ranked.length} is ${nameOf(next)} with` : `, ${nameOf(next)}`;
  return `${first}${rest} ${estimate(next.overall)}. ${differenceSentence(pairedDifference(runs, best, next), best.model)}`;
}

/** A score of a part is not the benchmark's. */
function nameOf({ model, partial }: RankedModel): string {
  return partial === null ? model : `${model} (partial)`;
}

/** Difference of two runs over the questions and turns that both have a score for. */
function pairedDifference(runs: readonly PageRun[], left: RankedModel, right: RankedModel): MeanEstimate {
  const find = ({ model, judge }: RankedModel): PageRun | undefined =>
    runs.find((run) => run.model === model && run.judge === judge);
  const [one, other] = [find(left), find(right)];
  const rows = one?.score.length ?? 0;
  return clusteredMean(
    Array.from({ length: rows }, (_, row) =>
      (one?.turns ?? []).flatMap((turn, index) => {
        const [value, against] = [turn[row], other?.turns[index]?.[row]];
        return typeof value === "number" && typeof against === "number" ? [value - against] : [];
      }),
    ),
  );
}

/**
 * By the rules of a file of a comparison: nothing is said of fewer questions than it needs, and differences that are all alike, frequent among
 * few integers, are no more certain than rounding to whole points lets them be.
 */
function differenceSentence({ mean, standardError, n, clusters }: MeanEstimate, best: string): string {
  if (mean === null || standardError === null || clusters < defaultComparisonSettings.minimumQuestions)
    return "They share too few questions to be compared.";
  const rounding = Math.sqrt((2 * pointRoundingVariance) / n);
  const error = { standardError: Math.max(standardError, rounding), degrees: clusters - 1 };
  const [low, high] = differenceInterval(mean, error);
  const shown = `${signed(mean)} points, 95 % interval ${signed(low)} to ${signed(high)}, paired over ${counted(clusters, "question")}`;
  return low > 0 ? `${best} is better: ${shown}.` : `No difference is shown: ${shown}.`;
}

function estimate({ mean }: MeanEstimate): string {
  return (mean ?? 0).toFixed(2);
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
