import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskError } from "./disk-error.js";
import { makeFolder } from "./make-folder.js";

/**
 * Writes a file beside its place, syncs it, and moves it in: a reader sees the old content or the new, never half of it,
 * also after a crash. The temporary name goes by the file's, so that what a killed run leaves is overwritten by the next one that writes the file.
 */
export async function replaceFile(path: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  await stageFile(path, write);
  await putInPlace([path]);
}

/** The first half of `replaceFile`, for files that are to appear together. */
export async function stageFile(path: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await write(temporaryOf(path));
    await sync(temporaryOf(path));
  } catch (error) {
    await removeStaged([path]);
    throw diskError(error, `cannot write ${path}`);
  }
}

/** The second half, for files that are staged, one after the other. Where one cannot be moved in, those that were not are removed. */
export async function putInPlace(paths: readonly string[]): Promise<void> {
  let at = "";
  try {
    for (const path of paths) {
      at = path;
      await rename(temporaryOf(path), path);
    }
    for (const folder of new Set(paths.map((path) => dirname(path)))) await sync(folder);
  } catch (error) {
    await removeStaged(paths);
    throw diskError(error, `cannot write ${at}`);
  }
}

/** Removes what was staged for these places, as far as there is anything. */
export async function removeStaged(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(temporaryOf(path), { force: true }).catch(() => undefined);
}

function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
