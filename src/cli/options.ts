import type { Command } from "commander";
import { Option } from "commander";
import { durationMs, header, path, positiveWholeNumber, share, wholeNumber, workers } from "./argument-parsers.js";

/** What every command that works on results takes. */
export interface OutputOptions {
  readonly bench: string;
  readonly outputDir: string;
  readonly dataDir?: string;
  readonly questions?: string;
  readonly branch?: string;
  readonly json?: true;
}

export function addOutputOptions(command: Command): Command {
  return command
    .option(
      "--bench <name>",
      "benchmark, and the folder of its results: mt_bench, mt_bench_branch, or one of your own",
      "mt_bench",
    )
    .option("--output-dir <folder>", "where results are kept", path, "eval_output")
    .option("--data-dir <folder>", "where pulled data sets are kept (env: BRANCHBENCH_DATA_DIR)", path)
    .option("--questions <file>", "question file in FastChat's format, instead of the official one")
    .option("--branch <ref>", "of mt_bench_branch: branch, tag or commit (default: the folder as it is)")
    .option("--json", "print one JSON document instead of text");
}

/** Of the commands that write a branch's question set before they ask it. */
export interface TaxonomyOptions {
  readonly taxonomyPath?: string;
}

export function addTaxonomyOptions(command: Command): Command {
  return command.option("--taxonomy-path <folder>", "of mt_bench_branch: the taxonomy whose questions are asked");
}

export interface SelectionOptions {
  readonly firstN?: number;
  readonly questionIds?: string;
  readonly sample?: number;
  readonly sampleSeed?: number;
}

export function addSelectionOptions(command: Command): Command {
  return command
    .option(
      "--first-n <count>",
      "only the first questions (env: INSTRUCTLAB_EVAL_FIRST_N_QUESTIONS)",
      positiveWholeNumber,
    )
    .option("--question-ids <list>", "only these questions, such as 81,90-95")
    .option("--sample <count>", "so many questions, spread over the categories", positiveWholeNumber)
    .option("--sample-seed <number>", "picks the sample (default: 0)", wholeNumber);
}

/** How to reach one model. */
export interface ServerOptions {
  readonly serverUrl: string;
  readonly apiKeyEnv?: string;
  readonly maxWorkers: number | "auto";
  readonly extraBody?: string;
  readonly extraHeader?: Readonly<Record<string, string>>;
}

export function addCandidateServerOptions(command: Command): Command {
  return command
    .requiredOption("--server-url <url>", "the candidate's OpenAI-compatible server, such as http://localhost:8000/v1")
    .option("--api-key-env <name>", "environment variable that holds its key (default: BRANCHBENCH_API_KEY)")
    .addOption(
      new Option("--max-workers <count>", "requests in flight, or auto to adapt").argParser(workers).default("auto"),
    )
    .option("--extra-body <json>", "merged into each request that runs the model; JSON, or @FILE")
    .option("--extra-header <field>", "'Name: value' for each request; may be repeated", header);
}

/** How to reach the base model of a comparison. */
export interface BaseServerOptions {
  readonly baseServerUrl?: string;
  readonly baseApiKeyEnv?: string;
  readonly baseMaxWorkers?: number | "auto";
  readonly baseExtraBody?: string;
  readonly baseExtraHeader?: Readonly<Record<string, string>>;
}

export function addBaseServerOptions(command: Command): void {
  command
    .option("--base-server-url <url>", "the base model's server (default: --server-url)")
    .option("--base-api-key-env <name>", "environment variable that holds its key (default: BRANCHBENCH_API_KEY)")
    .option(
      "--base-max-workers <count>",
      "requests in flight at the base model's server, or auto to adapt (default: as the other's where it is the same)",
      workers,
    )
    .option("--base-extra-body <json>", "merged into each request to the base model; JSON, or @FILE")
    .option("--base-extra-header <field>", "'Name: value' for each request to the base model; may be repeated", header);
}

export interface JudgeServerOptions {
  readonly judgeServerUrl: string;
  readonly judgeApiKeyEnv?: string;
  readonly judgeMaxWorkers: number | "auto";
  readonly judgeExtraBody?: string;
  readonly judgeExtraHeader?: Readonly<Record<string, string>>;
}

export function addJudgeServerOptions(command: Command): Command {
  return command
    .requiredOption("--judge-server-url <url>", "the judge's OpenAI-compatible server")
    .option(
      "--judge-api-key-env <name>",
      "environment variable that holds its key (default: BRANCHBENCH_JUDGE_API_KEY)",
    )
    .addOption(
      new Option("--judge-max-workers <count>", "requests in flight at the judge, or auto to adapt")
        .argParser(workers)
        .default("auto"),
    )
    .option("--judge-extra-body <json>", "merged into each request to the judge; JSON, or @FILE")
    .option("--judge-extra-header <field>", "'Name: value' for each request to the judge; may be repeated", header);
}

/** How patiently servers are asked, and what decides the exit code. */
export interface RequestOptions {
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly maxRetries: number;
  readonly waitForServer?: number;
  readonly caFile?: string;
  readonly allowUnlistedModel?: true;
  readonly maxErrorRate: number;
  readonly dryRun?: true;
  readonly fresh?: true;
}

export function addRequestOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--timeout <duration>", "for one try, the whole reply included")
        .argParser(durationMs)
        .default(600_000, "10m"),
    )
    .addOption(
      new Option("--connect-timeout <duration>", "for making a connection")
        .argParser(durationMs)
        .default(10_000, "10s"),
    )
    .option("--max-retries <count>", "tries after the first", wholeNumber, 5)
    .option("--wait-for-server <duration>", "wait so long for a server that is still starting, such as 60m", durationMs)
    .option("--ca-file <file>", "certificates of a private authority (PEM), trusted beside the usual ones")
    .option("--allow-unlisted-model", "ask for a model that the server does not list")
    .addOption(new Option("--max-error-rate <share>", "above it the exit code is 3").argParser(share).default(0.1))
    .option("--dry-run", "show what would be asked, and ask nothing")
    .option("--fresh", "move what an earlier run left aside and start anew");
}
