import type { Command } from "commander";
import { Option } from "commander";
import { positiveWholeNumber } from "../argument-parsers.js";
import type {
  JudgeServerOptions,
  OutputOptions,
  RequestOptions,
  SelectionOptions,
  TaxonomyOptions,
} from "../options.js";
import {
  addJudgeServerOptions,
  addOutputOptions,
  addRequestOptions,
  addSelectionOptions,
  addTaxonomyOptions,
} from "../options.js";

/** How the judge is asked and read. */
export interface JudgingOptions {
  readonly judgeModel: string;
  readonly judgePrompts?: string;
  readonly references?: string;
  readonly mergeSystemUserMessage?: true;
  readonly parser: "strict" | "fastchat";
  readonly allowSelfJudging?: true;
  readonly judgeRepeats?: number;
}

export type JudgeAnswersOptions = OutputOptions &
  TaxonomyOptions &
  SelectionOptions &
  JudgeServerOptions &
  RequestOptions &
  JudgingOptions & { readonly model: string; readonly answers?: string };

export function addJudgingOptions(command: Command): Command {
  return command
    .requiredOption("--judge-model <name>", "the judge, as its server calls it; none is ever assumed")
    .option(
      "--judge-prompts <source>",
      "official, builtin, or a FastChat prompt file (default: official where pulled, else builtin)",
    )
    .option(
      "--references <source>",
      "question for those in the question file, or a FastChat reference file (default: the official ones for the official questions)",
    )
    .option("--merge-system-user-message", "for judges whose chat template knows no system role")
    .addOption(
      new Option("--parser <name>", "how ratings are read: strict, or fastchat for exactly upstream's reading")
        .choices(["strict", "fastchat"])
        .default("strict"),
    )
    .option(
      "--judge-repeats <count>",
      "judgments per answer; averaged before anything else (default: 1)",
      positiveWholeNumber,
    )
    .option("--allow-self-judging", "let a model judge its own answers");
}

export function judgeAnswersCommand(parent: Command, action: (options: JudgeAnswersOptions) => Promise<void>): void {
  const command = parent
    .command("judge-answers")
    .description("let a judge model rate the answers")
    .requiredOption("--model <name>", "the candidate whose answers are judged")
    .option("--answers <file>", "an answer file of FastChat or instructlab/eval, instead of gen-answers' own");
  addJudgingOptions(command);
  addJudgeServerOptions(command);
  addOutputOptions(command);
  addTaxonomyOptions(command);
  addSelectionOptions(command);
  addRequestOptions(command);
  command.action((options: JudgeAnswersOptions) => action(options));
}
