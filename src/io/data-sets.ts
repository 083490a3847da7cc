import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { EvalError } from "../domain/eval-error.js";
import { diskError } from "./disk-error.js";
import type { DownloadSettings } from "./download.js";
import { below, notPublished, openDownloader } from "./download.js";
import { exists } from "./output-tree.js";
import { replaceFile } from "./replace-file.js";

/** One file of a published data set. */
interface PublishedFile {
  /** where it lies in the data folder */
  readonly path: string;
  /** below the data set's address */
  readonly source: string;
  /** in hex */
  readonly sha256: string;
}

const evalCommit = "dede6883f7d2f74bf18b681a5bdc8a95e18015cb";

/** MT-Bench as instructlab/eval ships it; the questions, prompts and references are FastChat's to the byte. */
const mtBenchFiles = {
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

export const mtBenchAddress = `https://raw.githubusercontent.com/instructlab/eval/${evalCommit}/src/instructlab/eval/data`;

/** The user's cache folder, where data sets are kept unless told otherwise. */
export function defaultDataDir(): string {
  return join(envPaths("branchbench", { suffix: "" }).cache, "data");
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

function mtBenchPaths(dataDir: string): MtBenchData {
  const { questions, judgePrompts, references, branchJudgePrompts } = mtBenchFiles;
  return {
    questions: join(dataDir, questions.path),
    judgePrompts: join(dataDir, judgePrompts.path),
    references: join(dataDir, references.path),
    branchJudgePrompts: join(dataDir, branchJudgePrompts.path),
  };
}

export interface PullOptions extends DownloadSettings {
  readonly dataDir: string;
  /** a mirror of the files, laid out as where they are published */
  readonly address?: string;
  /** told of each file once it is in place */
  readonly onFile?: (path: string, state: "downloaded" | "already there") => void;
}

/** Downloads the official MT-Bench. A file is put in place only when it is whole and exactly what was published. */
export async function pullMtBench(options: PullOptions): Promise<MtBenchData> {
  const downloader = openDownloader(options, offlineHint);
  try {
    for (const file of Object.values(mtBenchFiles)) {
      const path = join(options.dataDir, file.path);
      if ((await exists(path)) && sha256(await readFile(path)) === file.sha256) {
        options.onFile?.(path, "already there");
        continue;
      }
      const url = below(options.address ?? mtBenchAddress, file.source);
      const { bytes } = await downloader.get(url);
      if (sha256(bytes) !== file.sha256) throw notPublished(url, `sha256 ${sha256(bytes)}, expected ${file.sha256}`);
      await replaceFile(path, (temporary) => writeFile(temporary, bytes));
      options.onFile?.(path, "downloaded");
    }
  } finally {
    await downloader.close();
  }
  return mtBenchPaths(options.dataDir);
}

const offlineHint =
  "without internet, copy instructlab/eval's data files yourself and give them with --questions, --judge-prompts and --references";

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Reads a file that the user names for a setting, such as `--system-prompt @FILE`. */
export async function readTextFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
}
