import { expect, it } from "vitest";
import type { CellValue, Table } from "../../src/domain/table.js";
import type { McqOutcome } from "../../src/domain/scoring/multiple-choice.js";
import { mmlu } from "../../src/pipeline/mmlu.js";
import { mmluSummaryTable, mmluTables } from "../../src/pipeline/mmlu-tables.js";
import { chosen, mmluInput, mmluPorts, sampleTask, timedOut } from "../support/mcq.js";
import { tempFolder } from "../support/temp-folder.js";

const unreadable: McqOutcome = {
  kind: "unreadable",
  way: "generate",
  text: "?",
  requests: 1,
  promptTokens: 1,
  completionTokens: 1,
};

/** Some cells of each row. */
async function cellsOf({ columns, rows }: Table, names: readonly string[]): Promise<CellValue[][]> {
  const found: CellValue[][] = [];
  for await (const row of rows)
    found.push(names.map((name) => row[columns.findIndex((column) => column.name === name)] ?? null));
  return found;
}

/** Two subjects of two categories; of the first, one question fails and two answers cannot be read. */
async function storedResult(folder: string) {
  const tasks = [sampleTask("alpha", 6), { ...sampleTask("beta", 4), category: "other" }];
  const { ports } = mmluPorts(({ task, doc }) => {
    if (task !== tasks[0] || doc.id > 2) return chosen(doc.gold);
    return doc.id === 0 ? timedOut() : unreadable;
  });
  const { report, resultsFile } = await mmlu(mmluInput(folder, tasks), ports);
  return [{ report, path: resultsFile }];
}

it("counts what failed and what could not be read at every level, and names categories as their tasks do", async () => {
  await using folder = await tempFolder();
  const table = mmluSummaryTable(await storedResult(folder.path));
  const names = ["level", "name", "category", "n", "sum", "unreadable", "left_out"];
  expect(await cellsOf(table, names)).toEqual([
    ["model", "all", null, 9, 7, 2, 1],
    ["category", "stem", "stem", 5, 3, 2, 1],
    ["category", "other", "other", 4, 4, 0, 0],
    ["task", "mmlu_alpha", "stem", 5, 3, 2, 1],
    ["task", "mmlu_beta", "other", 4, 4, 0, 0],
  ]);
});

it("leaves out of a workbook's sheets the columns that say nothing of their rows", async () => {
  await using folder = await tempFolder();
  const sheets = mmluTables(await storedResult(folder.path)).map(({ name, columns }) => {
    const names = columns.map((column) => column.name);
    return [name, ["category", "mean_over_tasks", "left_out"].filter((column) => names.includes(column))];
  });
  expect(sheets).toEqual([
    ["models", ["mean_over_tasks", "left_out"]],
    ["categories", ["left_out"]],
    ["tasks", ["category", "left_out"]],
    ["questions", ["category"]],
  ]);
});
