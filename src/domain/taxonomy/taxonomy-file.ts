/** What a `qna.yaml` holds, by the folder it lies in. */
export type QnaKind = "skill" | "knowledge";

const withoutQuestions: ReadonlySet<string> = new Set(["docs", "scripts"]);

/**
 * Which files count, as in instructlab/eval: those named exactly `qna.yaml` below any top-level folder but dot-folders, `docs` and
 * `scripts`. Those below `knowledge` are part of a taxonomy but are not asked.
 *
 * @param path relative to the taxonomy, with `/`
 */
export function qnaKind(path: string): QnaKind | undefined {
  const parts = path.split("/");
  const top = parts[0] ?? "";
  if (parts.length < 2 || parts.at(-1) !== "qna.yaml" || !isTaxonomyFolder(top)) return undefined;
  return top === "knowledge" ? "knowledge" : "skill";
}

/** Whether a top-level folder belongs to the taxonomy. */
export function isTaxonomyFolder(name: string): boolean {
  return !name.startsWith(".") && !withoutQuestions.has(name);
}

const wellKnownTops = ["knowledge", "compositional_skills", "foundational_skills"];

/** Folders that seem to be taxonomies each, as where somebody gave the folder above; empty where the folder seems to be one itself. */
export function taxonomiesWithin(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split("/"));
  if (parts.some(([top = ""]) => wellKnownTops.includes(top))) return [];
  return [...new Set(parts.flatMap(([top = "", second = ""]) => (wellKnownTops.includes(second) ? [top] : [])))];
}

/** Whether somebody seems to have meant a `qna.yaml` that nobody reads. */
export function isMisnamed(path: string): boolean {
  const parts = path.split("/");
  const isInTaxonomy = parts.length === 1 || isTaxonomyFolder(parts[0] ?? "");
  return isInTaxonomy && qnaKind(path) === undefined && /^(qna|q&a)\.ya?ml$/i.test(parts.at(-1) ?? "");
}

/** Order by Unicode code points, which is git's and does not depend on the machine's language. */
export function compareCodePoints(left: string, right: string): number {
  if (/[\uD800-\uDFFF]/.test(left + right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
}
