import type { Finding, FindingCounts } from "../domain/taxonomy/finding.js";
import { printable } from "../domain/printable.js";
import { counted } from "../domain/counted.js";

interface Linted {
  readonly files: number;
  readonly examples: number;
  readonly counts: FindingCounts;
  readonly findings: readonly Finding[];
}

/** Findings under their files, then the sums. */
export function lintText({ files, examples, counts, findings }: Linted): string {
  const checked = `${counted(files, "file")}, ${counted(examples, "example")}: ${counted(counts.errors, "error")}, ${counted(counts.warnings, "warning")}, ${counted(counts.notices, "notice")}`;
  return findings.length === 0 ? `${checked}\n` : `${findingsText(findings)}\n${checked}\n`;
}

/** One line per finding, as editors and terminals link it: file, line, what, how to mend it. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .map(({ file, line, severity, rule, what, mend, skipped }) => {
      const consequence = skipped === null ? "" : ` (${skipped} skipped)`;
      return `${printable(file)}:${line}  ${severity}  ${printable(what)}${consequence}; ${printable(mend)}  [${rule}]\n`;
    })
    .join("");
}
