import type { Taxonomy } from "../io/taxonomy.js";
import { openTaxonomy } from "../io/taxonomy.js";
import { taxonomyBeforeBranch } from "./gen-questions.js";

/**
 * How many `qna.yaml` files of knowledge a branch adds or edits. A file that only moved says nothing new.
 *
 * @param branch the folder as it is, on HEAD, where undefined
 */
export async function changedKnowledgeFiles(
  taxonomyPath: string,
  baseBranch: string,
  branch: string | undefined,
): Promise<number> {
  const before = new Set(await knowledgeBlobs(await taxonomyBeforeBranch(taxonomyPath, baseBranch, branch ?? "HEAD")));
  const after = await knowledgeBlobs(await openTaxonomy(taxonomyPath, branch));
  return after.filter((blob) => !before.has(blob)).length;
}

async function knowledgeBlobs(taxonomy: Taxonomy): Promise<string[]> {
  const blobs: string[] = [];
  for await (const { blob } of taxonomy.documents(["knowledge"])) blobs.push(blob);
  return blobs;
}
