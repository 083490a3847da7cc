import type { BranchComparison } from "../domain/comparison/branch-comparison.js";
import type { FileComparison } from "../domain/comparison/file-comparison.js";
import { printable } from "../domain/printable.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";
import { differenceText, intervalText, leftOutText } from "./comparison-rows.js";

/** One test case a file: a regression fails, what was not measured is an error, what cannot be told is skipped. */
export function comparisonJunit(result: BranchComparison): string {
  const { files } = result.comparison;
  const count = (...verdicts: readonly string[]): number =>
    files.filter(({ verdict }) => verdicts.includes(verdict)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="branchbench compare" tests="${files.length}" failures="${count("regressed")}" errors="${count("not-measured")}" skipped="${count("too-few-questions")}">`,
    ...files.map(testCase),
    `  <system-out>${escapeXml(result.sentence)}</system-out>`,
    "</testsuite>",
    "",
  ].join("\n");
}

function testCase(file: FileComparison): string {
  const message = escapeXml(
    `${verdictWords[file.verdict]}: ${differenceText(file.difference)} ${intervalText(file.interval)}, n ${file.n}, left out ${leftOutText(file.leftOut)}`,
  );
  const attributes = `classname="${file.group}" name="${escapeXml(file.qnaFile)}"`;
  const inner: Partial<Record<FileComparison["verdict"], string>> = {
    regressed: `<failure message="${message}"/>`,
    "not-measured": `<error message="${message}"/>`,
    "too-few-questions": `<skipped message="${message}"/>`,
  };
  return `  <testcase ${attributes}>${inner[file.verdict] ?? `<system-out>${message}</system-out>`}</testcase>`;
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
  };
  return printable(text).replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}
