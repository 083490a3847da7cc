import { printable } from "../domain/printable.js";
import type { QnaExample } from "../domain/qna.js";
import type { ChangeKind, ExampleChange, FileChange } from "../domain/taxonomy-diff.js";
import { changeKinds } from "../domain/taxonomy-diff.js";

interface Side {
  readonly branch: string;
  readonly commit: string;
  readonly files: number;
  readonly examples: number;
}

interface Diff {
  readonly base: Side;
  readonly head: Side;
  readonly mergeBase: string | null;
  readonly files: readonly FileChange[];
  readonly examples: readonly ExampleChange[];
  readonly counts: Readonly<Record<ChangeKind, number>>;
  readonly findingCounts: { readonly skippedFiles: number; readonly skippedExamples: number };
}

/** What a branch changes: files, then each example with its place on both sides, then the sums. */
export function taxonomyDiffText(diff: Diff): string {
  const changed = diff.examples.filter(({ kind }) => kind !== "unchanged");
  const parts = [
    heading(diff),
    ...(diff.files.length === 0 ? [] : [diff.files.map(fileLine).join("\n")]),
    ...(changed.length === 0 ? [] : [changed.map(exampleLine).join("\n")]),
    sums(diff),
  ];
  return `${parts.join("\n\n")}\n`;
}

function heading({ base, head, mergeBase }: Diff): string {
  const from = mergeBase === null ? "" : `, from where it left it (${mergeBase.slice(0, 12)})`;
  return `${name(head)} against ${name(base)}${from}`;
}

function name({ branch, commit }: Side): string {
  return `${printable(branch)} (${commit.slice(0, 12)})`;
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

function sums({ base, head, files, counts, findingCounts }: Diff): string {
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
