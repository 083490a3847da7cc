import { copyFile, readdir, rename, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { lmEvalModelName } from "../domain/mmlu/lm-eval-files.js";
import { checkOutputName } from "../domain/output-name.js";
import { diskError } from "./disk-error.js";
import { makeFolder } from "./make-folder.js";
import { replaceFile } from "./replace-file.js";

/** The files that belong to one set of records. */
export interface RecordPaths {
  /** InstructLab's file */
  readonly records: string;
  /** what failed, with reasons; absent where nothing did */
  readonly failed: string;
  readonly manifest: string;
  readonly progress: string;
}

/** Where a benchmark's results lie: InstructLab's `eval_output` tree. */
export interface OutputTree {
  /** `<output>/<bench>[/<branch>]` */
  readonly folder: string;
  answers(model: string): RecordPaths;
  judgments(judge: string): RecordPaths;
  /** what people said of a model's answers */
  humanRatings(model: string): string;
  /** multiple-choice outcomes, in the folder that lm-eval gives a model's result files */
  outcomes(model: string): RecordPaths;
  /** names of the models that have answers or failures, sorted */
  listAnswers(): Promise<string[]>;
  /** names of the judges that have judgments or failures, sorted */
  listJudgments(): Promise<string[]>;
  /** Moves what exists of the files into a dated folder inside the tree; returns where they are now, or undefined where there were none. */
  moveAside(paths: RecordPaths, now: Date): Promise<RecordPaths | undefined>;
  /** Likewise, but leaves the files where they are, too. */
  copyAside(paths: RecordPaths, now: Date): Promise<RecordPaths | undefined>;
}

const judgmentSuffix = "_single";

export function outputTree(outputDir: string, bench: string, branch?: string): OutputTree {
  const folder = join(
    outputDir,
    checkOutputName(bench, "benchmark"),
    ...(branch === undefined ? [] : [checkOutputName(branch, "branch")]),
  );
  const answersFolder = join(folder, "model_answer");
  const judgmentsFolder = join(folder, "model_judgment");
  return {
    folder,
    answers: (model) => recordPaths(join(answersFolder, checkOutputName(model, "model"))),
    judgments: (judge) => recordPaths(join(judgmentsFolder, `${checkOutputName(judge, "judge")}${judgmentSuffix}`)),
    humanRatings: (model) => join(folder, "human_rating", `${checkOutputName(model, "model")}.jsonl`),
    outcomes: (model) => outcomePaths(join(folder, checkOutputName(lmEvalModelName(model), "model"))),
    listAnswers: () => listNames(answersFolder, ""),
    listJudgments: () => listNames(judgmentsFolder, judgmentSuffix),
    moveAside: (paths, now) => putAside(paths, asideOf(folder, paths, now), move),
    copyAside: (paths, now) => putAside(paths, asideOf(folder, paths, now), copy),
  };
}

/** The multiple-choice outcomes in a model's folder. */
export function outcomePaths(modelFolder: string): RecordPaths {
  return recordPaths(join(modelFolder, "outcomes"));
}

/** The paths beside `<stem>.jsonl`. */
function recordPaths(stem: string): RecordPaths {
  return {
    records: `${stem}.jsonl`,
    failed: `${stem}.failed.jsonl`,
    manifest: `${stem}.manifest.json`,
    progress: `${stem}.progress.json`,
  };
}

async function listNames(folder: string, suffix: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw diskError(error, `cannot read ${folder}`);
  });
  const names = new Set<string>();
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith(".")) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
    const name = /^(.*?)(?:\.failed)?\.jsonl$/.exec(path)?.[1];
    if (name !== undefined && name.endsWith(suffix)) names.add(name.slice(0, name.length - suffix.length));
  }
  return [...names].sort((left, right) => (left < right ? -1 : 1));
}

function asideOf(folder: string, paths: RecordPaths, now: Date): RecordPaths {
  const dated = join(folder, ".aside", now.toISOString().replaceAll(/[:.]/g, "-"));
  const place = (path: string): string => join(dated, relative(folder, path));
  return {
    records: place(paths.records),
    failed: place(paths.failed),
    manifest: place(paths.manifest),
    progress: place(paths.progress),
  };
}

async function putAside(
  paths: RecordPaths,
  aside: RecordPaths,
  put: (from: string, to: string) => Promise<void>,
): Promise<RecordPaths | undefined> {
  let found = false;
  for (const part of ["records", "failed", "manifest"] as const) {
    if (!(await exists(paths[part]))) continue;
    try {
      await put(paths[part], aside[part]);
    } catch (error) {
      throw diskError(error, `cannot move ${paths[part]} aside`);
    }
    found = true;
  }
  return found ? aside : undefined;
}

async function move(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await rename(from, to);
}

async function copy(from: string, to: string): Promise<void> {
  await replaceFile(to, (temporary) => copyFile(from, temporary));
}

/** Whether a file holds anything. */
export async function isNonEmpty(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
