import { basename } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { mcqManifestSchema } from "../domain/mcq-manifest.js";
import type { MmluComparison } from "../domain/mmlu-comparison.js";
import type { ViewChooser, ViewChoicesSet, ViewListing } from "../domain/view-listing.js";
import { readJsonFile } from "../io/json-file.js";
import { outcomePaths } from "../io/output-tree.js";
import { rereadWhenChanged } from "../io/reread.js";
import type { StoredReport } from "../io/result-file.js";
import { comparisonFiles, newestResults, readComparisonFile, readReport } from "../io/result-file.js";
import type { ResultFolder } from "../io/result-folders.js";
import type { ChoiceTally } from "./choice-tally.js";
import { choiceTally } from "./choice-tally.js";
import type { StoredMmlu } from "./stored-mmlu.js";
import { isOutdated } from "./stored-mmlu.js";
import { stageOf } from "./view-stage.js";

/** What lies in the folders of several models. */
interface FoundChoices extends StoredMmlu, Pick<ViewChoicesSet, "bench" | "models"> {
  /** folders that cannot be read, and why */
  readonly unreadable: ViewListing["refused"];
}

/** Reads the multiple-choice results of models again and again; of what was read before only what changed is read. */
export type ChoicesReader = (folders: readonly ResultFolder[]) => Promise<FoundChoices>;

export function choicesReader(): ChoicesReader {
  const tallies = new Map<string, ChoiceTally>();
  const report = rereadWhenChanged(readReport);
  const comparison = rereadWhenChanged(readComparisonFile);

  async function look({ path }: ResultFolder): Promise<FoundModel> {
    const paths = outcomePaths(path);
    const tally = tallies.get(path) ?? choiceTally(paths);
    tallies.set(path, tally);
    const results = await newestResults(path);
    const stored = results === undefined ? undefined : await report(results);
    const settings = (await readJsonFile(paths.manifest, mcqManifestSchema))?.settings;
    const comparisons: MmluComparison[] = [];
    for (const file of await comparisonFiles(path)) {
      const found = await comparison(file);
      if (found !== undefined) comparisons.push(found);
    }
    return {
      bench: stored?.report.bench ?? settings?.bench,
      stored,
      comparisons,
      model: {
        model: stored?.report.model ?? settings?.model ?? basename(path),
        ...(await stageOf(paths)),
        ...withScores(await tally.read(), stored),
        finished: stored?.report.date ?? null,
      },
    };
  }

  return async (folders) => {
    const found: FoundModel[] = [];
    const unreadable: { path: string; reason: string }[] = [];
    for (const folder of folders) {
      try {
        found.push(await look(folder));
      } catch (error) {
        if (!(error instanceof EvalError)) throw error;
        unreadable.push({ path: folder.name, reason: error.message });
      }
    }
    const reports = found.flatMap(({ stored }) => stored ?? []);
    const newest = reports.map(({ report }) => report);
    return {
      bench: found.find(({ bench }) => bench !== undefined)?.bench ?? "mmlu",
      models: found.map(({ model }) => model),
      reports,
      comparisons: found.flatMap(({ comparisons }) => comparisons).filter((one) => !isOutdated(one, newest)),
      unreadable,
    };
  };
}

interface FoundModel {
  readonly bench: string | undefined;
  readonly model: ViewChooser;
  readonly stored: StoredReport | undefined;
  readonly comparisons: readonly MmluComparison[];
}

/** Records that do not say what is right, or are not there, leave the word to the results. */
function withScores(
  counts: Pick<ViewChooser, "n" | "correct" | "errors">,
  stored: StoredReport | undefined,
): Pick<ViewChooser, "n" | "correct" | "errors"> {
  if (counts.n > 0 || stored === undefined) return counts;
  const { tasks } = stored.report.scores;
  const sum = (of: "n" | "correct"): number => tasks.reduce((all, task) => all + task[of], 0);
  return { ...counts, n: sum("n"), correct: sum("correct") };
}
