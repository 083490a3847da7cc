import type { McqRow, McqSummaryRow } from "../domain/mcq-columns.js";
import { mcqColumns, mcqSummaryColumns, mcqSummaryRows } from "../domain/mcq-columns.js";
import type { Table } from "../domain/table.js";
import { tableOf } from "../domain/table.js";
import type { StoredReport } from "../io/result-file.js";
import { openSamples } from "./mcq-samples.js";

/** One row a question of each model, read as the rows are taken. */
export function mmluQuestionTable(stored: readonly StoredReport[]): Table {
  return tableOf("questions", mcqColumns, readRows(stored));
}

/** One row a share, of all levels. */
export function mmluSummaryTable(stored: readonly StoredReport[]): Table {
  return tableOf("summary", mcqSummaryColumns, rowsOf(stored));
}

/** The tables of a workbook, one a level. */
export function mmluTables(stored: readonly StoredReport[]): Table[] {
  const rows = rowsOf(stored);
  const levels = [
    ["model", "models"],
    ["category", "categories"],
    ["task", "tasks"],
  ] as const;
  const tables = levels.flatMap(([level, name]) => {
    const ofLevel = rows.filter((row) => row.level === level);
    return ofLevel.length === 0 ? [] : [tableOf(name, mcqSummaryColumns, ofLevel)];
  });
  return [...tables, mmluQuestionTable(stored)];
}

function rowsOf(stored: readonly StoredReport[]): McqSummaryRow[] {
  return mcqSummaryRows(stored.map(({ report }) => report));
}

async function* readRows(stored: readonly StoredReport[]): AsyncGenerator<McqRow> {
  for (const one of stored) {
    const reader = await openSamples(one);
    for (const { task, category } of one.report.scores.tasks)
      for (const sample of (await reader.samples(task)).values())
        yield { report: one.report, task, category, ...sample };
  }
}
