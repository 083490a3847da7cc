import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { EvalError } from "../domain/eval-error.js";
import { diskError } from "./disk-error.js";
import { exists } from "./output-tree.js";

/** One file of a published data set. */
interface PublishedFile {
  /** where it lies in the data folder */
  readonly path: string;
  /** below the data set's address */
  readonly source: string;
  /** in hex */
  readonly sha256: string;
}

/** MT-Bench as instructlab/eval ships it; the questions, prompts and references are FastChat's to the byte. */
export const mtBenchFiles = {
  questions: {
    path: "mt_bench/question.jsonl",
    source: "mt_bench/question.jsonl",
    sha256: "119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7",
  },
  judgePrompts: {
    path: "mt_bench/judge_prompts.jsonl",
    source: "mt_bench/judge_prompts.jsonl",
    sha256: "fd283293406d024f44c174b094ef48031d0687a4682fd3a56b29b138f80281b6",
  },
  references: {
    path: "mt_bench/reference_answer/gpt-4.jsonl",
    source: "mt_bench/reference_answer/gpt-4.jsonl",
    sha256: "f957a5bc977badb66885ec970e6cd08527845780313f0995764260e5777b9b3f",
  },
  branchJudgePrompts: {
    path: "mt_bench_branch/judge_prompts.jsonl",
    source: "mt_bench_branch/judge_prompts.jsonl",
    sha256: "90ce61745d82c3da940ca4714d382ccb1c1ea73b4e963156d9318af264a0f5a8",
  },
} as const satisfies Record<string, PublishedFile>;

/**
 * Where data sets are kept unless told otherwise: the folder that BRANCHBENCH_DATA_DIR names, else one in the user's cache folder.
 *
 * @param env where the variable is looked up, such as `process.env`
 */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>>): string {
  return env["BRANCHBENCH_DATA_DIR"] ?? join(envPaths("branchbench", { suffix: "" }).cache, "data");
}

/** Where replies are cached unless told otherwise. */
export function defaultCacheDir(): string {
  return join(envPaths("branchbench", { suffix: "" }).cache, "replies");
}

/** Paths of the official files. */
export type MtBenchData = Readonly<Record<keyof typeof mtBenchFiles, string>>;

/** The pulled files, each checked to be what was published; undefined where they were not pulled. */
export async function pulledMtBench(dataDir: string): Promise<MtBenchData | undefined> {
  for (const file of Object.values(mtBenchFiles)) {
    const path = join(dataDir, file.path);
    if (!(await exists(path))) return undefined;
    if (sha256(await readFile(path)) !== file.sha256)
      throw new EvalError("input", `${path} is not the official file: it was altered`, {
        hint: "run: branchbench data pull mt_bench",
      });
  }
  return mtBenchPaths(dataDir);
}

export function mtBenchPaths(dataDir: string): MtBenchData {
  const { questions, judgePrompts, references, branchJudgePrompts } = mtBenchFiles;
  return {
    questions: join(dataDir, questions.path),
    judgePrompts: join(dataDir, judgePrompts.path),
    references: join(dataDir, references.path),
    branchJudgePrompts: join(dataDir, branchJudgePrompts.path),
  };
}

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Reads a file that the user names for a setting, such as `--system-prompt @FILE`. */
export async function readTextFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
}
