import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { env } from "node:process";
import { GitError, simpleGit } from "simple-git";
import type { SimpleGit } from "simple-git";
import { EvalError } from "../domain/eval-error.js";
import { nearestNames } from "../domain/nearest-names.js";
import { printable } from "../domain/printable.js";
import { readBatch } from "./git-batch.js";
import type { Blob } from "./git-batch.js";
import { diskError } from "./disk-error.js";

/** A commit that was found by a name. */
export interface Commit {
  /** full object id in hex */
  readonly id: string;
  /** the name that the user gave */
  readonly ref: string;
  /** committer's date, in seconds since 1970 */
  readonly time: number;
}

/** A file of a commit. */
interface TreeFile {
  /** relative to the opened folder, with `/` */
  readonly path: string;
  /** object id in hex */
  readonly blob: string;
  readonly isLink: boolean;
}

/** A repository that is only read: nothing here touches work tree, index, HEAD or config. */
export interface GitRepository {
  /** where the opened folder lies in the repository, ending in `/`; empty for its root */
  readonly prefix: string;
  /** the user's folder has no commit of its own: its history was cut off */
  readonly isShallow: boolean;
  /** Finds a commit by branch, tag, id, `origin/x`, `refs/pull/N/head` or HEAD, in the order in which `git checkout` would. */
  resolve(ref: string): Promise<Commit>;
  /** all files below the opened folder, in git's order */
  listFiles(commit: Commit): Promise<TreeFile[]>;
  /** Reads blobs in the given order through one process; larger ones come without content. */
  readBlobs(blobs: readonly string[], maxBytes: number): AsyncGenerator<Blob>;
  /** where two branches parted; undefined where they share no history */
  mergeBase(left: Commit, right: Commit): Promise<string | undefined>;
}

/** Opens the repository that a folder is in or is (bare ones too); undefined where there is none. */
export async function openGitRepository(folder: string): Promise<GitRepository | undefined> {
  const path = resolve(folder);
  await requireFolder(path);
  const git = client(path);
  const facts = await run(git, ["rev-parse", "--is-shallow-repository", "--show-prefix"]).catch((error: unknown) => {
    if (error instanceof Error && /not a git repository/.test(error.message)) return undefined;
    throw error;
  });
  if (facts === undefined) return undefined;
  const [shallow, prefix = ""] = facts.split("\n");
  return {
    prefix,
    isShallow: shallow === "true",
    resolve: (ref) => resolveRef(git, ref),
    listFiles: (commit) => listFiles(git, commit, prefix),
    readBlobs: (blobs, maxBytes) => readBlobs(path, blobs, maxBytes),
    mergeBase: async (left, right) =>
      (await run(git, ["merge-base", left.id, right.id])).split("\n").find((line) => line !== ""),
  };
}

async function requireFolder(path: string): Promise<void> {
  const facts = await stat(path).catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  if (!facts.isDirectory())
    throw new EvalError("input", `${path} is no folder`, {
      hint: "give the folder of the taxonomy with --taxonomy-path",
    });
}

const ownVariables = {
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_LAZY_FETCH: "1",
  LC_ALL: "C",
};

/** What git needs of the environment. Not GIT_DIR, GIT_INDEX_FILE and the like, which would lead it to another repository. */
export function gitEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SystemRoot", "TMPDIR", "TEMP", "TMP"];
  const kept = names.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...ownVariables };
}

function client(baseDir: string): SimpleGit {
  return simpleGit({ baseDir, allowEnvironment: Object.keys(ownVariables) }).env(gitEnvironment());
}

async function run(git: SimpleGit, args: readonly string[]): Promise<string> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw gitError(error.message, error);
  }
}

function gitError(message: string, cause?: unknown): EvalError {
  if (/ENOENT/.test(message))
    return new EvalError("input", "git is not installed or not on the path", {
      hint: "install git 2.24 or newer",
      cause,
    });
  const [line = "git failed"] = message.split("\n").filter((part) => part.trim() !== "");
  const isForeign = /dubious ownership/.test(message);
  return new EvalError("input", `git: ${printable(line.replace(/^(fatal|error): /, ""))}`, {
    hint: isForeign ? "run: git config --global --add safe.directory FOLDER" : "check the repository with: git fsck",
    cause,
  });
}

const objectId = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

async function resolveRef(git: SimpleGit, ref: string): Promise<Commit> {
  const id = await findCommit(git, ref);
  if (id === undefined) throw await unknownRef(git, ref);
  const time = await run(git, ["rev-list", "--max-count=1", "--timestamp", id, "--"]);
  return { id, ref, time: Number(time.split(" ")[0]) };
}

async function findCommit(git: SimpleGit, ref: string): Promise<string | undefined> {
  // no name of git begins with a hyphen, holds a control character or is empty; the first could be taken for an option
  if (ref === "" || ref.startsWith("-") || /\p{Cc}/u.test(ref)) return undefined;
  const isPlainName = !objectId.test(ref) && ref !== "HEAD" && ref !== "@";
  const branch = isPlainName ? await verify(git, `refs/heads/${ref}`) : undefined;
  return branch ?? (await verify(git, ref)) ?? (isPlainName ? remoteBranch(git, ref) : undefined);
}

async function verify(git: SimpleGit, name: string): Promise<string | undefined> {
  const output = await run(git, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]).catch(
    (error: unknown) => {
      // a damaged or missing object must not look like a mistyped name; everything else git says here means that it knows no such commit
      if (error instanceof Error && /dubious|corrupt|unable to read|not installed/.test(error.message)) throw error;
      return "";
    },
  );
  const id = output.trim();
  return objectId.test(id) ? id : undefined;
}

/** A branch that only one remote has, as `git checkout` would take it. */
async function remoteBranch(git: SimpleGit, ref: string): Promise<string | undefined> {
  const names = await refNames(git, ["refs/remotes"]);
  const found = names.filter((name) => name.slice(name.indexOf("/") + 1) === ref);
  return found.length === 1 && found[0] !== undefined ? verify(git, `refs/remotes/${found[0]}`) : undefined;
}

async function refNames(git: SimpleGit, patterns: readonly string[]): Promise<string[]> {
  const output = await run(git, ["for-each-ref", "--format=%(refname:lstrip=2)", ...patterns]);
  return output.split("\n").filter((name) => name !== "" && !name.endsWith("/HEAD"));
}

async function unknownRef(git: SimpleGit, ref: string): Promise<EvalError> {
  const names = await refNames(git, ["refs/heads", "refs/tags", "refs/remotes"]);
  const near = nearestNames(ref, names);
  const shown =
    near.length > 0 ? `the nearest are: ${near.join(", ")}` : `there are: ${names.slice(0, 8).join(", ") || "none"}`;
  return new EvalError("input", `the repository knows no branch, tag or commit ${JSON.stringify(printable(ref))}`, {
    hint: `${printable(shown)}; a branch of a remote must be fetched first`,
  });
}

async function listFiles(git: SimpleGit, commit: Commit, prefix: string): Promise<TreeFile[]> {
  const folder = prefix.replace(/\/$/, "");
  const tree =
    folder === ""
      ? commit.id
      : await run(git, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit.id}:${folder}`]).catch(
          () => "",
        );
  if (!objectId.test(tree.trim()))
    throw new EvalError("input", `there is no folder ${printable(folder)} in ${printable(commit.ref)}`, {
      hint: "give the taxonomy's folder as that branch has it, or the root of the repository",
    });
  return parseTree(await run(git, ["ls-tree", "-r", "-z", "--full-tree", tree.trim()]));
}

/** Lines of `ls-tree -z`: `<mode> <type> <id>\t<path>`. */
function parseTree(output: string): TreeFile[] {
  const files: TreeFile[] = [];
  for (const line of output.split("\0")) {
    const tab = line.indexOf("\t");
    const [mode, type, blob] = line.slice(0, tab).split(" ");
    if (tab > 0 && type === "blob" && blob !== undefined)
      files.push({ path: line.slice(tab + 1), blob, isLink: mode === "120000" });
  }
  return files;
}

async function* readBlobs(folder: string, blobs: readonly string[], maxBytes: number): AsyncGenerator<Blob> {
  if (blobs.length === 0) return;
  // simple-git closes the standard input of its processes, so this one is started here
  const child = spawn("git", ["cat-file", "--batch", "--buffer"], {
    cwd: folder,
    env: gitEnvironment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  yield* readBatch(child, blobs, { maxBytes, fail: gitError });
}
