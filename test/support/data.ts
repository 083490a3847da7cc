import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { env } from "node:process";

/** Published data that is not part of the project; tests that need it are skipped, visibly, where the folder is absent. */
export const dataFolder = resolve(env["BRANCHBENCH_DATA"] ?? "../shared/data");

export const hasData = existsSync(join(dataFolder, "README.md"));

/** The data folder as `data pull mt_bench` leaves it. */
export async function officialData(folder: string): Promise<string> {
  const data = join(folder, "data");
  await mkdir(join(data, "mt_bench", "reference_answer"), { recursive: true });
  await mkdir(join(data, "mt_bench_branch"), { recursive: true });
  const copy = (from: string, to: string) => copyFile(join(dataFolder, from), join(data, to));
  await copy("mt_bench/question.jsonl", "mt_bench/question.jsonl");
  await copy("mt_bench/judge_prompts.jsonl", "mt_bench/judge_prompts.jsonl");
  await copy("mt_bench/reference_answer/gpt-4.jsonl", "mt_bench/reference_answer/gpt-4.jsonl");
  await copy("mt_bench/judge_prompts.branch.jsonl", "mt_bench_branch/judge_prompts.jsonl");
  return data;
}
