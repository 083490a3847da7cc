import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskError } from "./disk-error.js";
import { makeFolder } from "./make-folder.js";

/**
 * Writes a file beside its place, syncs it, and moves it in: a reader sees the old content or the new, never half of it,
 * also after a crash. The temporary name goes by the file's, so that what a killed run leaves is overwritten by the next one that writes the file.
 */
export async function replaceFile(path: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  await putInPlace([await stageFile(path, write)]);
}

/** A file that is whole, and still beside its place. */
export interface StagedFile {
  readonly path: string;
  readonly temporaryPath: string;
}

/** The first half of `replaceFile`, for files that are to appear together. */
export async function stageFile(path: string, write: (temporaryPath: string) => Promise<void>): Promise<StagedFile> {
  const temporaryPath = temporaryOf(path);
  try {
    await makeFolder(dirname(path));
    await write(temporaryPath);
    await sync(temporaryPath);
    return { path, temporaryPath };
  } catch (error) {
    await rm(temporaryPath, { force: true }).catch(() => undefined);
    throw diskError(error, `cannot write ${path}`);
  }
}

/** Removes what was staged for these places, as far as there is anything. */
export async function removeStaged(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(temporaryOf(path), { force: true }).catch(() => undefined);
}

function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

/** The second half of `replaceFile`, one after the other. Where one cannot be moved in, those that were not are removed. */
export async function putInPlace(files: readonly StagedFile[]): Promise<void> {
  let path = "";
  try {
    for (const file of files) {
      path = file.path;
      await rename(file.temporaryPath, path);
    }
    for (const folder of new Set(files.map((file) => dirname(file.path)))) await sync(folder);
  } catch (error) {
    await removeStaged(files.map((file) => file.path));
    throw diskError(error, `cannot write ${path}`);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
