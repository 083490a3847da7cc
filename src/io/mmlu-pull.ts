import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import type { MmluSubject } from "../domain/mmlu/mmlu-subjects.js";
import { mmluSubjects } from "../domain/mmlu/mmlu-subjects.js";
import type { MmluFile } from "../domain/mmlu/mmlu-task.js";
import { isPublishedMmlu, mmluDocs, mmluTask } from "../domain/mmlu/mmlu-task.js";
import { diskError } from "./disk-error.js";
import type { Download, Downloader } from "./download.js";
import { below, notPublished, openDownloader } from "./download.js";
import { readJsonFile, writeJsonFile } from "./json-file.js";
import { parseMmluParquet } from "./mmlu-parquet.js";
import type { PullOptions } from "./mt-bench-pull.js";
import { replaceFile } from "./replace-file.js";

/** A commit of cais/mmlu, which nobody can change. */
const mmluRevision = "c30699e8356da336a370243923dbaf21066bb9fe";

export const mmluAddress = `https://huggingface.co/datasets/cais/mmlu/resolve/${mmluRevision}`;

export type MmluSplit = "dev" | "test";

export interface PullMmluOptions extends PullOptions {
  /** all 57 unless told */
  readonly subjects?: readonly MmluSubject[];
  /** how many of the questions of all `subjects` have A, B, C and D for their right answer; known of the 57 */
  readonly answers?: readonly number[];
}

/** What was downloaded and found right, so that an altered file is noticed later: sha256 by path. */
const checksumsSchema = z.strictObject({ revision: z.string(), files: z.record(z.string(), z.string()) });

type Checksums = Readonly<Record<string, string>>;

/** The published files give these answers; a file's prompts say nothing about its right answers. */
const publishedAnswers = [3222, 3462, 3582, 3776];

/**
 * Downloads MMLU, subject by subject. A file is put in place only when it is whole and gives the prompts that were published, and, where
 * the server names its hash, has it. What is in place is not asked for again.
 *
 * @throws EvalError `server` for a download that fails or is not the published file
 */
export async function pullMmlu(options: PullMmluOptions): Promise<void> {
  const { dataDir, subjects = mmluSubjects } = options;
  const answers = options.answers ?? (subjects === mmluSubjects ? publishedAnswers : undefined);
  const downloader = openDownloader(options, offlineHint);
  try {
    const checksums = new Map(Object.entries((await readChecksums(dataDir)) ?? {}));
    const pull = { options, downloader, checksums };
    const counts = publishedAnswers.map(() => 0);
    for (const subject of subjects) {
      const test = await pullSplit(subject, "test", { ...pull, check: (file) => isRight(subject, file) });
      await pullSplit(subject, "dev", { ...pull, check: (file) => isRight(subject, test, file) });
      for (const { gold } of test.docs) counts[gold] = (counts[gold] ?? 0) + 1;
    }
    if (answers !== undefined && counts.join() !== answers.join()) throw await wrongAnswers(dataDir, counts);
  } finally {
    await downloader.close();
  }
}

/** Which file is wrong is not known, so none may be scored: without their checksums they are as good as not there. */
async function wrongAnswers(dataDir: string, counts: readonly number[]): Promise<EvalError> {
  await rm(checksumsPath(dataDir), { force: true });
  return new EvalError("server", `the right answers are not the published ones (A to D: ${counts.join(", ")})`, {
    hint: "nothing of it is used; pull it again, from another mirror",
  });
}

const offlineHint =
  "without internet, give a folder of CSV files with --mmlu-data (test/<subject>_test.csv, dev/<subject>_dev.csv)";

function isRight(subject: MmluSubject, test: MmluFile, dev?: MmluFile): boolean {
  const fewShots = dev === undefined ? 0 : 5;
  if (dev !== undefined && dev.docs.length < fewShots) return false;
  return isPublishedMmlu(subject, mmluTask({ subject, test, dev, fewShots, hashes: { sha256: "" } })) === true;
}

interface Pull {
  readonly options: PullMmluOptions;
  readonly downloader: Downloader;
  readonly checksums: Map<string, string>;
  readonly check: (file: MmluFile) => boolean;
}

async function pullSplit(subject: MmluSubject, split: MmluSplit, pull: Pull): Promise<MmluFile> {
  const { options, downloader, checksums, check } = pull;
  const name = fileName(subject, split);
  const path = join(mmluFolder(options.dataDir), name);
  const there = await readFile(path).catch(() => undefined);
  if (there !== undefined && sha256(there) === checksums.get(name)) {
    options.onFile?.(path, "already there");
    return { path, docs: mmluDocs(subject.subject, await parseMmluParquet(there, path)) };
  }
  const url = below(options.address ?? mmluAddress, name);
  const download = await downloader.get(url);
  const wrongHash = wrongTag(download);
  if (wrongHash !== undefined) throw notPublished(url, wrongHash);
  const file = { path, docs: mmluDocs(subject.subject, await parsePublished(download.bytes, url)) };
  if (!check(file)) throw notPublished(url, "its questions are others");
  await replaceFile(path, (temporary) => writeFile(temporary, download.bytes));
  checksums.set(name, sha256(download.bytes));
  await writeJsonFile(checksumsPath(options.dataDir), { revision: mmluRevision, files: Object.fromEntries(checksums) });
  options.onFile?.(path, "downloaded");
  return file;
}

async function parsePublished(bytes: Buffer, url: string): ReturnType<typeof parseMmluParquet> {
  return parseMmluParquet(bytes, url).catch((error: unknown) => {
    if (error instanceof EvalError) throw notPublished(url, "it is no parquet file of MMLU");
    throw error;
  });
}

/** The hub names large files by their sha256 and small ones by git's id of the blob. */
function wrongTag({ bytes, linkedTag }: Download): string | undefined {
  if (linkedTag === undefined) return undefined;
  const found =
    linkedTag.length === 40
      ? createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex")
      : sha256(bytes);
  return found === linkedTag || ![40, 64].includes(linkedTag.length)
    ? undefined
    : `its hash is ${found}, the hub says ${linkedTag}`;
}

/** A file that `pullMmlu` put in place, as it was then. */
export interface PulledFile extends MmluFile {
  readonly bytes: Uint8Array;
}

/**
 * Opens what was pulled.
 *
 * @throws EvalError `input` where nothing was pulled; the returned function where a file is missing or was altered since
 */
export async function openPulledMmlu(
  dataDir: string,
): Promise<(subject: MmluSubject, split: MmluSplit) => Promise<PulledFile>> {
  const hint = "run: branchbench data pull mmlu";
  const checksums = await readChecksums(dataDir);
  if (checksums === undefined) throw new EvalError("input", `MMLU is not in ${dataDir}`, { hint });
  return async (subject, split) => {
    const name = fileName(subject, split);
    const path = join(mmluFolder(dataDir), name);
    const expected = checksums[name];
    if (expected === undefined) throw new EvalError("input", `${path} was not pulled`, { hint });
    const bytes = await readFile(path).catch((error: unknown) => {
      throw diskError(error, `cannot read ${path}`);
    });
    if (sha256(bytes) !== expected) throw new EvalError("input", `${path} was altered since it was pulled`, { hint });
    return { path, bytes, docs: mmluDocs(subject.subject, await parseMmluParquet(bytes, path)) };
  };
}

/** As the hub names it. */
function fileName({ subject }: MmluSubject, split: MmluSplit): string {
  return `${subject}/${split}-00000-of-00001.parquet`;
}

function mmluFolder(dataDir: string): string {
  return join(dataDir, "mmlu");
}

function checksumsPath(dataDir: string): string {
  return join(mmluFolder(dataDir), "checksums.json");
}

/** Of another revision nothing is used, nor of a file that cannot be read: pulling writes it anew. */
async function readChecksums(dataDir: string): Promise<Checksums | undefined> {
  const found = await readJsonFile(checksumsPath(dataDir), checksumsSchema).catch((error: unknown) => {
    if (error instanceof EvalError && error.code === "input") return undefined;
    throw error;
  });
  return found?.revision === mmluRevision ? found.files : undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
