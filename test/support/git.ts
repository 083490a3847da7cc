import { execFileSync } from "node:child_process";
import { env } from "node:process";
import type { TempFolder } from "./temp-folder.js";
import { tempFolder } from "./temp-folder.js";

/** A real repository in a temporary folder. */
export interface TestRepository extends TempFolder {
  /** Runs git in it and returns what it prints, without the last line end. */
  git(...args: string[]): string;
  /** Writes the files, commits everything, and returns the commit's id. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
}

const identity = {
  GIT_AUTHOR_NAME: "t",
  GIT_AUTHOR_EMAIL: "t@example.org",
  GIT_COMMITTER_NAME: "t",
  GIT_COMMITTER_EMAIL: "t@example.org",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** Runs git in a folder as a user would. */
export function runGit(folder: string, args: readonly string[]): string {
  return execFileSync("git", ["-C", folder, ...args], {
    encoding: "utf8",
    env: { PATH: env["PATH"] ?? "", HOME: folder, ...identity },
    stdio: ["ignore", "pipe", "pipe"],
  }).replace(/\n$/, "");
}

export async function testRepository(): Promise<TestRepository> {
  const folder = await tempFolder();
  const git = (...args: string[]): string => runGit(folder.path, args);
  git("init", "--quiet", "--initial-branch=main");
  return {
    ...folder,
    git,
    commit: async (files) => {
      for (const [name, content] of Object.entries(files)) await folder.write(name, content);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", "c");
      return git("rev-parse", "HEAD");
    },
  };
}

/** A `qna.yaml` of version 3 with these examples. */
export function qnaText(
  examples: readonly { readonly question: string; readonly answer: string; readonly context?: string }[],
): string {
  const lines = examples.map(
    ({ question, answer, context }) =>
      `  - question: ${JSON.stringify(question)}\n    answer: ${JSON.stringify(answer)}\n${context === undefined ? "" : `    context: ${JSON.stringify(context)}\n`}`,
  );
  return `version: 3\ncreated_by: somebody\ntask_description: A task.\nseed_examples:\n${lines.join("")}`;
}
