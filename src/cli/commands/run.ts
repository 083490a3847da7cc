import type { Command } from "commander";
import type {
  JudgeServerOptions,
  OutputOptions,
  RequestOptions,
  SelectionOptions,
  ServerOptions,
  TaxonomyOptions,
} from "../options.js";
import {
  addCandidateServerOptions,
  addJudgeServerOptions,
  addOutputOptions,
  addRequestOptions,
  addSelectionOptions,
  addTaxonomyOptions,
} from "../options.js";
import type { AnsweringOptions } from "./gen-answers.js";
import { addAnsweringOptions } from "./gen-answers.js";
import type { JudgingOptions } from "./judge-answers.js";
import { addJudgingOptions } from "./judge-answers.js";

export type RunOptions = OutputOptions &
  TaxonomyOptions &
  SelectionOptions &
  ServerOptions &
  JudgeServerOptions &
  RequestOptions &
  AnsweringOptions &
  JudgingOptions;

export function runCommand(parent: Command, action: (options: RunOptions) => Promise<void>): void {
  const command = parent.command("run").description("gen-answers and judge-answers overlapped, then the report");
  addAnsweringOptions(command);
  addCandidateServerOptions(command);
  addJudgingOptions(command);
  addJudgeServerOptions(command);
  addOutputOptions(command);
  addTaxonomyOptions(command);
  addSelectionOptions(command);
  addRequestOptions(command);
  command.action((options: RunOptions) => action(options));
}
