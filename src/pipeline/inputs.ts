import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { findingsNote } from "../domain/finding.js";
import type { JudgePromptSet } from "../domain/judge-prompt.js";
import type { JudgingRules } from "../domain/judgment-plan.js";
import { nearestNames } from "../domain/nearest-names.js";
import { shownName } from "../domain/printable.js";
import { needsReference } from "../domain/mt-bench.js";
import type { References } from "../domain/references.js";
import { referencesInQuestions } from "../domain/references.js";
import { pulledMtBench } from "../io/data-sets.js";
import { exists, outputTree } from "../io/output-tree.js";
import { readBuiltinPrompts, readFastChatPrompts } from "../io/prompt-files.js";
import type { QuestionFile } from "../io/question-file.js";
import { openQuestionFile, readQuestions } from "../io/question-file.js";
import { readReferenceFile } from "../io/reference-file.js";
import { branchBench, genQuestions } from "./gen-questions.js";

/** What the user says of where questions, prompts and references come from. */
export interface InputChoices {
  readonly bench: string;
  readonly dataDir: string;
  /** a FastChat question file */
  readonly questions?: string;
  /** root of the eval_output tree, where question sets of branches lie */
  readonly outputDir?: string;
  /** of `mt_bench_branch`: the question set may change under records of an earlier one, which are moved aside */
  readonly fresh?: boolean;
  /** of `mt_bench_branch`: the taxonomy whose questions are asked */
  readonly taxonomyPath?: string;
  /** told what the user should know of the question set */
  readonly note?: (text: string) => void;
  /** of `mt_bench_branch`: branch, tag or commit; the folder as it is where left out */
  readonly branch?: string;
  /** `official`, `builtin`, or a FastChat prompt file; official where they were pulled, else builtin */
  readonly judgePrompts?: string;
  /** `question` for those in the question file, or a FastChat reference file; the official ones for the official questions, else the question file's */
  readonly references?: string;
}

/** Finds the question set and checks it. */
export async function findQuestions(choices: InputChoices): Promise<QuestionFile> {
  if (choices.questions !== undefined) return openQuestionFile(choices.questions);
  if (choices.bench === branchBench) return branchQuestions(choices);
  if (choices.bench !== "mt_bench")
    throw new EvalError("input", `--bench ${shownName(choices.bench)} needs a question file`, {
      hint: `${meant(choices.bench)}give it with --questions FILE`,
    });
  const official = await pulledMtBench(choices.dataDir);
  if (official === undefined)
    throw new EvalError("input", `the official MT-Bench questions are not in ${choices.dataDir}`, {
      hint: "run: branchbench data pull mt_bench   (or give a question file with --questions)",
    });
  return openQuestionFile(official.questions);
}

function meant(bench: string): string {
  const [nearest] = nearestNames(bench, ["mt_bench", branchBench], 1);
  return nearest === undefined ? "" : `did you mean ${nearest}? A benchmark of your own has its own questions: `;
}

/** The question set of a taxonomy branch: written anew where the taxonomy is at hand, else the one that gen-questions left. */
async function branchQuestions(choices: InputChoices): Promise<QuestionFile> {
  const { taxonomyPath, branch, outputDir } = choices;
  if (outputDir === undefined) throw new Error("the question set of a branch lies in the output folder");
  const selected = { outputDir, ...(branch !== undefined && { branch }) };
  if (taxonomyPath !== undefined) {
    const { counts } = await genQuestions({
      taxonomyPath,
      ...selected,
      ...(choices.fresh === true && { fresh: true }),
    });
    const note = findingsNote(counts);
    if (note !== undefined) choices.note?.(`note: ${note}\n`);
  }
  const path = join(outputTree(outputDir, branchBench, branch).folder, "question.jsonl");
  if (await exists(path)) return openQuestionFile(path);
  throw new EvalError("input", `there is no question set in ${path}`, {
    hint: "give the taxonomy with --taxonomy-path, or run: branchbench gen-questions --taxonomy-path FOLDER --branch REF",
  });
}

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
