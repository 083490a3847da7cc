import { EvalError } from "../domain/eval-error.js";
import { countFindings } from "../domain/taxonomy/finding.js";
import { readQna } from "../domain/taxonomy/qna.js";
import type { DiffFile, TaxonomyDiffSummary } from "../domain/taxonomy/taxonomy-diff.js";
import { diffTaxonomies } from "../domain/taxonomy/taxonomy-diff.js";
import type { Commit } from "../io/git.js";
import type { Taxonomy, TaxonomyRepository } from "../io/taxonomy.js";
import { openAtCommit, openTaxonomy, openTaxonomyRepository } from "../io/taxonomy.js";

export interface TaxonomyDiffInput {
  readonly taxonomyPath: string;
  readonly baseBranch: string;
  /** branch, tag or commit; the folder as it is where left out */
  readonly branch?: string;
  /** compares with the tip of the base branch, instead of with where the branch left it */
  readonly twoDot?: true;
}

/** Compares two states of a taxonomy, example by example; skills and knowledge. The repository is only read. */
export async function taxonomyDiff(input: TaxonomyDiffInput): Promise<TaxonomyDiffSummary> {
  const repository = await openTaxonomyRepository(input.taxonomyPath);
  const base = await repository.resolve(input.baseBranch);
  // the folder as it is stands on HEAD
  const head =
    input.branch === undefined && input.twoDot === true ? undefined : await repository.resolve(input.branch ?? "HEAD");
  const mergeBase =
    input.twoDot === true || head === undefined ? undefined : await findMergeBase(repository, base, head);
  const before = await readFiles(
    await openAtCommit(repository, mergeBase === undefined ? base : { ...base, id: mergeBase }),
  );
  const taxonomy = await openTaxonomy(input.taxonomyPath, input.branch);
  const after = await readFiles(taxonomy);
  const findings = after.flatMap((file) => file.findings);
  return {
    kind: "taxonomy-diff",
    base: side(base, before),
    head: side(taxonomy.commit, after),
    mergeBase: mergeBase ?? null,
    ...diffTaxonomies(before, after),
    findingCounts: countFindings(findings),
    findings,
  };
}

async function findMergeBase(repository: TaxonomyRepository, base: Commit, head: Commit): Promise<string> {
  const found = await repository.mergeBase(base, head);
  if (found !== undefined) return found;
  throw new EvalError("input", `${base.ref} and ${head.ref} share no commit here`, {
    hint: repository.isShallow
      ? "the clone is shallow: run git fetch --unshallow (in GitHub Actions, fetch-depth: 0), or compare the tips with --two-dot"
      : "compare the tips with --two-dot",
  });
}

async function readFiles(taxonomy: Taxonomy): Promise<DiffFile[]> {
  const files: DiffFile[] = [];
  for await (const { document, blob } of taxonomy.documents()) files.push({ ...readQna(document), blob });
  return files;
}

function side(commit: Commit | undefined, files: readonly DiffFile[]): TaxonomyDiffSummary["head"] {
  return {
    branch: commit?.ref ?? null,
    commit: commit?.id ?? null,
    files: files.length,
    examples: files.reduce((sum, { examples }) => sum + examples.length, 0),
  };
}
