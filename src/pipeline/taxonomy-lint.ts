import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { countFindings } from "../domain/taxonomy/finding.js";
import type { Finding } from "../domain/taxonomy/finding.js";
import type { QnaFile } from "../domain/taxonomy/qna.js";
import { readQna } from "../domain/taxonomy/qna.js";
import type { TaxonomyLintSummary } from "../domain/taxonomy/taxonomy-lint.js";
import { compareFindings, lintAcross, lintFile } from "../domain/taxonomy/taxonomy-lint.js";
import { taxonomiesWithin } from "../domain/taxonomy/taxonomy-file.js";
import { printable } from "../domain/printable.js";
import type { Taxonomy } from "../io/taxonomy.js";
import { openTaxonomy } from "../io/taxonomy.js";

export interface TaxonomyLintInput {
  readonly taxonomyPath: string;
  /** branch, tag or commit; the folder as it is where left out */
  readonly branch?: string;
}

/** Checks all `qna.yaml` files of a taxonomy, each alone and all together. */
export async function taxonomyLint(input: TaxonomyLintInput): Promise<TaxonomyLintSummary> {
  const taxonomy = await openTaxonomy(input.taxonomyPath, input.branch);
  requireTaxonomy(input, taxonomy);
  const attributions = new Map(taxonomy.files.map(({ path, attribution }) => [path, attribution]));
  const files: QnaFile[] = [];
  const findings: Finding[] = [];
  for await (const { document } of taxonomy.documents()) {
    const file = readQna(document);
    files.push(file);
    findings.push(...lintFile(document, file, attributions.get(file.path) ?? "missing"));
  }
  findings.push(...lintAcross(files, taxonomy.misnamed));
  findings.sort(compareFindings);
  return {
    kind: "taxonomy-lint",
    taxonomy: {
      path: input.taxonomyPath,
      branch: input.branch ?? null,
      commit: taxonomy.commit?.id ?? null,
      prefix: taxonomy.prefix,
    },
    files: files.length,
    examples: files.reduce((sum, { examples }) => sum + examples.length, 0),
    counts: countFindings(findings),
    findings,
  };
}

/** A check in the wrong folder would find nothing wrong, or everything. */
function requireTaxonomy({ taxonomyPath }: TaxonomyLintInput, { files, misnamed }: Taxonomy): void {
  if (files.length + misnamed.length === 0)
    throw new EvalError("input", `${taxonomyPath} holds no qna.yaml`, {
      hint: "give the folder that holds knowledge and compositional_skills with --taxonomy-path",
    });
  const within = taxonomiesWithin(files.map(({ path }) => path));
  if (within.length === 0) return;
  const shown = within.slice(0, 3).map((name) => printable(join(taxonomyPath, name)));
  throw new EvalError("input", `${taxonomyPath} is not a taxonomy, but seems to hold some`, {
    hint: `give one of them with --taxonomy-path, such as ${shown.join(" or ")}`,
  });
}
