import type { Command } from "commander";
import { port } from "../argument-parsers.js";

export interface ServeEmbeddedOptions {
  readonly port: number;
  readonly pairs?: string;
}

export function serveEmbeddedCommand(parent: Command, action: (options: ServeEmbeddedOptions) => Promise<void>): void {
  parent
    .command("serve-embedded")
    .description("serve the embedded models on loopback, for trying the tool without a model server")
    .option("--port <number>", "0 for any free one", port, 0)
    .option(
      "--pairs <file>",
      "what the candidate knows: a question file with references, or lines of question and answer (default: the demo's)",
    )
    .action((options: ServeEmbeddedOptions) => action(options));
}
