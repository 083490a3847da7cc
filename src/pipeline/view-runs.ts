import { branchBench } from "../domain/mt-bench/branch-bench.js";
import { createHash } from "node:crypto";
import { basename, dirname, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EvalError } from "../domain/eval-error.js";
import { answerManifestSchema } from "../domain/mt-bench/manifest.js";
import type { ViewCandidate, ViewJudge, ViewJudgedSet, ViewListing, ViewSet } from "../domain/page/view-listing.js";
import { readJsonFile } from "../io/json-file.js";
import { outputTree } from "../io/output-tree.js";
import type { OutputTree } from "../io/output-tree.js";
import type { ResultFolder } from "../io/result-folders.js";
import { findResultFolders } from "../io/result-folders.js";
import type { ChoicesReader } from "./view-choices.js";
import { choicesReader } from "./view-choices.js";
import { stageOf } from "./view-stage.js";
import type { AnswerTally, JudgmentTally } from "./view-tallies.js";
import { answerTally, judgmentTally } from "./view-tallies.js";

/** Where the records of a set lie. */
type PlacedSet = JudgedSet | ChoicesSet;

/** Answers and judgments. */
export interface JudgedSet {
  readonly kind: "judged";
  readonly bench: string;
  readonly branch: string | null;
  readonly output: OutputTree;
}

/** Multiple-choice results, one folder a model. */
export interface ChoicesSet {
  readonly kind: "choices";
  readonly folders: readonly ResultFolder[];
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
  const tallies: Tallies = { answers: new Map(), judgments: new Map(), choices: choicesReader() };
  let underWay: Promise<ViewListing> | undefined;

  async function look(): Promise<ViewListing> {
    const { found, refused } = await findResultFolders(outputDir);
    const sets: ViewSet[] = [];
    const unreadable: { path: string; reason: string }[] = [];
    for (const place of placesOf(found)) {
      try {
        const described = await describeSet(place, tallies);
        sets.push(...described.sets);
        unreadable.push(...described.unreadable);
      } catch (error) {
        if (!(error instanceof EvalError)) throw error;
        unreadable.push({ path: place.name, reason: error.message });
      }
    }
    return { folder: outputDir, sets, refused: [...refused, ...unreadable] };
  }

  /** However many ask, the folder is looked at by one at a time. */
  function list(): Promise<ViewListing> {
    underWay ??= look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function* changes(signal: AbortSignal): AsyncGenerator<ViewListing> {
    let last = "";
    while (!signal.aborted) {
      const started = performance.now();
      const listing = await list();
      const pauseMs = Math.max(options.intervalMs ?? 1_000, restsPerLook * (performance.now() - started));
      const text = JSON.stringify(listing);
      if (text !== last) yield listing;
      last = text;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    list,
    changes,
    find: async (id) => {
      const { found } = await findResultFolders(outputDir);
      const place = placesOf(found).find((candidate) => setId(candidate) === id);
      return place?.kind === "judged" ? placeSet(place) : place;
    },
  };
}

/** A look at a large folder takes time; this many times as long nobody looks. */
const restsPerLook = 4;

interface Tallies {
  readonly answers: Map<string, AnswerTally>;
  readonly judgments: Map<string, JudgmentTally>;
  readonly choices: ChoicesReader;
}

/** A folder, or several folders of models side by side, that make one set. */
type Place = (ResultFolder & { readonly kind: "judged" }) | (ChoicesSet & { readonly name: string });

function placesOf(found: readonly ResultFolder[]): Place[] {
  const places: Place[] = [];
  const models = new Map<string, ResultFolder[]>();
  for (const { kind, ...folder } of found) {
    if (kind === "judged") places.push({ kind, ...folder });
    else {
      const parent = folder.name.includes("/") ? folder.name.replace(/\/[^/]*$/, "") : ".";
      models.set(parent, [...(models.get(parent) ?? []), { kind, ...folder }]);
    }
  }
  for (const [name, folders] of models) places.push({ kind: "choices", name, folders });
  return places.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function setId({ kind, name }: Place): string {
  return createHash("sha256").update(`${kind} ${name}`).digest("hex").slice(0, 16);
}

interface Described {
  readonly sets: readonly ViewSet[];
  readonly unreadable: ViewListing["refused"];
}

async function describeSet(place: Place, tallies: Tallies): Promise<Described> {
  if (place.kind === "judged") return { sets: [await describeJudged(place, tallies)], unreadable: [] };
  const { bench, models, comparisons, unreadable } = await tallies.choices(place.folders);
  const pairs = comparisons.map(({ models: { base, tuned } }) => ({ base, tuned }));
  const set = { kind: place.kind, id: setId(place), path: place.name, bench, models, comparisons: pairs };
  return { sets: models.length === 0 ? [] : [set], unreadable };
}

async function describeJudged(folder: ResultFolder & { kind: "judged" }, tallies: Tallies): Promise<ViewJudgedSet> {
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
  return { kind: folder.kind, id: setId(folder), path: folder.name, bench, branch, candidates, judges };
}

function kept<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** The folder's path is read backwards: its manifests name the benchmark, and what follows that name is the branch. */
async function placeSet({ path }: ResultFolder): Promise<JudgedSet> {
  const parts = path.split(sep);
  const known = [branchBench, "mt_bench", ...(await benchesOf(path))];
  const at = parts.findLastIndex((part) => known.includes(part));
  const position = at === -1 ? parts.length - 1 : at;
  const bench = parts[position] ?? "";
  const branch = position === parts.length - 1 ? null : parts.slice(position + 1).join("/");
  return {
    kind: "judged",
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
