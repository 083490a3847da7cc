import { EvalError } from "../../domain/eval-error.js";
import type { MmluComparison } from "../../domain/mmlu-comparison.js";
import type { MmluReport } from "../../domain/mmlu-report.js";
import { printable } from "../../domain/printable.js";
import { outputTree } from "../../io/output-tree.js";
import { storedComparisons, storedReports } from "../../io/result-file.js";
import { mmluBench } from "../../pipeline/mmlu-input.js";
import type { ReportOptions } from "../commands/report.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import { mmluComparisonRenderers } from "./mmlu-branch.js";
import { mmluRenderers } from "./mmlu.js";

/** `report --bench mmlu`: multiple-choice results and comparisons, as the runs that made them left them. */
export async function storedReportsAction(options: ReportOptions, host: Host): Promise<number> {
  const { folder } = outputTree(options.outputDir, options.bench);
  const format = options.json === true ? "json" : options.format;
  if (format !== "text" && format !== "json" && format !== "markdown")
    throw new EvalError("input", `--bench ${options.bench} has no ${format} report`, {
      hint: "use --format text, markdown or json; lm-eval's own files lie beside the records",
    });
  const isAsked = (model: string): boolean => options.model === undefined || options.model.includes(model);
  const all = (await storedReports(folder)).map(({ report }) => report);
  const reports = all.filter(({ model }) => isAsked(model));
  const comparisons = (await storedComparisons(folder)).filter(
    ({ models }) => isAsked(models.base) || isAsked(models.tuned),
  );
  if (reports.length === 0)
    throw new EvalError("input", `there are no results in ${folder}`, {
      hint: `run: branchbench ${options.bench === mmluBench ? "mmlu" : "mmlu-branch"}`,
    });
  for (const comparison of comparisons)
    if (isOutdated(comparison, all)) host.stderr.write(`note: ${outdatedNote(comparison)}\n`);
  const documents = [...reports, ...comparisons];
  const text =
    format === "json"
      ? `${JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2)}\n`
      : [...reports.map(mmluRenderers[format]), ...comparisons.map(mmluComparisonRenderers[format])].join("\n");
  await deliver(text, { file: options.output, name: "report" }, host);
  return 0;
}

/** Whether one of the models has another result by now than the one that was compared. */
function isOutdated({ reports: compared }: MmluComparison, newest: readonly MmluReport[]): boolean {
  return [compared.base, compared.tuned].some(
    ({ model, date }) => newest.find((report) => report.model === model)?.date !== date,
  );
}

function outdatedNote({ models }: MmluComparison): string {
  return `${printable(models.base)} or ${printable(models.tuned)} has other results than when they were compared; mmlu-branch with both compares them anew`;
}
