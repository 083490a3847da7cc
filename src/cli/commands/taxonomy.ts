import type { Command } from "commander";
import { Option } from "commander";

export interface TaxonomyDiffOptions {
  readonly taxonomyPath: string;
  readonly baseBranch: string;
  readonly branch?: string;
  readonly twoDot?: true;
  readonly json?: true;
}

export interface TaxonomyLintOptions {
  readonly taxonomyPath: string;
  readonly branch?: string;
  readonly format: "text" | "json" | "github";
  readonly strict?: true;
  readonly json?: true;
}

export interface TaxonomyActions {
  readonly taxonomyDiff: (options: TaxonomyDiffOptions) => Promise<void>;
  readonly taxonomyLint: (options: TaxonomyLintOptions) => Promise<void>;
}

export function taxonomyCommand(parent: Command, actions: TaxonomyActions): void {
  const command = parent.command("taxonomy").description("look at a taxonomy without asking a model");
  command
    .command("diff")
    .description("what a branch changes, example by example")
    .requiredOption("--taxonomy-path <folder>", "a clone, a folder in one, or a bare clone")
    .requiredOption("--base-branch <ref>", "what the branch is compared with, such as main")
    .option("--branch <ref>", "branch, tag or commit, such as rc or refs/pull/7/head (default: the folder as it is)")
    .option("--two-dot", "compare with the tip of the base branch, not with where the branch left it")
    .option("--json", "print one JSON document instead of text")
    .action((options: TaxonomyDiffOptions) => actions.taxonomyDiff(options));
  command
    .command("lint")
    .description("find what is wrong with the qna.yaml files; exit code 3 where there are errors")
    .requiredOption("--taxonomy-path <folder>", "a clone, a folder in one, a bare clone, or a plain folder")
    .option("--branch <ref>", "branch, tag or commit (default: the folder as it is)")
    .addOption(
      new Option("--format <name>", "github: annotations for a pull request")
        .choices(["text", "json", "github"])
        .default("text"),
    )
    .option("--strict", "warnings fail too")
    .option("--json", "the same as --format json")
    .action((options: TaxonomyLintOptions) => actions.taxonomyLint(options));
}
