import type { Command } from "commander";
import { Argument } from "commander";

export interface DataPullOptions {
  readonly dataDir?: string;
  readonly address?: string;
  readonly caFile?: string;
  readonly json?: true;
}

export function dataCommand(
  parent: Command,
  action: (dataSet: string, options: DataPullOptions) => Promise<void>,
): void {
  parent
    .command("data")
    .description("fetch published data sets")
    .command("pull")
    .description("download a data set, check it, and keep it in the data folder")
    .addArgument(new Argument("<data-set>").choices(["mt_bench", "mmlu"]))
    .option("--data-dir <folder>", "where to keep it (env: BRANCHBENCH_DATA_DIR)")
    .option("--address <url>", "a mirror laid out as instructlab/eval's data folder, or as cais/mmlu")
    .option("--ca-file <file>", "certificates of a private authority (PEM), trusted beside the usual ones")
    .option("--json", "print one JSON document instead of text")
    .action((dataSet: string, options: DataPullOptions) => action(dataSet, options));
}
