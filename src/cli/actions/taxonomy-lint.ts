import { taxonomyLint } from "../../pipeline/taxonomy-lint.js";
import type { TaxonomyLintSummary } from "../../domain/taxonomy/taxonomy-lint.js";
import { lintGithub } from "../../render/lint-github.js";
import { lintText } from "../../render/lint-text.js";
import type { TaxonomyLintOptions } from "../commands/taxonomy.js";
import type { Host } from "../host.js";

export async function taxonomyLintAction(options: TaxonomyLintOptions, host: Host): Promise<number> {
  const { taxonomyPath, branch, strict } = options;
  const summary = await taxonomyLint({ taxonomyPath, ...(branch !== undefined && { branch }) });
  host.stdout.write(rendered(summary, options.json === true ? "json" : options.format));
  return summary.counts.errors > 0 || (strict === true && summary.counts.warnings > 0) ? 3 : 0;
}

function rendered(summary: TaxonomyLintSummary, format: TaxonomyLintOptions["format"]): string {
  if (format === "json") return `${JSON.stringify(summary, null, 2)}\n`;
  return format === "github" ? lintGithub(summary.findings, summary.taxonomy.prefix) : lintText(summary);
}
