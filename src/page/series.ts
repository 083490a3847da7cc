import type { ModelReport } from "../domain/report/report.js";

/** A model in the charts: its name, and a colour and a shape that stay its own. */
export interface Series {
  readonly key: string;
  readonly name: string;
  readonly report: ModelReport;
  /** 0 to `mostSeries` − 1 */
  readonly place: number;
}

/** More than this in one chart cannot be told apart. */
export const mostSeries = 6;

export const seriesSymbols = ["circle", "square", "triangle", "diamond", "star", "wye"] as const;

export function seriesColour(place: number): string {
  return `var(--series-${place + 1})`;
}

export function reportKey({ model, judge }: Pick<ModelReport, "model" | "judge">): string {
  return `${model}\n${judge}`;
}

/** The models of a report as series; the judge is named where there are several. */
export function reportSeries(models: readonly ModelReport[]): Series[] {
  const judges = new Set(models.map(({ judge }) => judge));
  return models.map((report, place) => ({
    key: reportKey(report),
    name: judges.size > 1 ? `${report.model} (${report.judge})` : report.model,
    report,
    place: place % mostSeries,
  }));
}
