import { EvalError } from "../../domain/eval-error.js";
import { outputTree } from "../../io/output-tree.js";
import { storedReports } from "../../io/result-file.js";
import { mmluBench } from "../../pipeline/mmlu-input.js";
import type { ReportOptions } from "../commands/report.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import { mmluRenderers } from "./mmlu.js";

/** `report --bench mmlu`: multiple-choice results, as the runs that made them left them. */
export async function storedReportsAction(options: ReportOptions, host: Host): Promise<number> {
  const { folder } = outputTree(options.outputDir, options.bench);
  const format = options.json === true ? "json" : options.format;
  if (format !== "text" && format !== "json" && format !== "markdown")
    throw new EvalError("input", `--bench ${options.bench} has no ${format} report`, {
      hint: "use --format text, markdown or json; lm-eval's own files lie beside the records",
    });
  const reports = (await storedReports(folder))
    .map(({ report }) => report)
    .filter(({ model }) => options.model === undefined || options.model.includes(model));
  if (reports.length === 0)
    throw new EvalError("input", `there are no results in ${folder}`, {
      hint: `run: branchbench ${options.bench === mmluBench ? "mmlu" : "mmlu-branch"}`,
    });
  const text =
    format === "json"
      ? `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`
      : reports.map(mmluRenderers[format]).join("\n");
  await deliver(text, { file: options.output, name: "report" }, host);
  return 0;
}
