import { branchBench } from "../domain/mt-bench/branch-bench.js";
import { EvalError } from "../domain/eval-error.js";
import type { JudgePromptSet } from "../domain/mt-bench/judge-prompt.js";
import type { JudgingRules } from "../domain/mt-bench/judgment-plan.js";
import { needsReference } from "../domain/mt-bench/mt-bench.js";
import type { References } from "../domain/mt-bench/references.js";
import { referencesInQuestions } from "../domain/mt-bench/references.js";
import { pulledMtBench } from "../io/data-sets.js";
import { readBuiltinPrompts, readFastChatPrompts } from "../io/prompt-files.js";
import type { QuestionFile } from "../io/question-file.js";
import { openQuestionFile, readQuestions } from "../io/question-file.js";
import { readReferenceFile } from "../io/reference-file.js";
import type { InputChoices } from "./inputs.js";

/** Finds the judge's prompts and the references for a question set. */
export async function findJudgingRules(choices: InputChoices, questions: QuestionFile): Promise<JudgingRules> {
  const references = await findReferences(choices, questions);
  return { prompts: await findPrompts(choices), references };
}

async function findPrompts(choices: InputChoices): Promise<JudgePromptSet> {
  if (choices.judgePrompts === "builtin") return readBuiltinPrompts();
  if (choices.judgePrompts !== undefined && choices.judgePrompts !== "official")
    return readFastChatPrompts(choices.judgePrompts);
  const official = await pulledMtBench(choices.dataDir);
  if (official !== undefined) {
    const isBranch = choices.bench === branchBench;
    const prompts = await readFastChatPrompts(isBranch ? official.branchJudgePrompts : official.judgePrompts);
    return { ...prompts, source: `MT-Bench's official judge prompts${isBranch ? " for branches" : ""}` };
  }
  if (choices.judgePrompts === undefined) return readBuiltinPrompts();
  throw new EvalError("input", `MT-Bench's official judge prompts are not in ${choices.dataDir}`, {
    hint: "run: branchbench data pull mt_bench",
  });
}

async function findReferences(choices: InputChoices, questions: QuestionFile): Promise<References | undefined> {
  if (!questions.keys.categories.some(needsReference)) return undefined;
  if (choices.references !== undefined && choices.references !== "question")
    return readReferenceFile(choices.references);
  const official = await officialReferences(choices, questions);
  if (choices.references === undefined && official !== undefined) return official;
  const all = [];
  for await (const question of readQuestions(questions)) if (needsReference(question.category)) all.push(question);
  return referencesInQuestions(all, { source: questions.path, hash: questions.sha256 }, official);
}

/** The GPT-4 references belong to the official questions only. */
async function officialReferences(choices: InputChoices, questions: QuestionFile): Promise<References | undefined> {
  const official = await pulledMtBench(choices.dataDir);
  if (official === undefined) return undefined;
  if (questions.path !== official.questions && questions.sha256 !== (await openQuestionFile(official.questions)).sha256)
    return undefined;
  return { ...(await readReferenceFile(official.references)), source: "MT-Bench's official GPT-4 references" };
}
