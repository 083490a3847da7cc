import { EvalError } from "../domain/eval-error.js";
import { answerManifestSchema } from "../domain/mt-bench/manifest.js";
import type { JudgingRules } from "../domain/mt-bench/judgment-plan.js";
import { tryPrompts } from "../domain/mt-bench/judge-prompt.js";
import { shownName } from "../domain/printable.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import type { QuestionSelection } from "../domain/mt-bench/question-selection.js";
import { selectedPositions } from "../domain/mt-bench/question-selection.js";
import type { RatingParser } from "../domain/mt-bench/rating.js";
import { requireReferences } from "../domain/mt-bench/references.js";
import { readAnswers } from "../io/answer-file.js";
import { readJsonFile } from "../io/json-file.js";
import type { OutputTree } from "../io/output-tree.js";
import { exists, isNonEmpty } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import { readQuestions } from "../io/question-file.js";

export interface JudgeAnswersInput {
  readonly bench: string;
  readonly output: OutputTree;
  readonly questions: QuestionFile;
  readonly selection?: QuestionSelection;
  /** the candidate whose answers are judged */
  readonly model: string;
  readonly judge: string;
  readonly rules: JudgingRules;
  /** a file of answers instead of the tree's own */
  readonly answersFile?: string;
  /** puts the judge's system text into the user message, for judges whose chat template knows no system role */
  readonly mergeSystemUserMessage?: boolean;
  readonly parser?: RatingParser;
  readonly maxTokens?: number;
  readonly seed?: number;
  /** moves this model's judgments aside instead of going on with them */
  readonly fresh?: boolean;
  /** a judge that is the candidate favours itself; it must be asked for */
  readonly allowSelfJudging?: boolean;
}

/**
 * Refuses what could not be judged to its end, before anybody is asked: a judge that is the candidate, missing references, prompts
 * that do not take so many turns. Returns the questions that are judged.
 */
export async function checkJudging(input: JudgeAnswersInput): Promise<ReadonlyMap<QuestionId, Question>> {
  if (input.judge === input.model && input.allowSelfJudging !== true)
    throw new EvalError(
      "input",
      `judge and candidate are the same model (${shownName(input.model)}), which favours its own answers`,
      { hint: "name another judge, or say --allow-self-judging" },
    );
  const questions = new Map<QuestionId, Question>();
  for await (const question of readQuestions(input.questions, input.selection)) questions.set(question.id, question);
  requireReferences(questions.values(), input.rules.references);
  tryPrompts(questions.values(), input.rules.prompts);
  return questions;
}

/** Refuses to judge where there is nothing to judge. */
export async function requireAnswers(input: JudgeAnswersInput): Promise<void> {
  const { answersFile, bench, model } = input;
  if (answersFile !== undefined) {
    if (await exists(answersFile)) return;
    throw new EvalError("input", `cannot read ${answersFile}: no such file or folder`, {
      hint: "--answers names an answer file; leave it out to judge what gen-answers wrote",
    });
  }
  const { records, failed } = input.output.answers(model);
  if ((await isNonEmpty(records)) || (await isNonEmpty(failed))) return;
  throw new EvalError("input", `there are no answers of ${shownName(model)} in ${records}`, {
    hint: `run: branchbench gen-answers --bench ${bench} --model ${shownName(model)} --server-url URL`,
  });
}

/**
 * Where gen-answers was told to ask a part of the questions, and did, that part: the others have no answers because nobody wanted any. Of a
 * run that was stopped before its end nobody knows which ones it would have asked, so that all are missing.
 */
export async function judgedQuestions(
  input: JudgeAnswersInput,
  questions: ReadonlyMap<QuestionId, Question>,
): Promise<ReadonlyMap<QuestionId, Question>> {
  const isSelected = selectedPositions(input.questions.keys, input.selection ?? {}) !== undefined;
  if (isSelected || input.answersFile !== undefined) return questions;
  const { manifest, records, failed } = input.output.answers(input.model);
  const selected = (await readJsonFile(manifest, answerManifestSchema))?.facts.selected ?? null;
  if (selected === null) return questions;
  const asked = new Set<QuestionId>();
  for (const path of [records, failed]) for await (const { answer } of readAnswers(path)) asked.add(answer.questionId);
  return asked.size < selected ? questions : new Map([...questions].filter(([id]) => asked.has(id)));
}
