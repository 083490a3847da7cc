import { access, constants, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { diskError } from "./disk-error.js";

/** What a command reads and keeps, besides the file that its report goes to. */
export interface OutputNeighbours {
  /** where records are kept */
  readonly outputDir: string;
  /** what each option names; a value that is no path does no harm */
  readonly inputs: readonly (readonly [option: string, path: string])[];
  /** folders whose files are read */
  readonly inputFolders: readonly (readonly [option: string, path: string])[];
  /** a folder of which everything is an input that git knows; other files in it may be reports of earlier runs */
  readonly taxonomy?: string;
}

/** No report has a name like these: records, manifests, questions, task files, pulled data. */
const neverReports = /\.(jsonl|ndjson|ya?ml|parquet)$|\.(manifest|progress)\.json$/i;
/** JSON that runs keep below the output folder; elsewhere a report may be called so. */
const keptResults = /^(results|comparison)_.*\.json$/i;

const ownName = "give the report a name of its own, such as report.md";

/**
 * Refuses, before anything is asked or read, to write a report over what is read or kept, or where no file can be written.
 *
 * @throws EvalError `usage` where the file is a folder, a device, a record or an input; `input` or `disk` where nothing can be written there
 */
export async function requireOutputFile(path: string, neighbours: OutputNeighbours): Promise<void> {
  const place = await placeOf(path);
  if (/[/\\]$/.test(path) || place.kind === "folder")
    throw refusal(path, "is a folder", "give a file, such as report.md");
  if (place.kind === "other") throw refusal(path, "is no file", "leave --output out to print the report");
  for (const name of [basename(path), basename(place.path)]) {
    if (neverReports.test(name))
      throw refusal(path, "is named like records or inputs, which no report replaces", ownName);
    if (keptResults.test(name) && isInside(place.path, await realPlace(neighbours.outputDir)))
      throw refusal(path, "is named like the results that runs keep in --output-dir", ownName);
  }
  if (place.kind === "file") await requireNoInput(path, place.path, neighbours);
}

async function requireNoInput(path: string, realPath: string, neighbours: OutputNeighbours): Promise<void> {
  for (const [option, input] of neighbours.inputs)
    if (await isSameFile(path, input)) throw refusal(path, `is what ${option} names`, ownName);
  for (const [option, folder] of neighbours.inputFolders)
    if (isInside(realPath, await realPlace(folder)))
      throw refusal(path, `is a file in the folder of ${option}`, ownName);
  const { taxonomy } = neighbours;
  if (taxonomy !== undefined && isInside(realPath, await realPlace(taxonomy)) && (await isTracked(realPath)))
    throw refusal(path, "is a file of the taxonomy", ownName);
}

function refusal(path: string, why: string, hint: string): EvalError {
  return new EvalError("usage", `--output ${path} ${why}`, { hint });
}

interface Place {
  readonly kind: "missing" | "file" | "folder" | "other";
  /** without links */
  readonly path: string;
}

/** A file that is not there yet needs a folder, there or above, that can be written to. */
async function placeOf(path: string): Promise<Place> {
  try {
    const found = await stat(path).catch(ifMissing);
    if (found?.isDirectory() === true) return { kind: "folder", path };
    await access(await nearestFolder(dirname(path)), constants.W_OK);
    if (found === undefined) return { kind: "missing", path: await realPlace(path) };
    // a pipe has a name, such as /dev/stdout, but no place
    return found.isFile() ? { kind: "file", path: await realpath(path) } : { kind: "other", path };
  } catch (error) {
    throw diskError(error, `cannot write ${path}`);
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(ifMissing);
  return found === undefined && dirname(folder) !== folder ? nearestFolder(dirname(folder)) : folder;
}

/** The path without links, as far as it is there. */
async function realPlace(path: string): Promise<string> {
  const absolute = resolve(path);
  const found = await realpath(absolute).catch(ifMissing);
  if (found !== undefined) return found;
  const parent = dirname(absolute);
  return parent === absolute ? absolute : join(await realPlace(parent), basename(absolute));
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way.split(sep)[0] !== ".." && resolve(folder, way) === path;
}

async function isSameFile(path: string, input: string): Promise<boolean> {
  const [left, right] = await Promise.all(
    [path, input].map((one) => stat(one, { bigint: true }).catch(() => undefined)),
  );
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino;
}

async function isTracked(path: string): Promise<boolean> {
  // loaded only where a report goes into a taxonomy
  const { openGitRepository } = await import("./git.js");
  const repository = await openGitRepository(dirname(path));
  if (repository === undefined) return false;
  const files = await repository.listFiles(await repository.resolve("HEAD"));
  return files.some((file) => file.path === basename(path));
}
