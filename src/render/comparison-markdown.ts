import { counted } from "../domain/counted.js";
import type { BranchComparison, ComparedExample, LeftOutQuestion } from "../domain/comparison/branch-comparison.js";
import type { FileComparison } from "../domain/comparison/file-comparison.js";
import { codeBlock, codeSpan, escaped, shortened } from "../domain/markdown-text.js";
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

/** GitHub refuses comments of 65,536 characters. */
const commentLimit = 65_000;
const answerLimits = [2_000, 600, 150, 0];

/** A comment for a pull request: the verdict, what needs a look, the biggest differences with both answers folded, and how to do it again. */
export function comparisonMarkdown(result: BranchComparison): string {
  const all = result.comparison.files.length;
  for (const answerLimit of answerLimits) {
    const text = render(result, { answerLimit, files: all });
    if (text.length < commentLimit) return text;
  }
  let text = "";
  for (let files = all; files > 0; files = Math.floor(files / 1.2)) {
    text = render(result, { answerLimit: 0, files });
    if (text.length < commentLimit) return text;
  }
  return text.slice(0, text.lastIndexOf("\n", commentLimit));
}

interface Room {
  /** characters of each answer; 0 leaves the examples out */
  readonly answerLimit: number;
  /** rows of the table of files */
  readonly files: number;
}

function render(result: BranchComparison, { answerLimit, files }: Room): string {
  const { comparison } = result;
  const examples =
    answerLimit === 0
      ? []
      : [
          ...exampleSection("Biggest gains, each file once before any twice", result.gains, answerLimit),
          ...exampleSection("Biggest losses, each file once before any twice", result.losses, answerLimit),
        ];
  return [
    "## Did this branch make the model better?",
    "",
    `**${result.sentence}**`,
    "",
    `${codeSpan(result.models.tuned)} against ${codeSpan(result.models.base)}, judged by ${codeSpan(result.models.judge)}; ` +
      `${codeSpan(result.branch.branch)} against ${codeSpan(result.base.branch)}.`,
    "",
    "| questions | files | n | base | tuned | difference [95 % interval] | left out |",
    "| --- | ---: | ---: | ---: | ---: | --- | ---: |",
    ...groupRows(comparison).map((row) => `| ${row.join(" | ")} |`),
    "",
    ...fileTable(comparison.files, files),
    "",
    `- Margin: ${marginText(comparison)}.`,
    `- Noise: ${noiseText(comparison)}.`,
    "",
    ...leftOutSection(result.leftOut),
    ...examples,
    ...(result.caveats.length > 0
      ? ["### Mind", "", ...result.caveats.map((caveat) => `- ${escaped(caveat)}`), ""]
      : []),
    "<details><summary>How to reproduce</summary>",
    "",
    codeBlock(
      `${result.reproduce.command}\n\nbase   ${result.base.branch} ${result.base.commit ?? "(work tree)"}\nbranch ${result.branch.branch} ${result.branch.commit ?? "(work tree)"}\nmanifest sha256 ${result.reproduce.manifestSha256}`,
    ),
    "",
    "</details>",
    "",
  ].join("\n");
}

function fileTable(files: readonly FileComparison[], limit: number): string[] {
  const shown = sortedForReview(files).slice(0, limit);
  const rows = shown.map(
    (file) =>
      `| ${codeSpan(file.qnaFile)} | ${file.group} | ${verdictWords[file.verdict]} | ${file.n} | ${differenceText(file.difference)} ${intervalText(file.interval)} | ${
        file.detectable === null ? "-" : file.detectable.toFixed(1)
      } | ${leftOutText(file.leftOut)} |`,
  );
  const cut = files.length - shown.length;
  return [
    "| file | questions | verdict | n | difference [95 % interval] | smallest detectable | left out |",
    "| --- | --- | --- | ---: | --- | ---: | ---: |",
    ...rows,
    ...(cut > 0
      ? ["", `_${cut} more files were cut: a comment holds no more. \`--format json\` has everything._`]
      : []),
  ];
}

function leftOutSection(questions: readonly LeftOutQuestion[]): string[] {
  if (questions.length === 0) return [];
  const { shown, more } = shownLeftOutQuestions(questions);
  return [
    `### Left out of every figure: ${counted(questions.length, "question")}`,
    "",
    ...shown.map(
      (pair) =>
        `- ${codeSpan(pair.qnaFile)}, ${codeSpan(leftOutReason(pair))}: ${codeSpan(shortened(pair.question, 80))}`,
    ),
    ...(more === undefined ? [] : [`- ${more}`]),
    "",
  ];
}

function exampleSection(title: string, examples: readonly ComparedExample[], limit: number): string[] {
  if (examples.length === 0) return [];
  return [`### ${title}`, "", ...examples.flatMap((example) => exampleBlock(example, limit))];
}

function exampleBlock(example: ComparedExample, limit: number): string[] {
  const { base, tuned } = example;
  const part = (title: string, text: string): string[] => [`${title}:`, "", codeBlock(shortened(text, limit)), ""];
  return [
    `<details><summary>${base.score.toFixed(1)} → ${tuned.score.toFixed(1)}</summary>`,
    "",
    `File ${codeSpan(example.qnaFile)}`,
    "",
    ...part("Question", example.question),
    ...(example.reference === null ? [] : part("Reference", example.reference)),
    ...part("Answer of the base model", base.answer),
    ...part("Answer of the tuned model", tuned.answer),
    "</details>",
    "",
  ];
}
