import type { BranchComparison, ComparedExample } from "../domain/branch-comparison.js";
import { codeBlock, codeSpan, shortened } from "../domain/markdown-text.js";
import { verdictWords } from "../domain/verdict-words.js";
import { differenceText, groupRows, intervalText, sortedForReview } from "./comparison-rows.js";

/** GitHub refuses comments of 65,536 characters. */
const commentLimit = 65_000;
const answerLimits = [2_000, 600, 150, 0];

/** A comment for a pull request: the verdict, what needs a look, the biggest differences with both answers folded, and how to do it again. */
export function comparisonMarkdown(result: BranchComparison): string {
  for (const limit of answerLimits) {
    const text = render(result, limit);
    if (text.length < commentLimit) return text;
  }
  const note = "\n\n_The rest was cut: a comment holds no more. `--format json` has everything._\n";
  return `${cutAtLine(render(result, 0), commentLimit - note.length)}${note}`;
}

/** Cutting between lines and outside of blocks keeps what remains well formed; without answers there are only table lines. */
function cutAtLine(text: string, limit: number): string {
  return text.slice(0, text.lastIndexOf("\n", limit));
}

function render(result: BranchComparison, answerLimit: number): string {
  const { comparison } = result;
  const examples =
    answerLimit === 0
      ? []
      : [
          ...exampleSection("Biggest gains", result.gains, answerLimit),
          ...exampleSection("Biggest losses", result.losses, answerLimit),
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
    "| file | questions | verdict | n | difference [95 % interval] | smallest detectable |",
    "| --- | --- | --- | ---: | --- | ---: |",
    ...sortedForReview(comparison.files).map(
      (file) =>
        `| ${codeSpan(file.qnaFile)} | ${file.group} | ${verdictWords[file.verdict]} | ${file.n} | ${differenceText(file.difference)} ${intervalText(file.interval)} | ${
          file.detectable === null ? "-" : file.detectable.toFixed(1)
        } |`,
    ),
    "",
    ...examples,
    ...(result.caveats.length > 0 ? ["### Mind", "", ...result.caveats.map((caveat) => `- ${caveat}`), ""] : []),
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
