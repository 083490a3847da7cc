import type { Command } from "commander";

/** What a row of a CSV file is. */
export const tableLevels = ["questions", "summary"] as const;
export type TableLevel = (typeof tableLevels)[number];

interface TableOptions {
  readonly format: string;
  readonly json?: true;
  readonly level?: TableLevel;
  readonly output?: string;
}

/** Flags that do not go together are wrong usage, said before anything is read. */
export function requireFitting({ format, json, level, output }: TableOptions, command: Command): void {
  if (json === true && format !== "text" && format !== "json")
    command.error(`error: option '--json' cannot be used with '--format ${format}'`);
  if (format === "xlsx" && output === undefined)
    command.error("error: '--format xlsx' is not text and needs a file: add --output report.xlsx");
  if (level !== undefined && format !== "csv")
    command.error("error: option '--level' is for '--format csv'; the other formats have every level");
}
