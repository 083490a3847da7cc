import { printable } from "../domain/printable.js";
import type { QnaExample } from "../domain/taxonomy/qna.js";
import type { ExampleChange, FileChange, TaxonomyDiffSummary } from "../domain/taxonomy/taxonomy-diff.js";
import { changeKinds } from "../domain/taxonomy/taxonomy-diff.js";

/** What a branch changes: files, then each example with its place on both sides, then the sums. */
export function taxonomyDiffText(diff: TaxonomyDiffSummary): string {
  const changed = diff.examples.filter(({ kind }) => kind !== "unchanged");
  const parts = [
    heading(diff),
    ...(diff.files.length === 0 ? [] : [diff.files.map(fileLine).join("\n")]),
    ...(changed.length === 0 ? [] : [changed.map(exampleLine).join("\n")]),
    sums(diff),
  ];
  return `${parts.join("\n\n")}\n`;
}

function heading({ base, head, mergeBase }: TaxonomyDiffSummary): string {
  const from = mergeBase === null ? "" : `, from where it left it (${mergeBase.slice(0, 12)})`;
  return `${name(head)} against ${name(base)}${from}`;
}

function name({ branch, commit }: TaxonomyDiffSummary["head"]): string {
  return commit === null ? "the work tree" : `${printable(branch ?? "")} (${commit.slice(0, 12)})`;
}

function fileLine({ kind, path, from }: FileChange): string {
  return `${`file ${kind}`.padEnd(16)}${printable(path)}${from === undefined ? "" : ` (was ${printable(from)})`}`;
}

function exampleLine({ kind, edited, before, after }: ExampleChange): string {
  const also = edited.length > 1 ? ` (with ${edited.slice(1).join(" and ")})` : "";
  const places = [before, after].flatMap((example) => (example === undefined ? [] : [place(example)]));
  const question = (after ?? before)?.question ?? "";
  return `${kind.padEnd(16)}${places.join(" -> ")}${also}  ${brief(question)}`;
}

function place({ file, line }: QnaExample): string {
  return `${printable(file)}:${line}`;
}

function brief(text: string): string {
  const line = printable(text).trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function sums({ base, head, files, counts, findingCounts }: TaxonomyDiffSummary): string {
  const ofFiles = (["added", "changed", "moved", "removed"] as const).map(
    (kind) => `${files.filter((file) => file.kind === kind).length} ${kind}`,
  );
  const lines = [
    `files     ${ofFiles.join(", ")} (${base.files} before, ${head.files} after)`,
    `examples  ${changeKinds.map((kind) => `${counts[kind]} ${kind}`).join(", ")} (${base.examples} before, ${head.examples} after)`,
  ];
  const { skippedFiles, skippedExamples } = findingCounts;
  if (skippedFiles + skippedExamples > 0)
    lines.push(
      `skipped   ${skippedFiles} files and ${skippedExamples} examples cannot be read; branchbench taxonomy lint says why`,
    );
  return lines.join("\n");
}
