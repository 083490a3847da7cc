import type { Command } from "commander";
import type { ComparisonGate } from "../../domain/comparison/branch-comparison.js";
import { path, share } from "../argument-parsers.js";
import type { BaseServerOptions } from "../options.js";
import { addBaseServerOptions, addCandidateServerOptions, addRequestOptions } from "../options.js";
import { gates } from "./compare.js";
import type { McqOptions } from "./mmlu.js";
import { addMcqOptions, requireFittingMcq, withGiven } from "./mmlu.js";

export interface MmluBranchOptions extends McqOptions, BaseServerOptions {
  readonly tasksDir: string;
  readonly baseModel?: string;
  readonly fewshotLeak?: true;
  readonly strict?: true;
  readonly fdr: number;
  readonly failOn?: readonly ComparisonGate[];
}

export function mmluBranchCommand(parent: Command, action: (options: MmluBranchOptions) => Promise<void>): void {
  const command = parent
    .command("mmlu-branch")
    .description(
      "did the model learn the branch's knowledge: multiple-choice tasks that SDG wrote, two models question by question",
    )
    .requiredOption("--tasks-dir <folder>", "folder of task files (*.yaml) and their questions; it is only read", path)
    .requiredOption("--model <name>", "the model tuned with the branch")
    .option("--base-model <name>", "the model before training; without it only the scores of --model are shown");
  addCandidateServerOptions(command);
  addBaseServerOptions(command);
  command
    .option("--tasks <list>", "only these tasks, tags or globs, separated by commas (default: the tag mmlu_pr)")
    .option("--fewshot-leak", "let a question be among its own examples, as lm-eval 0.4.10 and newer do")
    .option("--strict", "fail where an answer in the data is wrong, instead of repairing it")
    .option("--fdr <share>", "false discovery rate of the verdicts over all tasks", share, 0.05)
    .option("--fail-on <list>", "exit with 3 on any of regression, not-learned, error", gates);
  addMcqOptions(command);
  addRequestOptions(command);
  command.action((options: MmluBranchOptions) => {
    requireFittingMcq(options, command);
    if (options.failOn !== undefined && options.baseModel === undefined)
      command.error("error: option '--fail-on' compares two models and needs '--base-model'");
    if (options.baseServerUrl !== undefined && options.baseModel === undefined)
      command.error("error: option '--base-server-url' needs '--base-model'");
    return action(withGiven(options, command));
  });
}
