import Table from "cli-table3";
import type { Accuracy } from "../domain/statistics/accuracy.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { TaskScore } from "../domain/mmlu/mmlu-scores.js";
import { printable } from "../domain/printable.js";
import { counted } from "../domain/counted.js";

/** One model's scores for a terminal: the overall figures first. */
export function mmluText(report: MmluReport): string {
  const { scores } = report;
  const lines = [
    `${report.bench}: ${printable(report.model)}${report.partial === null ? "" : ` (partial: ${printable(report.partial)})`}`,
    "",
    summaryTable(report),
    "",
    taskTable(scores.tasks),
    "",
    `how       ${howText(report)}`,
    `prompts   ${promptsText(report)}`,
    `requests  ${scores.requests}; ${scores.tokens.prompt} tokens in, ${scores.tokens.completion} out`,
    ...report.scoring.findings.map((finding) => `server    ${printable(finding)}`),
    ...report.caveats.map((caveat) => `note      ${printable(caveat)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function summaryTable({ scores, bench }: MmluReport): string {
  const table = plainTable(["", "tasks", "n", "mean over tasks", "weighted by size ± stderr"]);
  const row = (name: string, group: Accuracy & { tasks: number; n: number; mean: number | null }): void => {
    table.push([name, String(group.tasks), String(group.n), share(group.mean), accuracy(group)]);
  };
  if (scores.forms.length > 1) for (const form of scores.forms) row(`scored by ${form.alias}`, form);
  else row("overall", { ...scores.weighted, tasks: scores.tasks.length, mean: scores.mean });
  if (bench === "mmlu") for (const category of scores.categories) row(category.alias, category);
  return table.toString();
}

function taskTable(tasks: readonly TaskScore[]): string {
  const hasUnreadable = tasks.some(({ unreadable }) => unreadable > 0);
  const hasForms = new Set(tasks.map(({ form }) => form)).size > 1;
  const table = plainTable([
    "task",
    ...(hasForms ? ["scored by"] : []),
    "n",
    "right",
    "acc ± stderr",
    ...(hasUnreadable ? ["unreadable"] : []),
    "failed",
  ]);
  for (const task of tasks) {
    const failed = Object.values(task.failed).reduce((sum, count) => sum + count, 0);
    table.push([
      printable(task.task),
      ...(hasForms ? [task.form] : []),
      task.selected === task.size ? String(task.n) : `${task.n} (of ${task.size})`,
      String(task.correct),
      accuracy(task),
      ...(hasUnreadable ? [task.n === 0 ? "-" : `${((task.unreadable / task.n) * 100).toFixed(1)} %`] : []),
      String(failed),
    ]);
  }
  return table.toString();
}

/** Which way of scoring was used, and how often it was really another. */
function howText({ scoring, scores }: MmluReport): string {
  const modes = Object.entries(scoring.modes).map(([form, mode]) =>
    Object.keys(scoring.modes).length > 1 ? `${mode} (tasks of ${form})` : mode,
  );
  const fallbacks = scores.ways["letters-fallback"] ?? 0;
  return `${modes.join(", ")}${fallbacks > 0 ? `; ${counted(fallbacks, "question")} fell back to full` : ""}`;
}

function promptsText({ prompts }: MmluReport): string {
  const from = {
    dev: "published examples",
    others: "examples from the task's other questions",
    leak: "examples from all of the task's questions, itself included",
  };
  const parts = [prompts.fewShots === 0 ? "no examples" : `${prompts.fewShots} ${from[prompts.fewShotsFrom]}`];
  if (prompts.chat !== "none")
    parts.push(`as a chat (${prompts.chat === "multi-turn" ? "an exchange an example" : "one message"})`);
  if (prompts.systemPrompt !== null) parts.push("with a system prompt");
  if (prompts.maxLength !== null) parts.push(`cut on the left to ${prompts.maxLength} tokens`);
  return parts.join(", ");
}

/** Where all or none are right, no spread shows how sure that is. */
function accuracy({ acc, stderr }: Accuracy): string {
  return acc === null ? "-" : `${share(acc)}${stderr === null || stderr === 0 ? "" : ` ± ${stderr.toFixed(4)}`}`;
}

function share(value: number | null): string {
  return value === null ? "-" : value.toFixed(4);
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] }, wordWrap: false });
}
