import { counted } from "../domain/counted.js";
import type { Finding, FindingCounts } from "../domain/taxonomy/finding.js";
import { printable } from "../domain/printable.js";
import { findingsText } from "./lint-text.js";

interface Written {
  readonly taxonomy: { readonly path: string; readonly branch: string | null; readonly commit: string | null };
  readonly files: { readonly total: number; readonly skills: number; readonly knowledge: number };
  readonly questions: number;
  readonly withContext: number;
  readonly counts: FindingCounts;
  readonly findings: readonly Finding[];
  readonly paths: { readonly questions: string; readonly references: string | null } | null;
}

/** What gen-questions wrote, and what it had to leave out. */
export function questionsText(summary: Written): string {
  const { taxonomy, files, counts, paths } = summary;
  const source =
    taxonomy.commit === null
      ? `${printable(taxonomy.path)} as it is`
      : `${printable(taxonomy.branch ?? "")} (${taxonomy.commit.slice(0, 12)})`;
  const lines = [
    `${source}: ${counted(files.total, "qna.yaml file")}, ${files.skills} of skills and ${files.knowledge} of knowledge (not asked)`,
    `${counted(summary.questions, "question")}, ${summary.withContext} with context`,
    ...(paths === null
      ? ["nothing was written: --strict allows nothing to be skipped"]
      : [`questions   ${paths.questions}`]),
    ...(paths?.references === undefined || paths.references === null ? [] : [`references  ${paths.references}`]),
  ];
  if (summary.findings.length > 0)
    lines.push(
      `skipped     ${counted(counts.skippedFiles, "file")}, ${counted(counts.skippedExamples, "example")}; ${counted(counts.warnings, "warning")}`,
      findingsText(summary.findings).trimEnd(),
    );
  return `${lines.join("\n")}\n`;
}
