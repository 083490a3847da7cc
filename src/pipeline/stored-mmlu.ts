import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { StoredReport } from "../io/result-file.js";

/** Results of multiple choice, and comparisons of them, as the runs that made them left them. */
export interface StoredMmlu {
  readonly reports: readonly StoredReport[];
  readonly comparisons: readonly MmluComparison[];
}

/** The comparison of the only two models there are, where their results are still those that were compared. */
export function onlyComparison({ reports, comparisons }: StoredMmlu): MmluComparison | undefined {
  const [comparison, other] = comparisons;
  if (comparison === undefined || other !== undefined || reports.length !== 2) return undefined;
  const newest = reports.map(({ report }) => report);
  return isOutdated(comparison, newest) ? undefined : comparison;
}

/** Whether one of the models has another result by now than the one that was compared. */
export function isOutdated({ reports: compared }: MmluComparison, newest: readonly MmluReport[]): boolean {
  return [compared.base, compared.tuned].some(
    ({ model, date }) => newest.find((report) => report.model === model)?.date !== date,
  );
}
