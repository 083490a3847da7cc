import type { Command } from "commander";
import { port } from "../argument-parsers.js";

export interface ViewOptions {
  readonly port: number;
  readonly open?: true;
  readonly questions?: string;
  readonly dataDir?: string;
  readonly json?: true;
}

export function viewCommand(parent: Command, action: (folder: string, options: ViewOptions) => Promise<void>): void {
  parent
    .command("view")
    .description("look at results in a browser, also while a run goes on, and rate answers")
    .argument("[folder]", "where results are kept", "eval_output")
    .option("--port <number>", "on 127.0.0.1; 0 for any free one", port, 0)
    .option("--open", "open the page in the browser")
    .option("--questions <file>", "question file of results that do not say where theirs is")
    .option("--data-dir <folder>", "where pulled data sets are kept (env: BRANCHBENCH_DATA_DIR)")
    .option("--json", "print the address as one JSON document")
    .action((folder: string, options: ViewOptions) => action(folder, options));
}
