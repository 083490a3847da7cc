import { counted } from "../domain/counted.js";
import { questionColumns } from "../domain/report/question-columns.js";
import type { Report } from "../domain/report/report.js";
import type { SummaryLevel, SummaryRow } from "../domain/report/summary-rows.js";
import { modelColumns, partColumns, summaryColumns, summaryRows } from "../domain/report/summary-rows.js";
import type { Column, Table } from "../domain/table.js";
import { tableOf } from "../domain/table.js";
import type { QuestionRowsInput } from "./question-rows.js";
import { readQuestionRows } from "./question-rows.js";
import { makeReport } from "./report.js";

/** One row a judged turn, read from the records as the rows are taken. */
export async function questionTable(input: QuestionRowsInput): Promise<Table> {
  return tableOf("questions", questionColumns, await readQuestionRows(input));
}

/** One row a mean, of all levels. */
export async function summaryTable(input: QuestionRowsInput): Promise<Table> {
  return tableOf("summary", summaryColumns, summaryRows(await makeReport(input)));
}

/** The tables of a workbook, one a level, and what to say of them. */
export async function reportTables(
  input: QuestionRowsInput,
): Promise<{ readonly tables: readonly Table[]; readonly about: readonly string[] }> {
  const report = await makeReport(input);
  const rows = summaryRows(report);
  const levels: readonly (readonly [SummaryLevel, string, readonly Column<SummaryRow>[]])[] = [
    ["model", "models", modelColumns],
    ["turn", "turns", partColumns("turn")],
    ["category", "categories", partColumns("category")],
    ["file", "files", partColumns("file")],
  ];
  const tables = levels.flatMap(([level, name, columns]) => {
    const ofLevel = rows.filter((row) => row.level === level);
    return ofLevel.length === 0 ? [] : [tableOf(name, columns, ofLevel)];
  });
  return { tables: [...tables, await questionTable(input)], about: aboutReport(report) };
}

function aboutReport({ bench, branch, questions, models }: Report): string[] {
  return [
    `${bench}${branch === null ? "" : `, branch ${branch}`}: ${counted(questions.count, "question")} of ${questions.source}, scores from 1 to 10`,
    "means leave out what has no score; intervals are 95 %, clustered by question",
    ...models.flatMap(({ model, judge, caveats }) =>
      caveats.map((caveat) => `${model}, judged by ${judge}: ${caveat}`),
    ),
  ];
}
