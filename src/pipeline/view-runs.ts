import { branchBench } from "../domain/branch-bench.js";
import { createHash } from "node:crypto";
import { basename, dirname, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EvalError } from "../domain/eval-error.js";
import { answerManifestSchema } from "../domain/manifest.js";
import { runProgressSchema, runRate, runState } from "../domain/run-progress.js";
import type { ViewCandidate, ViewJudge, ViewListing, ViewSet } from "../domain/view-listing.js";
import { readJsonFile } from "../io/json-file.js";
import { isHeld } from "../io/lock.js";
import { outputTree } from "../io/output-tree.js";
import type { OutputTree, RecordPaths } from "../io/output-tree.js";
import type { ResultFolder } from "../io/result-folders.js";
import { findResultFolders } from "../io/result-folders.js";
import type { AnswerTally, JudgmentTally } from "./view-tallies.js";
import { answerTally, judgmentTally } from "./view-tallies.js";

/** Where the records of a set lie. */
export interface PlacedSet {
  readonly bench: string;
  readonly branch: string | null;
  readonly output: OutputTree;
}

/** An output folder that is looked at again and again. */
export interface ViewRuns {
  /** What lies in the folder now; of files that were read before only what was added is read. */
  list(): Promise<ViewListing>;
  /** Finds a set by its id among those that lie in the folder now; an id is never a path. */
  find(id: string): Promise<PlacedSet | undefined>;
  /** The listing now, and again whenever it has changed, until the signal is aborted. */
  changes(signal: AbortSignal): AsyncGenerator<ViewListing>;
}

/**
 * Follows an output folder.
 *
 * @throws EvalError `input` from its functions where the folder is no readable folder
 */
export function viewRuns(outputDir: string, options: { readonly intervalMs?: number } = {}): ViewRuns {
  const tallies: Tallies = { answers: new Map(), judgments: new Map() };

  async function list(): Promise<ViewListing> {
    const { found, refused } = await findResultFolders(outputDir);
    const sets: ViewSet[] = [];
    const unreadable: { path: string; reason: string }[] = [];
    for (const folder of found) {
      try {
        sets.push(await describeSet(folder, tallies));
      } catch (error) {
        if (!(error instanceof EvalError)) throw error;
        unreadable.push({ path: folder.name, reason: error.message });
      }
    }
    return { folder: outputDir, sets, refused: [...refused, ...unreadable] };
  }

  async function* changes(signal: AbortSignal): AsyncGenerator<ViewListing> {
    let last = "";
    while (!signal.aborted) {
      const listing = await list();
      const text = JSON.stringify(listing);
      if (text !== last) yield listing;
      last = text;
      await sleep(options.intervalMs ?? 1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    list,
    changes,
    find: async (id) => {
      const { found } = await findResultFolders(outputDir);
      const folder = found.find(({ name }) => setId(name) === id);
      return folder && placeSet(folder);
    },
  };
}

interface Tallies {
  readonly answers: Map<string, AnswerTally>;
  readonly judgments: Map<string, JudgmentTally>;
}

function setId(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 16);
}

async function describeSet(folder: ResultFolder, tallies: Tallies): Promise<ViewSet> {
  const { bench, branch, output } = await placeSet(folder);
  const candidates: ViewCandidate[] = [];
  for (const model of await output.listAnswers()) {
    const paths = output.answers(model);
    const tally = kept(tallies.answers, paths.records, () => answerTally(paths));
    candidates.push({ model, ...(await stageOf(paths)), ...(await tally.read()) });
  }
  const judges: ViewJudge[] = [];
  for (const judge of await output.listJudgments()) {
    const paths = output.judgments(judge);
    const tally = kept(tallies.judgments, paths.records, () => judgmentTally(paths));
    judges.push({ judge, ...(await stageOf(paths)), ...(await tally.read()) });
  }
  return { id: setId(folder.name), path: folder.name, bench, branch, candidates, judges };
}

function kept<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

async function stageOf(paths: RecordPaths): Promise<Pick<ViewCandidate, "state" | "progress">> {
  const progress = await readJsonFile(paths.progress, runProgressSchema);
  const state = runState(progress, await isHeld(paths.records));
  if (progress === undefined) return { state, progress: null };
  const { done, total, failed, started, updated } = progress;
  const seconds = (Date.parse(updated) - Date.parse(started)) / 1000;
  return { state, progress: { ...runRate(progress, seconds), done, total: total ?? null, failed } };
}

/** The folder's path is read backwards: its manifests name the benchmark, and what follows that name is the branch. */
async function placeSet({ path }: ResultFolder): Promise<PlacedSet> {
  const parts = path.split(sep);
  const known = [branchBench, "mt_bench", ...(await benchesOf(path))];
  const at = parts.findLastIndex((part) => known.includes(part));
  const position = at === -1 ? parts.length - 1 : at;
  const bench = parts[position] ?? "";
  const branch = position === parts.length - 1 ? null : parts.slice(position + 1).join("/");
  return {
    bench,
    branch,
    output: outputTree(parts.slice(0, position).join(sep), bench, branch ?? undefined),
  };
}

async function benchesOf(path: string): Promise<string[]> {
  const asOneSet = outputTree(dirname(path), basename(path));
  const benches: string[] = [];
  for (const model of await asOneSet.listAnswers()) {
    const manifest = await readJsonFile(asOneSet.answers(model).manifest, answerManifestSchema);
    if (manifest !== undefined) benches.push(manifest.settings.bench);
  }
  return benches;
}
