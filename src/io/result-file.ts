import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { mmluComparisonSchema } from "../domain/mmlu/mmlu-comparison.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import { mmluReportSchema } from "../domain/mmlu/mmlu-report.js";
import { faultOfFileName } from "../domain/output-name.js";
import { quotedName } from "../domain/printable.js";
import { diskError } from "./disk-error.js";
import { readJsonFile } from "./json-file.js";

/** Reports stand in lm-eval's results files under a key of their own. */
const resultsSchema = z.object({ branchbench: mmluReportSchema });

export interface StoredReport {
  readonly path: string;
  readonly report: MmluReport;
}

/** The newest report in a model's folder; undefined where there is none. */
export async function newestReport(folder: string): Promise<StoredReport | undefined> {
  const path = await newestResults(folder);
  return path === undefined ? undefined : readReport(path);
}

/** The newest results file in a model's folder; undefined where there is none. */
export async function newestResults(folder: string): Promise<string | undefined> {
  const newest = (await names(folder)).filter((name) => /^results_.*\.json$/.test(name)).at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

/** The report in a results file; undefined where there is no such file. */
export async function readReport(path: string): Promise<StoredReport | undefined> {
  const results = await readJsonFile(path, resultsSchema);
  return results === undefined ? undefined : { path, report: results.branchbench };
}

/** The newest report of each model below a benchmark's folder. */
export async function storedReports(benchFolder: string): Promise<StoredReport[]> {
  const reports: StoredReport[] = [];
  for (const name of await names(benchFolder)) {
    const report = name.startsWith(".") ? undefined : await newestReport(join(benchFolder, name));
    if (report !== undefined) reports.push(report);
  }
  return reports;
}

/** Where the result files of a run go. */
export function resultPaths(
  records: string,
  date: string,
): { readonly results: string; samples(task: string): string } {
  const folder = dirname(records);
  return {
    results: join(folder, `results_${date}.json`),
    samples: (task) => join(folder, `samples_${task}_${date}.jsonl`),
  };
}

/** Where the comparison of two models is kept, by their records: beside the tuned model's results, one for each base model. */
export function comparisonPath(records: { readonly base: string; readonly tuned: string }): string {
  return join(dirname(records.tuned), `comparison_${basename(dirname(records.base))}.json`);
}

/** The last comparison of each two models below a benchmark's folder. */
export async function storedComparisons(benchFolder: string): Promise<MmluComparison[]> {
  const comparisons: MmluComparison[] = [];
  for (const model of await names(benchFolder))
    if (!model.startsWith(".")) comparisons.push(...(await comparisonsIn(join(benchFolder, model))));
  return comparisons;
}

/** The last comparisons of a tuned model, by its folder, with other models. */
async function comparisonsIn(folder: string): Promise<MmluComparison[]> {
  const comparisons: MmluComparison[] = [];
  for (const path of await comparisonFiles(folder)) {
    const comparison = await readComparisonFile(path);
    if (comparison !== undefined) comparisons.push(comparison);
  }
  return comparisons;
}

/** Where the last comparisons of a tuned model lie, by its folder. */
export async function comparisonFiles(folder: string): Promise<string[]> {
  const found = (await names(folder)).filter((name) => /^comparison_.*\.json$/.test(name));
  return found.map((name) => join(folder, name));
}

/** Undefined where there is no such file. */
export async function readComparisonFile(path: string): Promise<MmluComparison | undefined> {
  return readJsonFile(path, mmluComparisonSchema);
}

/**
 * The samples of a task that were written with a results file.
 *
 * @throws EvalError `input` for a task that would lead out of the folder: the name stands in a file that anybody may have written
 */
export function samplesBeside(resultsFile: string, task: string): string {
  const fault = faultOfFileName(task);
  if (fault !== undefined)
    throw new EvalError("input", `${resultsFile}: task ${quotedName(task)} cannot name a file of samples: ${fault}`);
  const date = basename(resultsFile)
    .replace(/^results_/, "")
    .replace(/\.json$/, "");
  return join(dirname(resultsFile), `samples_${task}_${date}.jsonl`);
}

/** Removes what killed runs left half written beside their results: with the date in its name it is overwritten by no later run. */
export async function removeHalfWritten(folder: string): Promise<void> {
  for (const name of await names(folder))
    if (/^\.(?:samples|results)_.*\.tmp$/.test(name)) {
      const path = join(folder, name);
      await rm(path, { force: true }).catch((error: unknown) => {
        throw diskError(error, `cannot remove ${path}`);
      });
    }
}

/** Sorted; nothing where there is no such folder. */
async function names(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw diskError(error, `cannot read ${folder}`);
  });
  return found.sort((left, right) => (left < right ? -1 : 1));
}
