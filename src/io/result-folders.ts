import type { Dirent } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { diskError } from "./disk-error.js";

/** A folder that holds records: answers and judgments of any models, or the multiple-choice results of one model. */
export interface ResultFolder {
  readonly kind: "judged" | "choices";
  readonly path: string;
  /** relative to the root, with `/` */
  readonly name: string;
}

export interface ResultFolders {
  readonly found: readonly ResultFolder[];
  /** what would lead out of the root, by name */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

/** Folders whose presence makes a folder one that holds records. */
const recordFolders = new Set(["model_answer", "model_judgment"]);
/** Files whose presence makes a folder that of a model's multiple-choice results. */
const choicesFile = /^(outcomes(\.failed)?\.jsonl|outcomes\.manifest\.json|results_.*\.json)$/;
const deepest = 12;

/**
 * Finds the folders under the root that hold records. Nothing outside of the root is ever found: a folder with a link that leads out of it,
 * anywhere in it, is refused as a whole.
 *
 * @throws EvalError `input` where the root is no readable folder
 */
export async function findResultFolders(root: string): Promise<ResultFolders> {
  const real = await realpath(root).catch((error: unknown) => {
    throw diskError(error, `cannot read ${root}`);
  });
  const found: ResultFolder[] = [];
  const refused: { path: string; reason: string }[] = [];
  const nameOf = (path: string): string => relative(real, path).split(sep).join("/") || ".";

  async function look(folder: string, depth: number): Promise<void> {
    const entries = await readEntries(folder);
    const kind = kindOf(entries.map(({ name }) => name));
    if (kind !== undefined) {
      const way = await wayOut(folder, real);
      if (way !== undefined) {
        refused.push({ path: nameOf(folder), reason: `${nameOf(way)} is a link that leads out of the folder` });
        return;
      }
      found.push({ kind, path: folder, name: nameOf(folder) });
    }
    if (depth === deepest) return;
    for (const entry of entries) {
      if (entry.name.startsWith(".") || recordFolders.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await look(path, depth + 1);
      else if (entry.isSymbolicLink() && !(await isInside(path, real)))
        refused.push({ path: nameOf(path), reason: "it is a link that leads out of the folder" });
    }
  }

  await look(real, 0);
  return { found: found.sort((left, right) => (left.name < right.name ? -1 : 1)), refused };
}

function kindOf(names: readonly string[]): ResultFolder["kind"] | undefined {
  if (names.some((name) => recordFolders.has(name))) return "judged";
  return names.some((name) => choicesFile.test(name)) ? "choices" : undefined;
}

/** The first link in a folder's records that leads out of the root. */
async function wayOut(folder: string, root: string): Promise<string | undefined> {
  for (const entry of await readEntries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && !(await isInside(path, root))) return path;
    if (!entry.isDirectory() || !(recordFolders.has(entry.name) || entry.name === "human_rating")) continue;
    const inner = await wayOutBelow(path, root);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

async function wayOutBelow(folder: string, root: string): Promise<string | undefined> {
  for (const entry of await readEntries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && !(await isInside(path, root))) return path;
    const inner = entry.isDirectory() ? await wayOutBelow(path, root) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** None of a folder that is there no more: a run takes its lock away while somebody looks. */
async function readEntries(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR")
      throw new EvalError("input", `${folder} is a file, not a folder`, { hint: "name the folder that runs write to" });
    throw diskError(error, `cannot read ${folder}`);
  });
}

/** A link that leads nowhere is as good as one that leads out: what it names may come to be. */
async function isInside(path: string, root: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  return real !== undefined && (real === root || real.startsWith(`${root}${sep}`));
}
