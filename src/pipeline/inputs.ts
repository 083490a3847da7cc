import { join } from "node:path";
import { branchBench } from "../domain/mt-bench/branch-bench.js";
import { EvalError } from "../domain/eval-error.js";
import { findingsNote } from "../domain/taxonomy/finding.js";
import { nearestNames } from "../domain/nearest-names.js";
import { shownName } from "../domain/printable.js";
import { pulledMtBench } from "../io/data-sets.js";
import { exists, outputTree } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import { openQuestionFile } from "../io/question-file.js";

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
    // git and the taxonomy's reader are loaded only where a taxonomy is to be read
    const { genQuestions } = await import("./gen-questions.js");
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
