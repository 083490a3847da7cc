import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import { answerManifestSchema } from "../domain/manifest.js";
import { pairSentence } from "../domain/pair-sentence.js";
import type { PageSummary } from "../domain/page-data.js";
import { gunzip } from "../io/gzip.js";
import { readJsonFile } from "../io/json-file.js";
import { collectComparisonPage } from "./comparison-page.js";
import type { RecordedSide } from "./read-comparison.js";
import { readComparison } from "./read-comparison.js";
import type { PageSink } from "./page-records.js";
import { questionsOfSet } from "./questions-of-set.js";
import { collectReportPage } from "./report-page.js";
import type { PlacedSet, ViewRuns } from "./view-runs.js";

export interface ViewInput {
  /** root of the eval_output tree, or a folder in it */
  readonly outputDir: string;
  /** question file of results that do not say where theirs is */
  readonly questions?: string;
  readonly dataDir: string;
  /** how often the folder is looked at while somebody watches */
  readonly intervalMs?: number;
}

/** Which page is wanted: the report of one set, or two models on one set or on two. */
export const pageChoiceSchema = z.union([
  z.strictObject({ set: z.string() }),
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
type PairChoice = Extract<PageChoice, { base: string }>;

/** Pages as the report file holds them, read from the output folder when somebody opens them. */
export interface ViewPages {
  /** Reads the records; the page's name is good for its chunks. */
  open(choice: PageChoice): Promise<{ readonly page: string; readonly summary: PageSummary }>;
  /** the records of a chunk; undefined where the page is not at hand any more */
  chunk(page: string, number: number): Promise<unknown>;
}

/** Texts stay compressed in memory for the pages that were opened last. */
const pagesKept = 6;

export function viewPages(input: ViewInput, runs: ViewRuns): ViewPages {
  const kept = new Map<string, ReadonlyMap<number, Uint8Array>>();
  return {
    open: async (choice) => {
      const chunks = new Map<number, Uint8Array>();
      const sink: PageSink = { chunk: async (number, bytes) => void chunks.set(number, bytes) };
      const set = await placed(runs, choice.set);
      const summary =
        "base" in choice
          ? await pairPage({ input, runs, choice }, set, sink)
          : await collectReportPage(
              { ...reportSet(set), questions: await questionsOf(input, set), command: commandOf(input) },
              sink,
            );
      const page = randomUUID();
      kept.set(page, chunks);
      for (const oldest of kept.keys()) if (kept.size > pagesKept) kept.delete(oldest);
      return { page, summary };
    },
    chunk: async (page, number) => {
      const bytes = kept.get(page)?.get(number);
      return bytes === undefined ? undefined : (JSON.parse(await gunzip(bytes)) as unknown);
    },
  };
}

export function gone(): EvalError {
  return new EvalError("input", "these results are not in the folder any more", { hint: "load the list again" });
}

async function placed(runs: ViewRuns, id: string): Promise<PlacedSet> {
  const set = await runs.find(id);
  if (set === undefined) throw gone();
  return set;
}

function reportSet({ bench, branch, output }: PlacedSet) {
  return { bench, output, ...(branch !== null && { branch }) };
}

async function questionsOf(input: ViewInput, { output }: PlacedSet) {
  return questionsOfSet({ ...input, output });
}

function commandOf({ outputDir }: ViewInput): string {
  return `branchbench view ${outputDir}`;
}

interface PairRequest {
  readonly input: ViewInput;
  readonly runs: ViewRuns;
  readonly choice: PairChoice;
}

async function pairPage({ input, runs, choice }: PairRequest, set: PlacedSet, sink: PageSink): Promise<PageSummary> {
  const { base: baseModel, tuned, judge } = choice;
  if (baseModel === tuned) throw new EvalError("input", "choose two different models");
  const against = choice.against === undefined ? set : await placed(runs, choice.against);
  const models = { base: baseModel, tuned, judge };
  const sides = { base: await side(input, against), branch: await side(input, set) };
  const answering = await samplingOf(set, tuned);
  const comparison = await readComparison({ ...sides, models, answering, command: commandOf(input) });
  const summary = await collectComparisonPage({ ...sides, models }, comparison, sink);
  if (choice.against !== undefined && choice.against !== choice.set) return summary;
  const title = `${tuned} against ${baseModel}`;
  return { ...summary, title, sentence: pairSentence(comparison.comparison, models) };
}

async function side(input: ViewInput, set: PlacedSet): Promise<RecordedSide> {
  const branch = set.branch ?? set.bench;
  return {
    branch,
    commit: await commitOf(set),
    output: set.output,
    questions: await questionsOf(input, set),
  };
}

const questionManifestSchema = z.object({ taxonomy: z.object({ commit: z.string().nullable() }) });

async function commitOf({ output }: PlacedSet): Promise<string | null> {
  const manifest = await readJsonFile(join(output.folder, "question.manifest.json"), questionManifestSchema);
  return manifest?.taxonomy.commit ?? null;
}

/** For the caveat on sampling; what the manifest does not say is not known. */
async function samplingOf({ output }: PlacedSet, model: string) {
  const manifest = await readJsonFile(output.answers(model).manifest, answerManifestSchema);
  if (manifest === undefined) return {};
  const { temperature, num_choices: numChoices } = manifest.settings;
  return { numChoices, ...(typeof temperature === "number" && { temperature }) };
}
