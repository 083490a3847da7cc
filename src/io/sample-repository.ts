import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { devNull } from "node:os";
import { promisify } from "node:util";
import { EvalError } from "../domain/eval-error.js";
import { gitEnvironment } from "./git.js";

const run = promisify(execFile);

/** Always the same commits, whoever runs it and when, and nobody's hooks or settings. */
const environment = {
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "branchbench",
  GIT_AUTHOR_EMAIL: "branchbench@example.com",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "branchbench",
  GIT_COMMITTER_EMAIL: "branchbench@example.com",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
};

/** Makes a git repository in an empty folder: `main` holds the first folder's files, `rc` the second's laid over them. */
export async function createSampleRepository(
  folder: string,
  sources: { readonly main: string; readonly rc: string },
): Promise<void> {
  const git = async (...args: readonly string[]): Promise<void> => {
    await run("git", args, { cwd: folder, env: { ...gitEnvironment(), ...environment } });
  };
  const commit = async (source: string, message: string): Promise<void> => {
    await cp(source, folder, { recursive: true });
    await git("add", "--all");
    await git("commit", "--quiet", "--message", message);
  };
  try {
    await mkdir(folder, { recursive: true });
    await git("init", "--quiet", "--initial-branch", "main");
    await commit(sources.main, "The taxonomy as it stands");
    await git("switch", "--quiet", "--create", "rc");
    await commit(sources.rc, "What the branch teaches");
  } catch (error) {
    throw new EvalError("input", "the sample taxonomy's repository could not be made with git", {
      hint: "git 2.28 or newer must be on the path",
      cause: error,
    });
  }
}
