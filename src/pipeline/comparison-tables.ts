import type { BranchComparison } from "../domain/comparison/branch-comparison.js";
import type { ComparedRow } from "../domain/comparison/comparison-rows.js";
import { comparedColumns, comparedSummaryColumns, comparedSummaryRows } from "../domain/comparison/comparison-rows.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import type { Table } from "../domain/table.js";
import { tableOf } from "../domain/table.js";
import { readAnswers } from "../io/answer-file.js";
import { readQuestions } from "../io/question-file.js";
import type { CompareInput } from "./compare.js";

/** One row a mean: the groups, then the files. */
export function comparisonSummaryTable(result: BranchComparison): Table {
  return tableOf("summary", comparedSummaryColumns, comparedSummaryRows(result));
}

/** One row a question, with both models' scores and answers; what lacks a score comes last. */
export async function comparisonQuestionTable(result: BranchComparison, input: CompareInput): Promise<Table> {
  const questions = new Map<QuestionId, Question>();
  for (const { questions: file } of [input.base, input.branch])
    for await (const question of readQuestions(file)) questions.set(question.id, question);
  const base = await firstAnswers(input, input.models.base);
  const tuned = await firstAnswers(input, input.models.tuned);
  const row = ({ pair, leftOut }: Pick<ComparedRow, "pair" | "leftOut">, id: QuestionId): ComparedRow => ({
    pair,
    leftOut,
    question: questions.get(id),
    base: base.get(id),
    tuned: tuned.get(id),
  });
  const { pairs, leftOut } = result.comparison;
  return tableOf("questions", comparedColumns, [
    ...pairs.map((pair) => row({ pair, leftOut: undefined }, pair.id)),
    ...leftOut.map((lacking) => row({ pair: undefined, leftOut: lacking }, lacking.id)),
  ]);
}

/** What a reader of the workbook must know. */
export function aboutComparison({ sentence, caveats, reproduce }: BranchComparison): string[] {
  return [
    sentence,
    ...caveats,
    `how to do it again: ${reproduce.command}`,
    `manifest sha256 ${reproduce.manifestSha256}`,
  ];
}

async function firstAnswers(input: CompareInput, model: string): Promise<Map<QuestionId, string>> {
  const texts = new Map<QuestionId, string>();
  for (const { output } of [input.base, input.branch])
    for await (const { answer } of readAnswers(output.answers(model).records))
      texts.set(answer.questionId, answer.choices[0]?.turns.map(({ text }) => text).join("\n\n") ?? "");
  return texts;
}
