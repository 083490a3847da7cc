import { EvalError } from "../domain/eval-error.js";
import { countFindings } from "../domain/finding.js";
import type { Finding, FindingCounts } from "../domain/finding.js";
import { readQna } from "../domain/qna.js";
import type { DiffFile, TaxonomyDiff } from "../domain/taxonomy-diff.js";
import { diffTaxonomies } from "../domain/taxonomy-diff.js";
import type { Commit } from "../io/git.js";
import type { Taxonomy, TaxonomyRepository } from "../io/taxonomy.js";
import { openAtCommit, openTaxonomyRepository } from "../io/taxonomy.js";

export interface TaxonomyDiffInput {
  readonly taxonomyPath: string;
  readonly baseBranch: string;
  readonly branch: string;
  /** compares with the tip of the base branch, instead of with where the branch left it */
  readonly twoDot?: true;
}

interface DiffSide {
  readonly branch: string;
  readonly commit: string;
  readonly files: number;
  readonly examples: number;
}

export type TaxonomyDiffSummary = TaxonomyDiff & {
  readonly kind: "taxonomy-diff";
  readonly base: DiffSide;
  readonly head: DiffSide;
  /** where the branch left the base; null for a two-dot comparison */
  readonly mergeBase: string | null;
  /** what could not be read on the branch's side */
  readonly counts: TaxonomyDiff["counts"];
  readonly findingCounts: FindingCounts;
  readonly findings: readonly Finding[];
};

/** Compares two commits of a taxonomy, example by example; skills and knowledge. The repository is only read. */
export async function taxonomyDiff(input: TaxonomyDiffInput): Promise<TaxonomyDiffSummary> {
  const repository = await openTaxonomyRepository(input.taxonomyPath);
  const base = await repository.resolve(input.baseBranch);
  const head = await repository.resolve(input.branch);
  const mergeBase = input.twoDot === true ? undefined : await findMergeBase(repository, base, head);
  const before = await readFiles(
    await openAtCommit(repository, mergeBase === undefined ? base : { ...base, id: mergeBase }),
  );
  const after = await readFiles(await openAtCommit(repository, head));
  const findings = after.flatMap((file) => file.findings);
  return {
    kind: "taxonomy-diff",
    base: side(base, before),
    head: side(head, after),
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

function side(commit: Commit, files: readonly DiffFile[]): DiffSide {
  return {
    branch: commit.ref,
    commit: commit.id,
    files: files.length,
    examples: files.reduce((sum, { examples }) => sum + examples.length, 0),
  };
}
