import type { Command } from "commander";
import { path } from "../argument-parsers.js";

export interface DemoOptions {
  readonly outputDir: string;
  readonly json?: true;
}

export function demoCommand(parent: Command, action: (options: DemoOptions) => Promise<void>): void {
  parent
    .command("demo")
    .description("try everything offline: two embedded models answer, an embedded judge rates them")
    .option("--output-dir <folder>", "where results are kept", path, "eval_output")
    .option("--json", "print one JSON document instead of text")
    .action((options: DemoOptions) => action(options));
}
