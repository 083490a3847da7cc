import type { Document } from "../io/document-file.js";
import type { StoredReport } from "../io/result-file.js";
import { mmluQuestionTable, mmluSummaryTable, mmluTables } from "../pipeline/mmlu-tables.js";
import { csv } from "../render/csv.js";
import { xlsx } from "../render/xlsx.js";
import type { Host } from "./host.js";
import type { TableLevel } from "./table-options.js";

interface TableContext {
  readonly level: TableLevel | undefined;
  /** what the sheet `about` of a workbook says of the results */
  readonly about: readonly string[];
  readonly host: Host;
}

/** Multiple-choice results as tables; rows are read while they are written. */
export const mcqTableRenderers: Readonly<
  Record<"csv" | "xlsx", (stored: readonly StoredReport[], context: TableContext) => Document>
> = {
  csv: (stored, { level }) => csv(level === "summary" ? mmluSummaryTable(stored) : mmluQuestionTable(stored)),
  xlsx: (stored, { about, host }) =>
    xlsx(mmluTables(stored), { about, note: (text) => host.stderr.write(`note: ${text}\n`) }),
};
