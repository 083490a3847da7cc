import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import type { MmluSubject } from "../domain/mmlu/mmlu-subjects.js";
import { mmluSubjects, selectMmluSubjects } from "../domain/mmlu/mmlu-subjects.js";
import type { MmluFile } from "../domain/mmlu/mmlu-task.js";
import { isPublishedMmlu, mmluDocs, mmluTask } from "../domain/mmlu/mmlu-task.js";
import type { McqTask } from "../domain/scoring/multiple-choice.js";
import { diskError } from "./disk-error.js";
import { parseMmluCsv } from "./mmlu-csv.js";
import type { MmluSplit } from "./mmlu-pull.js";
import { openPulledMmlu } from "./mmlu-pull.js";

/** Where MMLU is read from. */
export type MmluSource =
  /** a folder with `test/<subject>_test.csv` and `dev/<subject>_dev.csv` */
  | { readonly kind: "csv"; readonly folder: string }
  /** the data folder that `data pull mmlu` filled */
  | { readonly kind: "pulled"; readonly dataDir: string };

export interface MmluReading {
  readonly source: MmluSource;
  /** see `selectMmluSubjects`; none for all 57 */
  readonly names: readonly string[];
  readonly fewShots: number;
}

/** Tasks, and what the user should know about them. */
export interface ReadTasks {
  readonly tasks: readonly McqTask[];
  readonly notes: readonly string[];
}

/** A file of one subject as it was read. */
interface MmluSplitFile extends MmluFile {
  readonly bytes: Uint8Array;
}

type ReadSplit = (subject: MmluSubject, split: MmluSplit) => Promise<MmluSplitFile>;

/**
 * Reads MMLU's subjects, in alphabetical order.
 *
 * @throws EvalError `input` for an unknown name, a missing file or a bad row
 */
export async function readMmluTasks({ source, names, fewShots }: MmluReading): Promise<ReadTasks> {
  const subjects = selectMmluSubjects(names);
  const readSplit = await openSource(source, subjects);
  const tasks: McqTask[] = [];
  const altered: string[] = [];
  for (const subject of subjects) {
    const test = await readSplit(subject, "test");
    const dev = fewShots > 0 ? await readSplit(subject, "dev") : undefined;
    const questionsHash = createHash("sha256").update(test.bytes);
    const hash = questionsHash.copy();
    if (dev !== undefined) hash.update(dev.bytes);
    const hashes = { sha256: hash.digest("hex"), questionsSha256: questionsHash.digest("hex") };
    const task = mmluTask({ subject, test, dev, fewShots, hashes });
    if (isPublishedMmlu(subject, task) === false) altered.push(subject.name);
    tasks.push(task);
  }
  return { tasks, notes: altered.length === 0 ? [] : [alteredNote(altered)] };
}

function alteredNote(names: readonly string[]): string {
  const shown = names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
  return `not the published MMLU, so not comparable with published scores: ${shown}`;
}

async function openSource(source: MmluSource, subjects: readonly MmluSubject[]): Promise<ReadSplit> {
  return source.kind === "pulled" ? openPulledMmlu(source.dataDir) : openCsvFolder(source.folder, subjects);
}

async function openCsvFolder(folder: string, subjects: readonly MmluSubject[]): Promise<ReadSplit> {
  await checkThatAllAreThere(folder, subjects);
  return async ({ subject }, split) => {
    const path = csvPath(folder, subject, split);
    const bytes = await readFile(path).catch((error: unknown) => {
      throw diskError(error, `cannot read ${path}`);
    });
    return { path, bytes, docs: mmluDocs(subject, parseMmluCsv(bytes, path)) };
  };
}

function csvPath(folder: string, subject: string, split: MmluSplit): string {
  return join(folder, split, `${subject}_${split}.csv`);
}

/** Found out before anything is read, since a folder commonly holds some of the subjects only. */
async function checkThatAllAreThere(folder: string, subjects: readonly MmluSubject[]): Promise<void> {
  const testFolder = join(folder, "test");
  const found = await readdir(testFolder).catch((error: unknown) => {
    throw diskError(error, `cannot read ${testFolder}`);
  });
  const isThere = ({ subject }: MmluSubject): boolean => found.includes(`${subject}_test.csv`);
  const missing = subjects.find((subject) => !isThere(subject));
  if (missing === undefined) return;
  const there = mmluSubjects.filter(isThere).map(({ name }) => name);
  throw new EvalError("input", `${csvPath(folder, missing.subject, "test")} is missing`, {
    hint:
      there.length === 0
        ? "--mmlu-data takes a folder with test/<subject>_test.csv and dev/<subject>_dev.csv"
        : `the folder holds ${there.length} of ${mmluSubjects.length} subjects: --tasks ${there.join(",")}`,
  });
}
