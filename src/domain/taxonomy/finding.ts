import { z } from "zod";

/** Something in a taxonomy that somebody should mend. */
export const findingSchema = z.strictObject({
  /** relative to the taxonomy */
  file: z.string(),
  /** from 1 */
  line: z.number().int().positive(),
  /** a name that stays the same, to search and to filter by */
  rule: z.string(),
  /** errors break the schema or lose questions; warnings make a worse evaluation; notices are worth a look */
  severity: z.enum(["error", "warning", "notice"]),
  what: z.string(),
  mend: z.string(),
  /** what is left out because of it; null for nothing */
  skipped: z.enum(["file", "example"]).nullable(),
});

export type Finding = z.infer<typeof findingSchema>;

/** Findings by severity, and what was skipped. */
export const findingCountsSchema = z.strictObject({
  errors: z.number().int(),
  warnings: z.number().int(),
  notices: z.number().int(),
  skippedFiles: z.number().int(),
  skippedExamples: z.number().int(),
});

export type FindingCounts = z.infer<typeof findingCountsSchema>;

export function countFindings(findings: readonly Finding[]): FindingCounts {
  const having = (fits: (finding: Finding) => boolean): number => findings.filter(fits).length;
  return {
    errors: having(({ severity }) => severity === "error"),
    warnings: having(({ severity }) => severity === "warning"),
    notices: having(({ severity }) => severity === "notice"),
    skippedFiles: having(({ skipped }) => skipped === "file"),
    skippedExamples: having(({ skipped }) => skipped === "example"),
  };
}

/** What a taxonomy's findings mean for its question set; undefined where nothing is wrong. */
export function findingsNote(counts: FindingCounts): string | undefined {
  const { errors, warnings, notices, skippedFiles, skippedExamples } = counts;
  const total = errors + warnings + notices;
  if (total === 0) return undefined;
  const lost =
    skippedFiles + skippedExamples === 0
      ? "nothing was skipped"
      : `${counted(skippedFiles, "file")} and ${counted(skippedExamples, "example")} are skipped and in no figure`;
  return `${counted(total, "finding")} in the taxonomy, ${lost} (branchbench taxonomy lint shows them)`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
