import type { Command } from "commander";
import { Option } from "commander";
import { gather } from "../argument-parsers.js";
import type { OutputOptions } from "../options.js";
import { addOutputOptions } from "../options.js";

export type ReportOptions = OutputOptions & {
  readonly model?: readonly string[];
  readonly judgeModel?: string;
  readonly judgments?: string;
  readonly parser?: "strict" | "fastchat";
  readonly format: "text" | "json";
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
    .addOption(new Option("--format <name>", "form of the report").choices(["text", "json"]).default("text"))
    .option("--output <file>", "write the report to a file");
  addOutputOptions(command);
  command.action((options: ReportOptions) => action(options));
}
