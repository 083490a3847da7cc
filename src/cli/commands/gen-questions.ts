import type { Command } from "commander";
import { path } from "../argument-parsers.js";

export interface GenQuestionsOptions {
  readonly taxonomyPath: string;
  readonly branch?: string;
  readonly judgeModel?: string;
  readonly outputDir: string;
  readonly strict?: true;
  readonly json?: true;
}

export function genQuestionsCommand(parent: Command, action: (options: GenQuestionsOptions) => Promise<void>): void {
  parent
    .command("gen-questions")
    .description("write the questions of a taxonomy branch; the repository is only read, nothing is checked out")
    .requiredOption("--taxonomy-path <folder>", "a clone, a folder in one, a bare clone, or a plain folder")
    .option("--branch <ref>", "branch, tag or commit, such as rc or refs/pull/7/head (default: the folder as it is)")
    .option("--judge-model <name>", "write the reference answers for this judge too, as instructlab/eval does")
    .option("--output-dir <folder>", "where results are kept", path, "eval_output")
    .option("--strict", "fail (exit code 3) and write nothing where a file or an example must be skipped")
    .option("--json", "print one JSON document instead of text")
    .action((options: GenQuestionsOptions) => action(options));
}
