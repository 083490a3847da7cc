import type { PageManifest, PageSummary } from "../domain/page/page-data.js";
import type { Report } from "../domain/report/report.js";
import { answerManifestSchema, judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import { reportSentence } from "../domain/page/report-sentence.js";
import { readJsonFile } from "../io/json-file.js";
import type { OutputTree } from "../io/output-tree.js";
import { packageVersion } from "../io/package-version.js";
import type { ReferencesOf } from "./judged-references.js";
import { judgedReferences } from "./judged-references.js";
import { startPage } from "./page-collector.js";
import type { PageSink } from "./page-records.js";
import type { QuestionRowsInput } from "./question-rows.js";
import { questionsById, reportOf } from "./report.js";
import { shownRatings } from "./shown-ratings.js";
import { readScoredModels } from "./scored-models.js";

export interface ReportPageInput extends QuestionRowsInput {
  /** the command that makes the page again */
  readonly command: string;
}

/** Reads the output tree once: texts go to the sink as they come, the summary is what remains. */
export async function collectReportPage(input: ReportPageInput, sink: PageSink): Promise<PageSummary> {
  const questions = await questionsById(input);
  const listed = [...questions.values()].map((question) => ({
    question,
    section: question.qnaFile ?? question.category,
  }));
  const page = startPage(listed, await referencesOf(input), sink);
  const scored = await readScoredModels(input, questions, page.observer());
  const report = reportOf(input, questions, scored);
  const columns = await page.finish(scored);
  return {
    format: 1,
    kind: "mt-bench",
    title: report.branch === null ? benchTitle(report) : `${benchTitle(report)}: ${report.branch}`,
    sentence: reportSentence(report.models, columns.runs),
    caveats: caveatsOf(report),
    command: input.command,
    version: packageVersion(),
    ...columns,
    humanRatings: await shownRatings(input),
    manifests: await readManifests(
      input.output,
      report.models.map(({ model }) => model),
      report.models.map(({ judge }) => judge),
    ),
    report,
  };
}

/** What the first of the candidates was judged against; a page shows one reference a question. */
async function referencesOf(input: ReportPageInput): Promise<ReferencesOf> {
  const judge = input.judge ?? (await input.output.listJudgments())[0];
  const manifest =
    judge === undefined || input.judgmentsFile !== undefined
      ? undefined
      : await readJsonFile(input.output.judgments(judge).manifest, judgmentManifestSchema);
  const parts = Object.entries(manifest?.models ?? {});
  const part = parts.find(([model]) => input.models?.includes(model) !== false);
  return judgedReferences(part?.[1], input);
}

function benchTitle({ bench }: Report): string {
  const titles: Readonly<Record<string, string>> = { mt_bench: "MT-Bench", mt_bench_branch: "MT-Bench-Branch" };
  return titles[bench] ?? bench;
}

function caveatsOf({ models }: Report): string[] {
  return [...new Set(models.flatMap(({ model, caveats }) => caveats.map((caveat) => `${model}: ${caveat}`)))];
}

/** The manifests that stand beside the records. */
export async function readManifests(
  output: OutputTree,
  models: readonly string[],
  judges: readonly string[],
): Promise<PageManifest[]> {
  const manifests: PageManifest[] = [];
  for (const model of new Set(models)) {
    const content = await readJsonFile(output.answers(model).manifest, answerManifestSchema);
    if (content !== undefined) manifests.push({ name: `answers of ${model}`, content });
  }
  for (const judge of new Set(judges)) {
    const content = await readJsonFile(output.judgments(judge).manifest, judgmentManifestSchema);
    if (content !== undefined) manifests.push({ name: `judgments by ${judge}`, content });
  }
  return manifests;
}
