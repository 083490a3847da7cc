import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import { answerManifestSchema } from "../domain/mt-bench/manifest.js";
import { pairSentence } from "../domain/comparison/pair-sentence.js";
import { chunkRecords } from "../domain/page/page-chunk.js";
import type { PageSummary } from "../domain/page/page-data.js";
import type { ViewSet } from "../domain/page/view-listing.js";
import { gunzip } from "../io/gzip.js";
import { readJsonFile } from "../io/json-file.js";
import { collectComparisonPage } from "./comparison-page.js";
import type { RecordedSide } from "./read-comparison.js";
import { readComparison } from "./read-comparison.js";
import type { PageSink } from "./page-records.js";
import { questionsOfSet } from "./questions-of-set.js";
import { collectReportPage } from "./report-page.js";
import { collectMmluPage } from "./mmlu-page.js";
import { onlyComparison } from "./stored-mmlu.js";
import { choicesReader } from "./view-choices.js";
import type { ChoicesSet, JudgedSet, ViewRuns } from "./view-runs.js";

export interface ViewInput {
  /** root of the eval_output tree, or a folder in it */
  readonly outputDir: string;
  /** question file of results that do not say where theirs is */
  readonly questions?: string;
  readonly dataDir: string;
  /** how often the folder is looked at while somebody watches */
  readonly intervalMs?: number;
}

/** Which page is wanted: the report of one set or of one model of it, or two models on one set or on two. */
export const pageChoiceSchema = z.union([
  z.strictObject({ set: z.string(), model: z.string().optional() }),
  // of multiple choice, where nobody judges
  z.strictObject({ set: z.string(), base: z.string(), tuned: z.string() }),
  z.strictObject({
    set: z.string(),
    /** the set of the base branch; the same where left out */
    against: z.string().optional(),
    base: z.string(),
    tuned: z.string(),
    judge: z.string(),
  }),
]);

type PageChoice = z.infer<typeof pageChoiceSchema>;
type PairChoice = Extract<PageChoice, { judge: string }>;

/** A page as it was read, for a browser that asks for its texts by and by. */
interface OpenedPage {
  /** good for its chunks */
  readonly page: string;
  readonly summary: PageSummary;
  /** what lay there just before it was read; what differs from it later is new */
  readonly set: ViewSet | null;
}

/** Pages as the report file holds them, read from the output folder when somebody opens them. */
export interface ViewPages {
  /** Reads the records, of one page at a time: who asks for the page that is being read just then gets that one. */
  open(choice: PageChoice): Promise<OpenedPage>;
  /** the records of a chunk; undefined where the page is not at hand any more */
  chunk(page: string, number: number): Promise<unknown>;
}

/** Texts stay compressed in memory for the pages that were opened last. */
const pagesKept = 6;

export function viewPages(input: ViewInput, runs: ViewRuns): ViewPages {
  const kept = new Map<string, ReadonlyMap<number, Uint8Array>>();
  const underWay = new Map<string, Promise<OpenedPage>>();
  let last: Promise<unknown> = Promise.resolve();

  async function read(choice: PageChoice): Promise<OpenedPage> {
    const chunks = new Map<number, Uint8Array>();
    const sink: PageSink = { chunk: async (number, bytes) => void chunks.set(number, bytes) };
    const { sets } = await runs.list();
    const set = await runs.find(choice.set);
    if (set === undefined) throw gone();
    const summary =
      set.kind === "choices"
        ? await choicesPage({ input, set, choice }, sink)
        : await judgedPage({ input, runs, choice }, set, sink);
    const page = randomUUID();
    kept.set(page, chunks);
    for (const oldest of kept.keys()) if (kept.size > pagesKept) kept.delete(oldest);
    return { page, summary, set: sets.find(({ id }) => id === choice.set) ?? null };
  }

  return {
    open: (choice) => {
      const key = JSON.stringify(choice);
      const known = underWay.get(key);
      if (known !== undefined) return known;
      const opened = last.then(() => read(choice)).finally(() => underWay.delete(key));
      underWay.set(key, opened);
      last = opened.catch(() => undefined);
      return opened;
    },
    chunk: async (page, number) => {
      const bytes = kept.get(page)?.get(number);
      return bytes === undefined ? undefined : chunkRecords(await gunzip(bytes));
    },
  };
}

export function gone(): EvalError {
  return new EvalError("input", "these results are not in the folder any more", { hint: "load the list again" });
}

async function judgedPage(
  { input, runs, choice }: PageRequest<PageChoice>,
  set: JudgedSet,
  sink: PageSink,
): Promise<PageSummary> {
  if ("judge" in choice) return pairPage({ input, runs, choice }, set, sink);
  if ("base" in choice) throw new EvalError("input", "choose a judge whose scores are compared");
  const { model } = choice;
  const wanted = { ...reportSet(set), ...(model !== undefined && { models: [model] }) };
  return collectReportPage({ ...wanted, questions: await questionsOf(input, set), command: commandOf(input) }, sink);
}

/** The page that `report --bench mmlu --format html` writes. */
async function choicesPage(
  { input, set, choice }: { readonly input: ViewInput; readonly set: ChoicesSet; readonly choice: PageChoice },
  sink: PageSink,
): Promise<PageSummary> {
  if ("judge" in choice) throw new EvalError("input", "nobody judges multiple-choice questions");
  const found = await choicesReader()(set.folders);
  const wanted =
    "base" in choice ? [choice.base, choice.tuned] : choice.model === undefined ? undefined : [choice.model];
  const reports = found.reports.filter(({ report }) => wanted?.includes(report.model) !== false);
  if (reports.length < (wanted?.length ?? 1))
    throw new EvalError("input", "there are no results of it yet", { hint: "they are written when a run has ended" });
  const comparisons = found.comparisons.filter(({ models }) =>
    "base" in choice ? models.base === choice.base && models.tuned === choice.tuned : true,
  );
  const comparison = onlyComparison({ reports, comparisons });
  const page = { bench: found.bench, stored: reports, command: commandOf(input) };
  return collectMmluPage({ ...page, ...(comparison !== undefined && { comparison }) }, sink);
}

/** @throws EvalError `input` where there is no such set, or none with answers and judgments */
export async function judgedSet(runs: ViewRuns, id: string): Promise<JudgedSet> {
  const set = await runs.find(id);
  if (set === undefined) throw gone();
  if (set.kind === "judged") return set;
  throw new EvalError(
    "input",
    "multiple-choice questions have a right answer each: there is nothing to rate or to judge",
  );
}

function reportSet({ bench, branch, output }: JudgedSet) {
  return { bench, output, ...(branch !== null && { branch }) };
}

async function questionsOf(input: ViewInput, { output }: JudgedSet) {
  return questionsOfSet({ ...input, output });
}

function commandOf({ outputDir }: ViewInput): string {
  return `branchbench view ${outputDir}`;
}

interface PageRequest<Choice> {
  readonly input: ViewInput;
  readonly runs: ViewRuns;
  readonly choice: Choice;
}

async function pairPage(
  { input, runs, choice }: PageRequest<PairChoice>,
  set: JudgedSet,
  sink: PageSink,
): Promise<PageSummary> {
  const { base: baseModel, tuned, judge } = choice;
  if (baseModel === tuned) throw new EvalError("input", "choose two different models");
  const against = choice.against === undefined ? set : await judgedSet(runs, choice.against);
  const models = { base: baseModel, tuned, judge };
  const sides = { base: await side(input, against), branch: await side(input, set) };
  const answering = await samplingOf(set, tuned);
  const comparison = await readComparison({ ...sides, models, answering, command: commandOf(input) });
  const summary = await collectComparisonPage({ ...sides, models }, comparison, sink);
  if (choice.against !== undefined && choice.against !== choice.set) return summary;
  const title = `${tuned} against ${baseModel}`;
  return { ...summary, title, sentence: pairSentence(comparison.comparison, models) };
}

async function side(input: ViewInput, set: JudgedSet): Promise<RecordedSide> {
  const branch = set.branch ?? set.bench;
  return {
    branch,
    commit: await commitOf(set),
    output: set.output,
    questions: await questionsOf(input, set),
  };
}

const questionManifestSchema = z.object({ taxonomy: z.object({ commit: z.string().nullable() }) });

async function commitOf({ output }: JudgedSet): Promise<string | null> {
  const manifest = await readJsonFile(join(output.folder, "question.manifest.json"), questionManifestSchema);
  return manifest?.taxonomy.commit ?? null;
}

/** For the caveat on sampling; what the manifest does not say is not known. */
async function samplingOf({ output }: JudgedSet, model: string) {
  const manifest = await readJsonFile(output.answers(model).manifest, answerManifestSchema);
  if (manifest === undefined) return {};
  const { temperature, num_choices: numChoices } = manifest.settings;
  return { numChoices, ...(typeof temperature === "number" && { temperature }) };
}
