import type { Command } from "commander";
import { Option } from "commander";
import { mmluBench, mmluBranchBench } from "../../pipeline/mmlu-input.js";
import { gather, path } from "../argument-parsers.js";
import type { OutputOptions } from "../options.js";
import { addOutputOptions } from "../options.js";
import type { TableLevel } from "../table-options.js";
import { requireFitting, tableLevels } from "../table-options.js";

const reportFormats = ["text", "json", "markdown", "csv", "xlsx", "html"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export type ReportOptions = OutputOptions & {
  readonly model?: readonly string[];
  readonly judgeModel?: string;
  readonly judgments?: string;
  readonly parser?: "strict" | "fastchat";
  readonly format: ReportFormat;
  readonly level?: TableLevel;
  readonly output?: string;
};

export function reportCommand(parent: Command, action: (options: ReportOptions) => Promise<void>): void {
  const command = parent
    .command("report")
    .description("show the scores of what was judged")
    .option("--model <name>", "only this candidate; may be repeated", gather)
    .option("--judge-model <name>", "only this judge")
    .option("--judgments <file>", "a judgment file of FastChat or instructlab/eval, instead of judge-answers' own")
    .addOption(
      new Option("--parser <name>", "read the judges' texts again instead of taking the recorded scores").choices([
        "strict",
        "fastchat",
      ]),
    )
    .addOption(new Option("--format <name>", "form of the report").choices(reportFormats).default("text"))
    .addOption(
      new Option("--level <name>", "what a row of CSV is: a judged turn, or a mean (default: questions)").choices(
        tableLevels,
      ),
    )
    .option("--output <file>", "write the report to a file", path);
  addOutputOptions(command);
  command.action((options: ReportOptions) => {
    requireFitting(options, command);
    requireJudged(options, command);
    return action(options);
  });
}

/** Multiple choice has no judge, and says so rather than passing over what is meant for one. */
function requireJudged({ bench, judgeModel, judgments, parser, branch }: ReportOptions, command: Command): void {
  if (bench !== mmluBench && bench !== mmluBranchBench) return;
  for (const [name, value] of Object.entries({ "judge-model": judgeModel, judgments, parser, branch }))
    if (value !== undefined) command.error(`error: option '--${name}' cannot be used with '--bench ${bench}'`);
}
