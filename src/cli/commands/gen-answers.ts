import type { Command } from "commander";
import { nonNegativeNumber, positiveWholeNumber, wholeNumber } from "../argument-parsers.js";
import type { OutputOptions, RequestOptions, SelectionOptions, ServerOptions, TaxonomyOptions } from "../options.js";
import {
  addCandidateServerOptions,
  addOutputOptions,
  addRequestOptions,
  addSelectionOptions,
  addTaxonomyOptions,
} from "../options.js";

/** How the candidate is asked. */
export interface AnsweringOptions {
  readonly model: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly numChoices?: number;
  readonly seed?: number;
  readonly systemPrompt?: string;
}

export type GenAnswersOptions = OutputOptions &
  TaxonomyOptions &
  SelectionOptions &
  ServerOptions &
  RequestOptions &
  AnsweringOptions;

export function addAnsweringOptions(command: Command): Command {
  return command
    .requiredOption("--model <name>", "the candidate, as its server calls it")
    .option("--temperature <number>", "for all questions (default: MT-Bench's per category)", nonNegativeNumber)
    .option("--max-tokens <count>", "longest answer in tokens (default: 1024)", positiveWholeNumber)
    .option("--num-choices <count>", "answers per question; all are judged (default: 1)", positiveWholeNumber)
    .option("--seed <number>", "sent with each request; repeats count up from it", wholeNumber)
    .option("--system-prompt <text>", "sent first in each conversation; text, or @FILE (default: none)");
}

export function genAnswersCommand(parent: Command, action: (options: GenAnswersOptions) => Promise<void>): void {
  const command = parent.command("gen-answers").description("ask a model the questions and keep its answers");
  addAnsweringOptions(command);
  addCandidateServerOptions(command);
  addOutputOptions(command);
  addTaxonomyOptions(command);
  addSelectionOptions(command);
  addRequestOptions(command);
  command.action((options: GenAnswersOptions) => action(options));
}
