import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { answerManifestSchema, judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import { pulledMtBench } from "../io/data-sets.js";
import { readJsonFile } from "../io/json-file.js";
import { exists } from "../io/output-tree.js";
import type { OutputTree } from "../io/output-tree.js";
import { openQuestionFile, sha256OfFile } from "../io/question-file.js";
import type { QuestionFile } from "../io/question-file.js";

/** Where the questions of a set of records may be looked for. */
export interface QuestionsOfSetInput {
  readonly output: OutputTree;
  /** a file that the user named; taken as it is */
  readonly questions?: string;
  readonly dataDir: string;
}

/**
 * The question file that a set of records was made with. A file outside of the set's own folder is read only where its hash is the one that
 * the manifests name: what lies in a folder must not make the program show other files.
 *
 * @throws EvalError `input` where it cannot be found
 */
export async function questionsOfSet(input: QuestionsOfSetInput): Promise<QuestionFile> {
  if (input.questions !== undefined) return openQuestionFile(input.questions);
  const { hashes, sources } = await namedQuestions(input.output);
  const inside = join(input.output.folder, "question.jsonl");
  const official = (await pulledMtBench(input.dataDir))?.questions;
  if (hashes.size === 0) {
    const fallback = (await exists(inside)) ? inside : official;
    if (fallback !== undefined) return openQuestionFile(fallback);
  }
  for (const path of [inside, ...sources, ...(official === undefined ? [] : [official])])
    if ((await exists(path)) && hashes.has(await sha256OfFile(path))) return openQuestionFile(path);
  throw new EvalError("input", `the question file of ${input.output.folder} is not to be found`, {
    hint: "name it with --questions FILE",
  });
}

async function namedQuestions(output: OutputTree): Promise<{ hashes: Set<string>; sources: Set<string> }> {
  const [hashes, sources] = [new Set<string>(), new Set<string>()];
  for (const model of await output.listAnswers()) {
    const manifest = await readJsonFile(output.answers(model).manifest, answerManifestSchema);
    if (manifest === undefined) continue;
    hashes.add(manifest.settings.questions_sha256);
    sources.add(manifest.facts.questions.source);
  }
  for (const judge of await output.listJudgments()) {
    const manifest = await readJsonFile(output.judgments(judge).manifest, judgmentManifestSchema);
    for (const { settings, facts } of Object.values(manifest?.models ?? {})) {
      hashes.add(settings.questions_sha256);
      sources.add(facts.questions.source);
    }
  }
  return { hashes, sources };
}
