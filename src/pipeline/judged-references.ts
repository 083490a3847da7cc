import type { JudgmentManifest } from "../domain/mt-bench/manifest.js";
import type { Question } from "../domain/mt-bench/question.js";
import type { References } from "../domain/mt-bench/references.js";
import { pulledMtBench } from "../io/data-sets.js";
import { exists } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import { readReferenceFile } from "../io/reference-file.js";

/** The references of a question, by turn; undefined where none was used or what was used is gone. */
export type ReferencesOf = (question: Question) => readonly (string | undefined)[] | undefined;

interface Places {
  readonly questions: QuestionFile;
  readonly dataDir?: string;
}

/**
 * The references that a candidate was judged against, known by their hash. Judgments of other tools say nothing of theirs: the question's own
 * are shown with them.
 */
export async function judgedReferences(
  part: JudgmentManifest["models"][string] | undefined,
  places: Places,
): Promise<ReferencesOf> {
  const own: ReferencesOf = ({ reference }) => reference;
  const hash = part?.settings.references_hash;
  if (hash === undefined || hash === places.questions.sha256) return own;
  if (hash === null) return () => undefined;
  // the questions' own, and others where they have none (domain/mt-bench/references.ts)
  const [first, second] = hash.split("+");
  const others = await findByHash(second ?? hash, part?.facts.references_source ?? undefined, places);
  const other: ReferencesOf = ({ id }) => others?.byQuestion.get(id);
  if (second === undefined) return other;
  if (first !== places.questions.sha256) return () => undefined;
  return (question) =>
    question.turns.map((_, index) => {
      const text = own(question)?.[index];
      return text === undefined || text === "" ? other(question)?.[index] : text;
    });
}

async function findByHash(
  hash: string,
  source: string | undefined,
  { dataDir }: Places,
): Promise<References | undefined> {
  const official = dataDir === undefined ? undefined : (await pulledMtBench(dataDir))?.references;
  for (const path of [official, source]) {
    if (path === undefined || !(await exists(path))) continue;
    const references = await readReferenceFile(path);
    if (references.hash === hash) return references;
  }
  return undefined;
}
