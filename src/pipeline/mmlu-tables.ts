import type { McqRow, McqSummaryRow } from "../domain/page/mcq-columns.js";
import { mcqColumns, mcqSummaryColumns, mcqSummaryRows } from "../domain/page/mcq-columns.js";
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

/** The tables of a workbook, one a level, each without the columns that say nothing of its rows. */
export function mmluTables(stored: readonly StoredReport[]): Table[] {
  const rows = rowsOf(stored);
  const levels = [
    { level: "model", name: "models", without: ["category"] },
    { level: "category", name: "categories", without: ["category", "mean_over_tasks"] },
    { level: "task", name: "tasks", without: ["mean_over_tasks"] },
  ];
  const tables = levels.flatMap(({ level, name, without }) => {
    const ofLevel = rows.filter((row) => row.level === level);
    const columns = mcqSummaryColumns.filter((column) => !without.includes(column.name));
    return ofLevel.length === 0 ? [] : [tableOf(name, columns, ofLevel)];
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
