import { taxonomyDiff } from "../../pipeline/taxonomy-diff.js";
import { taxonomyDiffText } from "../../render/taxonomy-diff-text.js";
import type { TaxonomyDiffOptions } from "../commands/taxonomy.js";
import type { Host } from "../host.js";
import { printResult } from "../run-context.js";

export async function taxonomyDiffAction(options: TaxonomyDiffOptions, host: Host): Promise<number> {
  const { taxonomyPath, baseBranch, branch, twoDot } = options;
  const diff = await taxonomyDiff({
    taxonomyPath,
    baseBranch,
    ...(branch !== undefined && { branch }),
    ...(twoDot === true && { twoDot }),
  });
  printResult(host, options, { value: diff, text: taxonomyDiffText(diff) });
  return 0;
}
