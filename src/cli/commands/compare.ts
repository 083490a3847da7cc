import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { ComparisonGate } from "../../domain/comparison/branch-comparison.js";
import { nonNegativeNumber, path, positiveWholeNumber, share, wholeNumber } from "../argument-parsers.js";
import type { BaseServerOptions, JudgeServerOptions, RequestOptions, ServerOptions } from "../options.js";
import {
  addBaseServerOptions,
  addCandidateServerOptions,
  addJudgeServerOptions,
  addRequestOptions,
} from "../options.js";
import type { JudgingOptions } from "./judge-answers.js";
import { addJudgingOptions } from "./judge-answers.js";
import type { TableLevel } from "../table-options.js";
import { requireFitting, tableLevels } from "../table-options.js";

const comparisonFormats = ["text", "json", "markdown", "ilab", "junit", "html", "csv", "xlsx"] as const;
export type ComparisonFormat = (typeof comparisonFormats)[number];

export type CompareOptions = ServerOptions &
  JudgeServerOptions &
  BaseServerOptions &
  RequestOptions &
  JudgingOptions & {
    readonly taxonomyPath: string;
    readonly baseBranch: string;
    readonly branch?: string;
    readonly baseModel: string;
    readonly model: string;
    readonly temperature: number;
    readonly maxTokens?: number;
    readonly repeats: number;
    readonly seed?: number;
    readonly systemPrompt?: string;
    readonly fdr: number;
    readonly margin: number;
    readonly solvedThreshold: number;
    readonly failOn?: readonly ComparisonGate[];
    readonly strict?: true;
    readonly cache: boolean;
    readonly cacheDir?: string;
    readonly outputDir: string;
    readonly dataDir?: string;
    readonly format: ComparisonFormat;
    readonly level?: TableLevel;
    readonly json?: true;
    readonly output?: string;
  };

/** Conditions, separated by commas. */
export function gates(text: string): ComparisonGate[] {
  return text.split(",").map((part) => {
    if (part === "regression" || part === "not-learned" || part === "error") return part;
    throw new InvalidArgumentError("Allowed are regression, not-learned and error, separated by commas.");
  });
}

export function compareCommand(parent: Command, action: (options: CompareOptions) => Promise<void>): void {
  const command = parent
    .command("compare")
    .description("did the branch teach what it meant to, and did anything else get worse: two models over two branches")
    .requiredOption("--taxonomy-path <folder>", "a clone, a folder in one, or a bare clone; it is only read")
    .requiredOption("--base-branch <ref>", "what the branch is compared with, such as main")
    .option("--branch <ref>", "the branch under review, such as rc or refs/pull/7/head (default: the folder as it is)")
    .requiredOption("--base-model <name>", "the model before training")
    .requiredOption("--model <name>", "the model tuned with the branch");
  addCandidateServerOptions(command);
  addBaseServerOptions(command);
  addJudgingOptions(command);
  addJudgeServerOptions(command);
  addComparisonOptions(command);
  addRequestOptions(command);
  command.action((options: CompareOptions) => {
    requireFitting(options, command);
    return action(options);
  });
}

function addComparisonOptions(command: Command): void {
  command
    .option("--temperature <number>", "of the answers (upstream samples at 0.7, once)", nonNegativeNumber, 0)
    .option("--max-tokens <count>", "longest answer in tokens (default: 1024)", positiveWholeNumber)
    .option("--repeats <count>", "answers per question; averaged before any statistics", positiveWholeNumber, 1)
    .option("--seed <number>", "sent with each request; repeats count up from it", wholeNumber)
    .option("--system-prompt <text>", "sent first in each conversation; text, or @FILE (default: none)")
    .option("--fdr <share>", "false discovery rate of the verdicts over all files", share, 0.05)
    .option("--margin <points>", "loss of unchanged questions that is put up with", nonNegativeNumber, 0.5)
    .option("--solved-threshold <score>", "base scores from here on mean: already solved", nonNegativeNumber, 9)
    .option("--fail-on <list>", "exit with 3 on any of regression, not-learned, error", gates)
    .option("--strict", "exit with 3 before anything is asked where an example of the taxonomy must be skipped")
    .option("--no-cache", "ask again what was answered before")
    .option("--cache-dir <folder>", "where replies are cached (env: BRANCHBENCH_CACHE_DIR)")
    .option("--output-dir <folder>", "where results are kept", path, "eval_output")
    .option("--data-dir <folder>", "where pulled data sets are kept (env: BRANCHBENCH_DATA_DIR)", path)
    .addOption(new Option("--format <name>", "form of the result").choices(comparisonFormats).default("text"))
    .option("--json", "the same as --format json")
    .addOption(new Option("--level <name>", "what a row of CSV is (default: questions)").choices(tableLevels))
    .option("--output <file>", "write the result to a file", path);
}
