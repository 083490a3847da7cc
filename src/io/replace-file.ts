import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskError } from "./disk-error.js";
import { makeFolder } from "./make-folder.js";

/**
 * Writes a file beside its place, syncs it, and moves it in: a reader sees the old content or the new, never half of it,
 * also after a crash. The temporary name goes by the file's, so that what a killed run leaves is overwritten by the next one that writes the file.
 */
export async function replaceFile(path: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.tmp`);
  try {
    await makeFolder(folder);
    await write(temporary);
    await sync(temporary);
    await rename(temporary, path);
    await sync(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
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
