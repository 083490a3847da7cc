import { dirname, join } from "node:path";
import { mcqManifestSchema } from "../domain/mmlu/mcq-manifest.js";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { mmluEstimates } from "../domain/page/mmlu-estimates.js";
import { mmluCaveats } from "../domain/mmlu/mmlu-caveats.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import { mmluSentence } from "../domain/page/mmlu-sentence.js";
import type { PageManifest, PageSummary } from "../domain/page/page-data.js";
import type { PageMmlu } from "../domain/page/page-mmlu.js";
import { readJsonFile } from "../io/json-file.js";
import { packageVersion } from "../io/package-version.js";
import type { StoredReport } from "../io/result-file.js";
import { openSamples } from "./mcq-samples.js";
import { mmluPairs } from "./mmlu-pairs.js";
import { mmluRows } from "./mmlu-page-rows.js";
import type { PageSink } from "./page-records.js";
import { recordChunks } from "./page-records.js";

export interface MmluPageInput {
  /** `mmlu` or `mmlu_branch` */
  readonly bench: string;
  /** one a model; of a comparison both models' */
  readonly stored: readonly StoredReport[];
  /** the command that makes the page again */
  readonly command: string;
  /** where one model was tuned from the other */
  readonly comparison?: MmluComparison;
}

/** Reads the samples behind stored reports once: texts go to the sink as they come, the summary is what remains. */
export async function collectMmluPage(input: MmluPageInput, sink: PageSink): Promise<PageSummary> {
  const { bench, comparison } = input;
  const stored = ordered(input);
  const reports = stored.map(({ report }) => report);
  const rows = mmluRows(reports, recordChunks(sink));
  const readers = await Promise.all(stored.map(openSamples));
  for (const task of new Set(reports.flatMap(({ scores }) => scores.tasks.map((score) => score.task)))) {
    const samples = [];
    for (const reader of readers) samples.push(await reader.samples(task));
    await rows.addTask(task, samples);
  }
  const { questions, runs, results, differing } = await rows.finish();
  const pairs = mmluPairs(reports, results, comparison?.comparison);
  const models = reports.map(mmluEstimates);
  const shown: PageMmlu["shown"] = comparison !== undefined || reports.length < 2 ? [0, reports.length - 1] : [1, 0];
  const shownPair = pairs.find(({ base, tuned }) => base === shown[0] && tuned === shown[1]);
  return {
    format: 1,
    kind: "mmlu",
    title: titleOf(bench, comparison),
    sentence: comparison?.sentence ?? mmluSentence(models, shownPair),
    caveats: [...(comparison?.caveats ?? mmluCaveats(reports)), ...partialCaveats(reports), ...differing],
    command: input.command,
    version: packageVersion(),
    questions,
    runs,
    stale: [],
    leftOut: [],
    humanRatings: [],
    manifests: await readManifests(stored),
    mmlu: { bench, models, shown, isTuning: comparison !== undefined, pairs },
  };
}

/** Base before tuned model; otherwise the best first. */
function ordered({ stored, comparison }: MmluPageInput): readonly StoredReport[] {
  if (comparison === undefined) return stored.toSorted((left, right) => shareOf(right.report) - shareOf(left.report));
  const { base, tuned } = comparison.models;
  return [base, tuned].flatMap((model) => stored.filter(({ report }) => report.model === model));
}

function shareOf({ scores }: MmluReport): number {
  return scores.weighted.acc ?? scores.forms[0]?.acc ?? -1;
}

function titleOf(bench: string, comparison: MmluComparison | undefined): string {
  const name = bench === "mmlu" ? "MMLU" : "MMLU-Branch";
  return comparison === undefined ? name : `${name}: ${comparison.models.tuned} against ${comparison.models.base}`;
}

function partialCaveats(reports: readonly MmluReport[]): string[] {
  return [...new Set(reports.flatMap(({ partial }) => partial ?? []))].map((partial) => `partial: ${partial}`);
}

async function readManifests(stored: readonly StoredReport[]): Promise<PageManifest[]> {
  const manifests: PageManifest[] = [];
  for (const { path, report } of stored) {
    const content = await readJsonFile(join(dirname(path), "outcomes.manifest.json"), mcqManifestSchema);
    if (content !== undefined) manifests.push({ name: `outcomes of ${report.model}`, content });
  }
  return manifests;
}
