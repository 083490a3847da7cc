import { EvalError } from "../../domain/eval-error.js";
import { mmluCaveats } from "../../domain/mmlu/mmlu-caveats.js";
import type { MmluComparison } from "../../domain/mmlu/mmlu-comparison.js";
import { unknownName } from "../../domain/unknown-name.js";
import { printable } from "../../domain/printable.js";
import type { Document } from "../../io/document-file.js";
import { outputTree } from "../../io/output-tree.js";
import { storedComparisons, storedReports } from "../../io/result-file.js";
import { htmlDocument } from "../../pipeline/html-document.js";
import { mmluBench } from "../../pipeline/mmlu-input.js";
import { collectMmluPage } from "../../pipeline/mmlu-page.js";
import type { StoredMmlu } from "../../pipeline/stored-mmlu.js";
import { isOutdated, onlyComparison } from "../../pipeline/stored-mmlu.js";
import type { ReportFormat, ReportOptions } from "../commands/report.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import { mmluPageCommand } from "../mcq-run.js";
import { mcqTableRenderers } from "../mcq-tables.js";
import { mmluComparisonRenderers } from "./mmlu-branch.js";
import { mmluRenderers } from "./mmlu.js";

/** What lies below a benchmark's folder and is asked for. */
interface Stored extends StoredMmlu {
  readonly options: ReportOptions;
  readonly host: Host;
}

const textOf =
  (format: "text" | "markdown") =>
  ({ reports, comparisons }: Stored): string =>
    [
      ...reports.map(({ report }) => mmluRenderers[format](report)),
      ...comparisons.map(mmluComparisonRenderers[format]),
    ].join("\n");

const tablesOf =
  (format: "csv" | "xlsx") =>
  ({ reports, options: { level }, host }: Stored): Document =>
    mcqTableRenderers[format](reports, { level, about: mmluCaveats(reports.map(({ report }) => report)), host });

/** One entry a format. */
const documents: Readonly<Record<ReportFormat, (stored: Stored) => Document>> = {
  text: textOf("text"),
  markdown: textOf("markdown"),
  json: ({ reports, comparisons }) => {
    const values = [...reports.map(({ report }) => report), ...comparisons];
    return `${JSON.stringify(values.length === 1 ? values[0] : values, null, 2)}\n`;
  },
  csv: tablesOf("csv"),
  xlsx: tablesOf("xlsx"),
  html: (stored) => {
    const { bench, outputDir, model: models = [] } = stored.options;
    const command = mmluPageCommand({ bench, outputDir, models });
    const comparison = onlyComparison(stored);
    const page = { bench, stored: stored.reports, command, ...(comparison !== undefined && { comparison }) };
    return htmlDocument(`branchbench ${bench}`, (sink) => collectMmluPage(page, sink));
  },
};

/** `report --bench mmlu`: multiple-choice results and comparisons, as the runs that made them left them. */
export async function storedReportsAction(options: ReportOptions, host: Host): Promise<number> {
  const { folder } = outputTree(options.outputDir, options.bench);
  const isAsked = (model: string): boolean => options.model === undefined || options.model.includes(model);
  const all = await storedReports(folder);
  const reports = all.filter(({ report }) => isAsked(report.model));
  const comparisons = (await storedComparisons(folder)).filter(
    ({ models }) => isAsked(models.base) || isAsked(models.tuned),
  );
  for (const model of all.length === 0 ? [] : (options.model ?? []))
    if (all.every(({ report }) => report.model !== model))
      throw unknownName("model", model, { names: all.map(({ report }) => report.model), place: folder });
  if (reports.length === 0)
    throw new EvalError("input", `there are no results in ${folder}`, {
      hint: `run: branchbench ${options.bench === mmluBench ? "mmlu" : "mmlu-branch"}`,
    });
  const newest = all.map(({ report }) => report);
  for (const comparison of comparisons)
    if (isOutdated(comparison, newest)) host.stderr.write(`note: ${outdatedNote(comparison)}\n`);
  const document = documents[options.json === true ? "json" : options.format]({ reports, comparisons, options, host });
  await deliver(document, { file: options.output, name: "report" }, host);
  return 0;
}

function outdatedNote({ models }: MmluComparison): string {
  return `${printable(models.base)} or ${printable(models.tuned)} has other results than when they were compared; mmlu-branch with both compares them anew`;
}
