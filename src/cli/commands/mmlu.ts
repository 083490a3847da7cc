import type { Command } from "commander";
import { Option } from "commander";
import { scoringModes } from "../../domain/scoring/scoring-findings.js";
import { path, positiveWholeNumber, wholeNumber } from "../argument-parsers.js";
import type { RequestOptions, ServerOptions } from "../options.js";
import { addCandidateServerOptions, addRequestOptions } from "../options.js";
import type { TableLevel } from "../table-options.js";
import { requireFitting, tableLevels } from "../table-options.js";

const mcqFormats = ["text", "json", "markdown", "ilab", "html", "csv", "xlsx"] as const;
type McqFormat = (typeof mcqFormats)[number];
/** Those that need no more than the result itself. */
export type McqTextFormat = Exclude<McqFormat, "html" | "csv" | "xlsx">;

/** What mmlu and mmlu-branch have in common. */
export interface McqOptions extends ServerOptions, RequestOptions {
  readonly model: string;
  readonly tasks?: string;
  readonly fewShots: number;
  /** asked for, rather than by default */
  readonly isFewShotsGiven?: true;
  readonly firstN?: number;
  readonly mode: (typeof scoringModes)[number];
  readonly maxTokens: number;
  readonly systemPrompt?: string;
  readonly applyChatTemplate?: true;
  readonly fewshotAsMultiturn?: true;
  readonly maxLength?: number;
  readonly addBos?: true;
  readonly outputDir: string;
  readonly format: McqFormat;
  readonly level?: TableLevel;
  readonly json?: true;
  readonly output?: string;
}

export interface MmluOptions extends McqOptions {
  readonly mmluData?: string;
  readonly dataDir?: string;
}

export function addMcqOptions(command: Command): Command {
  return command
    .option("--few-shots <count>", "examples before each question", wholeNumber, 5)
    .option("--first-n <count>", "only the first questions of each task; marks the result partial", positiveWholeNumber)
    .addOption(
      new Option("--mode <name>", "how a choice is found; auto asks the server what it can do")
        .choices(scoringModes)
        .default("auto"),
    )
    .option("--max-tokens <count>", "longest written answer, for --mode generate", positiveWholeNumber, 1024)
    .option("--system-prompt <text>", "stands before the description; text, or @FILE (default: none)")
    .option("--apply-chat-template", "ask as a chat, its examples in one user message")
    .option("--fewshot-as-multiturn", "with --apply-chat-template: each example an exchange of its own")
    .option(
      "--max-length <tokens>",
      "cut prompts on the left as lm-eval does (2047 imitates its API backend; default: never cut)",
      positiveWholeNumber,
    )
    .option("--add-bos", "begin with the beginning-of-text token, as lm-eval's hf backend does")
    .option("--output-dir <folder>", "where results are kept", path, "eval_output")
    .addOption(new Option("--format <name>", "form of the result").choices(mcqFormats).default("text"))
    .option("--json", "the same as --format json")
    .addOption(new Option("--level <name>", "what a row of CSV is (default: questions)").choices(tableLevels))
    .option("--output <file>", "write the result to a file", path);
}

/** Flags that do not go together are wrong usage, said before anything is read. */
export function requireFittingMcq(options: McqOptions, command: Command): void {
  requireFitting(options, command);
  const { fewshotAsMultiturn, applyChatTemplate } = options;
  if (fewshotAsMultiturn === true && applyChatTemplate !== true)
    command.error("error: option '--fewshot-as-multiturn' needs '--apply-chat-template'");
  if (options.mode === "generate" && options.fewShots > 0 && isFewShotsGiven(command))
    command.error(
      "error: option '--few-shots' cannot be used with '--mode generate': written answers are asked for without examples",
    );
}

/** The options with what commander knows of them beside their values. */
export function withGiven<Options extends McqOptions>(options: Options, command: Command): Options {
  return isFewShotsGiven(command) ? { ...options, isFewShotsGiven: true } : options;
}

function isFewShotsGiven(command: Command): boolean {
  return command.getOptionValueSource("fewShots") === "cli";
}

export function mmluCommand(parent: Command, action: (options: MmluOptions) => Promise<void>): void {
  const command = parent
    .command("mmlu")
    .description("how much does the model know: MMLU's 57 subjects, with lm-eval's prompts and scores")
    .requiredOption("--model <name>", "the model, as its server calls it");
  addCandidateServerOptions(command);
  command
    .option(
      "--tasks <list>",
      "only these: tasks (mmlu_anatomy), subjects, groups (stem, mmlu_humanities) or globs, separated by commas",
    )
    .option(
      "--mmlu-data <folder>",
      "CSV files as test/<subject>_test.csv and dev/<subject>_dev.csv, instead of what was pulled",
      path,
    )
    .option("--data-dir <folder>", "where pulled data sets are kept (env: BRANCHBENCH_DATA_DIR)", path);
  addMcqOptions(command);
  addRequestOptions(command);
  command.action((options: MmluOptions) => {
    requireFittingMcq(options, command);
    return action(withGiven(options, command));
  });
}
