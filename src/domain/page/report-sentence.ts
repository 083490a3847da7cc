import { counted } from "../counted.js";
import type { PageRun } from "./page-data.js";
import type { MeanEstimate } from "../statistics/statistics.js";
import { clusteredMean } from "../statistics/statistics.js";

/** A candidate and what it scored. */
export interface RankedModel {
  readonly model: string;
  readonly judge: string;
  readonly overall: MeanEstimate;
}

/**
 * A report in one or two sentences: the best two models and their difference, paired by question and turn as far as both have a score.
 *
 * @param ranked best first
 */
export function reportSentence(ranked: readonly RankedModel[], runs: readonly PageRun[]): string {
  const [best, next] = ranked;
  if (best === undefined || best.overall.mean === null) return "No answer has a score yet.";
  const first = `${best.model} scores ${estimate(best.overall)} of 10 over ${counted(best.overall.clusters, "question")}`;
  if (next === undefined || next.overall.mean === null) return `${first}.`;
  const rest = ranked.length > 2 ? `, the next best of ${ranked.length} is ${next.model} with` : `, ${next.model}`;
  return `${first}${rest} ${estimate(next.overall)}. ${differenceSentence(pairedDifference(runs, best, next), best.model)}`;
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

function differenceSentence({ mean, interval, clusters }: MeanEstimate, best: string): string {
  if (mean === null || interval === null) return "They share too few questions to be compared.";
  const shown = `${signed(mean)} points, 95 % interval ${signed(interval[0])} to ${signed(interval[1])}, paired over ${counted(clusters, "question")}`;
  return interval[0] > 0 ? `${best} is better: ${shown}.` : `No difference is shown: ${shown}.`;
}

function estimate({ mean }: MeanEstimate): string {
  return (mean ?? 0).toFixed(2);
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
