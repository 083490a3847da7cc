import type { BranchComparison, ComparisonCell } from "../domain/comparison/branch-comparison.js";
import { pythonFloat, pythonRound } from "../domain/python-number.js";
import { printable } from "../domain/printable.js";
import { compareFileMeans } from "../domain/comparison/ilab-report.js";

/** The report that `ilab model evaluate --benchmark mt_bench_branch` prints, with its numbers and its rules. */
export function comparisonIlab(result: BranchComparison): string {
  const base = cellOf(result, result.models.base, result.base.branch);
  const tuned = cellOf(result, result.models.tuned, result.branch.branch);
  const { improvements, regressions, unchanged, added, errorRate } = compareFileMeans(base, tuned);
  const lines = [
    "# SKILL EVALUATION REPORT",
    "",
    "## BASE MODEL (SCORE)",
    `${printable(result.models.base)} (${score(base.overall.mean)}/10.0)`,
    "",
    "## MODEL (SCORE)",
    `${printable(result.models.tuned)} (${score(tuned.overall.mean)}/10.0)`,
  ];
  const section = (title: string, entries: readonly string[]): void => {
    if (entries.length === 0) return;
    lines.push("", `### ${title} (0.0 to 10.0):`, ...entries.map((entry, index) => `${index + 1}. ${entry}`));
  };
  section(
    "IMPROVEMENTS",
    improvements.map(
      (file) =>
        `${printable(file.qnaFile)}: ${score(file.before)} -> ${score(file.after)} (+${pythonFloat(file.delta)})`,
    ),
  );
  section(
    "REGRESSIONS",
    regressions.map(
      (file) =>
        `${printable(file.qnaFile)}: ${score(file.before)} -> ${score(file.after)} (${pythonFloat(file.delta)})`,
    ),
  );
  section(
    "NO CHANGE",
    unchanged.map((file) => `${printable(file.qnaFile)} (${score(file.after)})`),
  );
  section(
    "NEW",
    added.map((file) => `${printable(file.qnaFile)} (${score(file.mean)})`),
  );
  if (errorRate > 0) lines.push("", "### ERROR RATE:", pythonFloat(pythonRound(errorRate)));
  return `${lines.join("\n")}\n`;
}

function cellOf(result: BranchComparison, model: string, branch: string): ComparisonCell {
  const cell = result.cells.find((candidate) => candidate.model === model && candidate.branch === branch);
  if (cell === undefined) throw new Error(`the comparison holds no cell for ${model} on ${branch}`);
  return cell;
}

function score(value: number | null): string {
  return value === null ? "N/A" : pythonFloat(pythonRound(value));
}
