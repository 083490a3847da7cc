import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import type { QnaDocument } from "../domain/taxonomy/qna.js";
import { compareCodePoints, isMisnamed, isTaxonomyFolder, qnaKind } from "../domain/taxonomy/taxonomy-file.js";
import type { QnaKind } from "../domain/taxonomy/taxonomy-file.js";
import { diskError } from "./disk-error.js";
import type { Commit, GitRepository } from "./git.js";
import { openGitRepository } from "./git.js";
import { maxQnaBytes, parseQna } from "./qna-file.js";

/** A `qna.yaml` of a taxonomy, with what lies beside it. */
interface TaxonomyFile {
  /** relative to the taxonomy, with `/` */
  readonly path: string;
  readonly kind: QnaKind;
  readonly attribution: "present" | "empty" | "missing";
}

/** A parsed file, with the git id of its content. */
interface TaxonomyDocument {
  readonly document: QnaDocument;
  readonly blob: string;
}

/** A taxonomy as it stands at a commit, or in a folder. */
export interface Taxonomy {
  readonly folder: string;
  /** where the folder lies in its repository, ending in `/`; empty for the root and outside of repositories */
  readonly prefix: string;
  /** undefined for the work tree */
  readonly commit: Commit | undefined;
  /** in the order of their code points */
  readonly files: readonly TaxonomyFile[];
  /** files that seem to be meant as `qna.yaml` but are not read */
  readonly misnamed: readonly string[];
  /** Reads and parses the files in their order, one at a time. */
  documents(kinds?: readonly QnaKind[]): AsyncGenerator<TaxonomyDocument>;
}

/** Opens a taxonomy at a branch, or as it lies in its folder where no branch is given. */
export async function openTaxonomy(folder: string, branch: string | undefined): Promise<Taxonomy> {
  if (branch === undefined) return openWorkTree(folder);
  const repository = await openTaxonomyRepository(folder);
  return openAtCommit(repository, await repository.resolve(branch));
}

/** A repository that holds a taxonomy, and where it was found. */
export type TaxonomyRepository = GitRepository & { readonly folder: string };

/** Opens the repository that a taxonomy lies in. */
export async function openTaxonomyRepository(folder: string): Promise<TaxonomyRepository> {
  const repository = await openGitRepository(folder);
  if (repository === undefined)
    throw new EvalError("input", `${folder} is no git repository, so it has no branches`, {
      hint: "give the folder of a clone with --taxonomy-path, or leave the branch out to read the folder as it is",
    });
  return { ...repository, folder };
}

/** The taxonomy as a commit has it; nothing is checked out. */
export async function openAtCommit(repository: TaxonomyRepository, commit: Commit): Promise<Taxonomy> {
  const all = await repository.listFiles(commit);
  const blobs = new Map(all.map((file) => [file.path, file]));
  const files = taxonomyFiles(
    all.map(({ path }) => path),
    (path) => {
      const file = blobs.get(path);
      return file === undefined ? "missing" : emptyBlobs.has(file.blob) ? "empty" : "present";
    },
  );
  return {
    folder: repository.folder,
    prefix: repository.prefix,
    commit,
    files,
    misnamed: misnamedOf(all.map(({ path }) => path)),
    documents: (kinds) => readCommitted(repository, files.filter(wanted(kinds)), blobs),
  };
}

/** Ids of empty content, in repositories of either hash. */
const emptyBlobs: ReadonlySet<string> = new Set(
  ["sha1", "sha256"].map((algorithm) => blobId(Buffer.alloc(0), algorithm)),
);

function blobId(content: Buffer, algorithm: string): string {
  return createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest("hex");
}

function taxonomyFiles(
  paths: readonly string[],
  attributionAt: (path: string) => TaxonomyFile["attribution"],
): TaxonomyFile[] {
  const files: TaxonomyFile[] = [];
  for (const path of paths.toSorted(compareCodePoints)) {
    const kind = qnaKind(path);
    if (kind === undefined) continue;
    files.push({ path, kind, attribution: attributionAt(path.replace(/qna\.yaml$/, "attribution.txt")) });
  }
  return files;
}

function misnamedOf(paths: readonly string[]): string[] {
  return paths.filter(isMisnamed).sort(compareCodePoints);
}

function wanted(kinds: readonly QnaKind[] | undefined): (file: TaxonomyFile) => boolean {
  return ({ kind }) => kinds === undefined || kinds.includes(kind);
}

async function* readCommitted(
  repository: TaxonomyRepository,
  files: readonly TaxonomyFile[],
  blobs: ReadonlyMap<string, { readonly blob: string; readonly isLink: boolean }>,
): AsyncGenerator<TaxonomyDocument> {
  const entries = files.flatMap(({ path, kind }) => {
    const entry = blobs.get(path);
    return entry === undefined ? [] : [{ path, kind, ...entry }];
  });
  let next = 0;
  for await (const { size, content } of repository.readBlobs(
    entries.map(({ blob }) => blob),
    maxQnaBytes,
  )) {
    const entry = entries[next++];
    if (entry === undefined) return;
    yield { blob: entry.blob, document: parseQna({ ...entry, size, content }) };
  }
}

async function openWorkTree(folder: string): Promise<Taxonomy> {
  const root = resolve(folder);
  const found = await listWorkTree(root);
  const sizes = new Map(found.map((entry) => [entry.path, entry]));
  const paths = found.map(({ path }) => path);
  const empty = new Set<string>();
  for (const path of paths)
    if (path.endsWith("/attribution.txt") && (await sizeOf(join(root, path))) === 0) empty.add(path);
  const files = taxonomyFiles(paths, (path) => (empty.has(path) ? "empty" : sizes.has(path) ? "present" : "missing"));
  const links = new Set(found.filter(({ isLink }) => isLink).map(({ path }) => path));
  return {
    folder,
    prefix: await prefixOf(folder),
    commit: undefined,
    files,
    misnamed: misnamedOf(paths),
    documents: (kinds) => readFolder(root, files.filter(wanted(kinds)), links),
  };
}

/** A plain folder is as good as a repository here, and so is one that git refuses to read. */
async function prefixOf(folder: string): Promise<string> {
  const repository = await openGitRepository(folder).catch(() => undefined);
  return repository?.prefix ?? "";
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

interface FoundFile {
  readonly path: string;
  readonly isLink: boolean;
}

/** Files below the folder that could matter. Links to folders are not followed, as upstream. */
async function listWorkTree(root: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      throw diskError(error, `cannot read ${root}`);
    });
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (folder !== "" || isTaxonomyFolder(entry.name)) pending.push(path);
      } else found.push({ path, isLink: entry.isSymbolicLink() });
    }
  }
  return found;
}

async function* readFolder(
  root: string,
  files: readonly TaxonomyFile[],
  links: ReadonlySet<string>,
): AsyncGenerator<TaxonomyDocument> {
  for (const { path, kind } of files) {
    const isLink = links.has(path);
    const { size, content } = isLink ? { size: 0, content: Buffer.alloc(0) } : await readBounded(join(root, path));
    yield {
      blob: content === undefined ? "" : blobId(content, "sha1"),
      document: parseQna({ path, kind, size, content, isLink }),
    };
  }
}

async function readBounded(path: string): Promise<{ readonly size: number; readonly content: Buffer | undefined }> {
  try {
    const facts = await stat(path);
    // a pipe or a device has no size and no end
    if (facts.size > maxQnaBytes || !facts.isFile()) return { size: facts.size, content: undefined };
    return { size: facts.size, content: await readFile(path) };
  } catch (error) {
    throw diskError(error, `cannot read ${path}`);
  }
}
