import { basename } from "node:path";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import { mcqManifestSchema } from "../domain/mmlu/mcq-manifest.js";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { ContinuationForm, McqWay } from "../domain/scoring/multiple-choice.js";
import type { ViewChooser, ViewChoicesSet, ViewListing, ViewShare } from "../domain/page/view-listing.js";
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
        ...nameAndDate(stored?.report, settings?.model ?? basename(path)),
        ...(await stageOf(paths)),
        ...scoresOf(await tally.read(), { modes: settings?.scoring["modes"], stored }),
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

function nameAndDate(
  report: MmluReport | undefined,
  name: string,
): Pick<ViewChooser, "model" | "partial" | "finished"> {
  return report === undefined
    ? { model: name, partial: null, finished: null }
    : { model: report.model, partial: report.partial, finished: report.date };
}

type Scores = Pick<ViewChooser, "n" | "forms" | "errors">;

interface Known {
  /** of the manifest: how the tasks of each form are scored */
  readonly modes: unknown;
  readonly stored: StoredReport | undefined;
}

/** Records that do not say what is right, or are not there, leave the word to the results. */
function scoresOf({ tasks, errors }: Awaited<ReturnType<ChoiceTally["read"]>>, { modes, stored }: Known): Scores {
  const results = stored?.report.scores.tasks ?? [];
  const forms = new Map(results.map(({ task, form }) => [task, form]));
  const byMode = modesSchema.safeParse(modes).data ?? {};
  const shares = tasks.some(({ n }) => n > 0)
    ? tasks.map(({ task, way, n, correct }) => ({ form: forms.get(task) ?? formOf(way, byMode), n, correct }))
    : results.map(({ form, n, correct }) => ({ form, n, correct }));
  const present = new Set(shares.filter(({ n }) => n > 0).map(({ form }) => form));
  const known = ([null, "letters", "texts"] as const).filter((form) => present.has(form));
  const isUnclear = known.includes(null) && (known.length > 1 || Object.keys(byMode).length > 1);
  return {
    n: added(shares).n,
    errors,
    forms: isUnclear ? [] : known.map((form) => ({ form, ...added(shares.filter((share) => share.form === form)) })),
  };
}

const modesSchema = z.partialRecord(z.enum(["letters", "texts"]), z.string());

/** The form whose tasks are scored in this way; null where there is none, or both are. */
function formOf(way: McqWay | undefined, modes: z.infer<typeof modesSchema>): ContinuationForm | null {
  const forms = (["letters", "texts"] as const).filter((form) => modes[form] !== undefined);
  const mode = way === "letters-fallback" ? "letters" : way;
  const [form, other] = forms.length > 1 ? forms.filter((one) => modes[one] === mode) : forms;
  return form === undefined || other !== undefined ? null : form;
}

function added(shares: readonly ViewShare[]): Omit<ViewShare, "form"> {
  const sum = (of: "n" | "correct"): number => shares.reduce((all, share) => all + share[of], 0);
  return { n: sum("n"), correct: sum("correct") };
}
