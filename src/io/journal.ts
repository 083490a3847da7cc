import { appendFile, open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { diskError } from "./disk-error.js";
import { makeFolder } from "./make-folder.js";
import type { RecordPaths } from "./output-tree.js";

/** A file that only grows, one JSON line a record. */
export interface Journal {
  /** Resolves once the record is on disk. After a failed write every later append is rejected with the same error. */
  append(row: object): Promise<void>;
  close(): Promise<void>;
}

/** Opens a journal, after setting aside a last line that a killed run left half written. */
export async function openJournal(path: string): Promise<Journal> {
  let handle: FileHandle;
  try {
    await makeFolder(dirname(path));
    await repairTail(path);
    handle = await open(path, "a");
  } catch (error) {
    throw diskError(error, `cannot write ${path}`);
  }
  return groupCommit(handle, path);
}

/** The journals of a stage: what came to something, and what failed. */
export interface StageJournals {
  readonly records: Journal;
  readonly failures: Journal;
  close(): Promise<void>;
}

/** Opens both journals of a stage, or neither. */
export async function openStageJournals(paths: Pick<RecordPaths, "records" | "failed">): Promise<StageJournals> {
  const records = await openJournal(paths.records);
  const failures = await openJournal(paths.failed).catch(async (error: unknown) => {
    await records.close().catch(() => undefined);
    throw error;
  });
  return {
    records,
    failures,
    close: async () => {
      try {
        await records.close();
      } finally {
        await failures.close();
      }
    },
  };
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One write and one sync for all records that arrived while the last ones were written. */
function groupCommit(handle: FileHandle, path: string): Journal {
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let broken: { readonly error: unknown } | undefined;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (broken !== undefined) throw broken.error;
        await handle.appendFile(batch.map(({ line }) => line).join(""));
        await handle.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        broken ??= { error: diskError(error, `cannot write ${path}`) };
        for (const { reject } of batch) reject(broken.error);
      }
    }
    flushing = undefined;
  }

  return {
    append: (row) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) {
          reject(broken.error);
          return;
        }
        waiting.push({ line: `${JSON.stringify(row)}\n`, resolve, reject });
        flushing ??= flush();
      }),
    close: async () => {
      await flushing;
      await handle.close();
    },
  };
}

/** A last line without its end is completed where it is whole, and otherwise moved to `<path>.torn`. */
export async function repairTail(path: string): Promise<void> {
  const handle = await open(path, "r+").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    const tail = await readTail(handle, size);
    if (tail.length === 0) return;
    if (isObject(tail.toString("utf8"))) {
      await handle.write("\n", size);
      return;
    }
    await appendFile(`${path}.torn`, Buffer.concat([tail, Buffer.from("\n")]));
    await handle.truncate(size - tail.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readTail(handle: FileHandle, size: number): Promise<Buffer> {
  const step = 64 * 1024;
  let tail: Buffer = Buffer.alloc(0);
  for (let end = size; end > 0; end -= step) {
    const start = Math.max(0, end - step);
    const piece = Buffer.alloc(end - start);
    await handle.read(piece, 0, piece.length, start);
    const lineEnd = piece.lastIndexOf(0x0a);
    tail = Buffer.concat([piece.subarray(lineEnd + 1), tail]);
    if (lineEnd !== -1) break;
  }
  return tail;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
