import { counted } from "../domain/counted.js";
import Table from "cli-table3";
import type { BranchComparison, LeftOutQuestion } from "../domain/comparison/branch-comparison.js";
import { shortened } from "../domain/markdown-text.js";
import { printable } from "../domain/printable.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";
import {
  differenceText,
  groupRows,
  intervalText,
  leftOutReason,
  leftOutText,
  marginText,
  noiseText,
  shownLeftOutQuestions,
  sortedForReview,
} from "./comparison-rows.js";

/** The comparison for a terminal: the verdict sentence first. */
export function comparisonText(result: BranchComparison): string {
  const { models, base, branch } = result;
  const groups = plainTable(["questions", "files", "n", "base", "tuned", "difference [95 % interval]", "left out"]);
  groups.push(...groupRows(result.comparison));
  const files = plainTable([
    "file",
    "questions",
    "verdict",
    "n",
    "difference [95 % interval]",
    "detectable",
    "left out",
  ]);
  for (const file of sortedForReview(result.comparison.files))
    files.push([
      printable(file.qnaFile),
      file.group,
      verdictWords[file.verdict],
      String(file.n),
      `${differenceText(file.difference)} ${intervalText(file.interval)}`.trim(),
      file.detectable === null ? "-" : file.detectable.toFixed(1),
      leftOutText(file.leftOut),
    ]);
  const lines = [
    result.sentence,
    "",
    `base model  ${printable(models.base)}`,
    `tuned model ${printable(models.tuned)}`,
    `judge       ${printable(models.judge)}`,
    `base branch ${printable(base.branch)} ${base.commit ?? "(work tree)"}`,
    `branch      ${printable(branch.branch)} ${branch.commit ?? "(work tree)"}`,
    "",
    groups.toString(),
    "",
    files.toString(),
    "",
    ...leftOutLines(result.leftOut),
    `margin: ${marginText(result.comparison)}`,
    `noise: ${noiseText(result.comparison)}`,
    ...result.caveats.map((caveat) => `note: ${printable(caveat)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function leftOutLines(questions: readonly LeftOutQuestion[]): string[] {
  if (questions.length === 0) return [];
  const { shown, more } = shownLeftOutQuestions(questions);
  return [
    `left out of every figure: ${counted(questions.length, "question")}`,
    ...shown.map(
      (pair) =>
        `  ${printable(pair.qnaFile)}  ${printable(leftOutReason(pair))}  ${shortened(printable(pair.question), 80)}`,
    ),
    ...(more === undefined ? [] : [`  ${more}`]),
    "",
  ];
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] }, wordWrap: false });
}
