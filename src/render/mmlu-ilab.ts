import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { printable } from "../domain/printable.js";
import { pythonFloat, pythonRound } from "../domain/python-number.js";

/** The report that `ilab model evaluate --benchmark mmlu` prints; upstream's overall score is the plain mean over tasks. */
export function mmluIlab(report: MmluReport): string {
  const lines = [
    "# KNOWLEDGE EVALUATION REPORT",
    "",
    "## MODEL (SCORE)",
    modelLine(report),
    "",
    "### SCORES (0.0 to 1.0):",
    ...report.scores.tasks.map(({ task, acc }) => `${printable(task)} - ${score(acc)}`),
    ...partialLines(report),
  ];
  return `${lines.join("\n")}\n`;
}

interface ChangedTask {
  readonly task: string;
  readonly before: number;
  readonly after: number;
  /** rounded as upstream rounds it */
  readonly delta: number;
}

/** The report that `ilab model evaluate --benchmark mmlu_branch` prints, with its rule: any difference of two scores is one. */
export function mmluComparisonIlab({ reports }: MmluComparison): string {
  const before = new Map(reports.base.scores.tasks.map(({ task, acc }) => [task, acc]));
  const tasks = reports.tuned.scores.tasks.flatMap(({ task, acc }): ChangedTask[] => {
    const earlier = before.get(task) ?? null;
    if (acc === null || earlier === null) return [];
    return [{ task: printable(task), before: earlier, after: acc, delta: pythonRound(acc - earlier) }];
  });
  const change = ({ task, before: from, after, delta }: ChangedTask, sign: string): string =>
    `${task}: ${score(from)} -> ${score(after)} (${sign}${pythonFloat(delta)})`;
  const improved = tasks.filter((task) => task.after > task.before).sort((left, right) => right.delta - left.delta);
  const worse = tasks.filter((task) => task.after < task.before).sort((left, right) => left.delta - right.delta);
  const same = tasks.filter((task) => task.after === task.before);
  return `${[
    "# KNOWLEDGE EVALUATION REPORT",
    "",
    "## BASE MODEL (SCORE)",
    modelLine(reports.base),
    "",
    "## MODEL (SCORE)",
    modelLine(reports.tuned),
    ...section(
      "IMPROVEMENTS",
      improved.map((task) => change(task, "+")),
    ),
    ...section(
      "REGRESSIONS",
      worse.map((task) => change(task, "")),
    ),
    ...section(
      "NO CHANGE",
      same.map(({ task, after }) => `${task} (${score(after)})`),
    ),
    ...partialLines(reports.tuned),
  ].join("\n")}\n`;
}

function section(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  return ["", `### ${title} (0.0 to 1.0):`, ...entries.map((entry, index) => `${index + 1}. ${entry}`)];
}

/** No section of upstream's: whoever reads its lines must not take a part for the whole. */
function partialLines({ partial }: MmluReport): string[] {
  return partial === null ? [] : ["", "### PARTIAL:", printable(partial)];
}

function modelLine({ model, scores }: MmluReport): string {
  return `${printable(model)} (${score(scores.mean)}/1.0)`;
}

function score(value: number | null): string {
  return value === null ? "N/A" : pythonFloat(pythonRound(value));
}
