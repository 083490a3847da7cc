import Table from "cli-table3";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { printable } from "../domain/printable.js";
import { overallHead, overallRows, taskHead, taskRows } from "./mmlu-comparison-rows.js";

/** The comparison for a terminal: the verdict sentence first. */
export function mmluComparisonText(result: MmluComparison): string {
  const { reports } = result;
  const mean = (value: number | null): string => (value === null ? "" : `, mean over tasks ${value.toFixed(4)}`);
  const overall = plainTable(overallHead);
  overall.push(...overallRows(result));
  const tasks = plainTable(taskHead);
  tasks.push(...taskRows(result, printable));
  const partial = reports.tuned.partial;
  const lines = [
    `${result.sentence}${partial === null ? "" : ` (Partial: ${printable(partial)}.)`}`,
    "",
    `base model  ${printable(result.models.base)}${mean(reports.base.scores.mean)}`,
    `tuned model ${printable(result.models.tuned)}${mean(reports.tuned.scores.mean)}`,
    `tasks       ${printable(result.tasksFrom)}`,
    `scored with ${[...new Set(Object.values(reports.tuned.scoring.modes))].join(", ")}`,
    "",
    overall.toString(),
    "",
    tasks.toString(),
    "",
    "gained and lost: questions that only the tuned or only the base model has right; p: McNemar's exact test, two-sided;",
    "detectable: the smallest true difference that would have shown in four of five cases",
    ...result.caveats.map((caveat) => `note: ${printable(caveat)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] }, wordWrap: false });
}
