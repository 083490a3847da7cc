import { readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { kill, pid } from "node:process";
import lockfile from "proper-lockfile";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import { diskError } from "./disk-error.js";
import { makeFolder } from "./make-folder.js";

const ownerSchema = z.object({ pid: z.number().int().positive(), host: z.string() });

const staleMs = 30_000;
const neverMs = Number.MAX_SAFE_INTEGER;

/**
 * Runs `work` while no other process does so on the same file. A lock whose owner on this host is no longer alive is taken over at once;
 * any other abandoned one after 30 seconds. Losing the lock (a process that was suspended) aborts the signal that `work` gets.
 */
export async function withLock<Result>(path: string, work: (lost: AbortSignal) => Promise<Result>): Promise<Result> {
  const lost = new AbortController();
  const release = await acquire(path, () => {
    lost.abort(new EvalError("locked", `the lock on ${path} was lost: another process has taken it over`));
  });
  try {
    return await work(lost.signal);
  } finally {
    await release();
  }
}

async function acquire(path: string, onLost: () => void): Promise<() => Promise<void>> {
  const ownerFile = `${path}.lock-owner.json`;
  // Abandoned locks are removed below: where several processes find one, the library's own way lets more than one of them have it.
  const take = (): Promise<() => Promise<void>> =>
    lockfile.lock(path, { realpath: false, stale: neverMs, update: staleMs / 3, onCompromised: onLost });
  try {
    await makeFolder(dirname(path));
    const release = await take().catch(async (error: unknown) => {
      if (!isLocked(error) || !(await removeAbandoned(path, ownerFile))) throw error;
      return take();
    });
    await writeFile(ownerFile, JSON.stringify({ pid, host: hostname() })).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    return async () => {
      await rm(ownerFile, { force: true });
      // A lock that was lost cannot be released; the loss was reported when it happened.
      await release().catch(() => undefined);
    };
  } catch (error) {
    if (!isLocked(error)) throw diskError(error, `cannot lock ${path}`);
    throw new EvalError("locked", `another branchbench process is working on ${path}`, {
      hint: "wait for it to end, or use another --output-dir",
    });
  }
}

/** Removes a lock whose owner is gone. One process at a time does so, or one would remove what another has just taken. */
async function removeAbandoned(path: string, ownerFile: string): Promise<boolean> {
  const release = await lockfile.lock(`${path}.lock-removal`, { realpath: false });
  try {
    const held = await stat(`${path}.lock`).catch(() => undefined);
    if (held === undefined) return true;
    if (Date.now() - held.mtimeMs < staleMs && !(await ownerIsDead(ownerFile))) return false;
    // The note goes first, so that nobody takes it for one of the next owner, who has not written his yet.
    await rm(ownerFile, { force: true });
    await rmdir(`${path}.lock`);
    return true;
  } finally {
    await release();
  }
}

/** Whether a live process holds the lock on a file, as far as can be told without trying to take it. */
export async function isHeld(path: string): Promise<boolean> {
  const held = await stat(`${path}.lock`).catch(() => undefined);
  return held !== undefined && Date.now() - held.mtimeMs < staleMs && !(await ownerIsDead(`${path}.lock-owner.json`));
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}

async function ownerIsDead(ownerFile: string): Promise<boolean> {
  const text = await readFile(ownerFile, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const owner = ownerSchema.safeParse(safeJson(text));
  if (!owner.success || owner.data.host !== hostname()) return false;
  return !isAlive(owner.data.pid);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(processId: number): boolean {
  try {
    kill(processId, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
