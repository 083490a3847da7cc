import type { Question, QuestionId } from "../domain/question.js";
import { EvalError } from "../domain/eval-error.js";
import type { Report } from "../domain/report.js";
import type { ScoredModel } from "../domain/scored-model.js";
import { compareModelReports, modelReport } from "../domain/report.js";
import { exists } from "../io/output-tree.js";
import { readQuestions } from "../io/question-file.js";
import type { ScoredModelsInput } from "./scored-models.js";
import { readScoredModels } from "./scored-models.js";

export interface ReportInput extends ScoredModelsInput {
  readonly bench: string;
  readonly branch?: string;
}

/** Reads what lies in the output tree and computes the report; asks nobody. */
export async function makeReport(input: ReportInput): Promise<Report> {
  const questions = await questionsById(input);
  return reportOf(input, questions, await readScoredModels(input, questions));
}

export async function questionsById({ questions }: ReportInput): Promise<Map<QuestionId, Question>> {
  const byId = new Map<QuestionId, Question>();
  for await (const question of readQuestions(questions)) byId.set(question.id, question);
  return byId;
}

export function reportOf(
  input: ReportInput,
  questions: ReadonlyMap<QuestionId, Question>,
  scored: readonly ScoredModel[],
): Report {
  const summaries = [...questions.values()].map(({ id, category, turns, qnaFile }) => ({
    id,
    category,
    turns: turns.length,
    ...(qnaFile !== undefined && { qnaFile }),
  }));
  if (scored.length === 0) throw nothingToReport(input);
  return {
    kind: "branchbench-report",
    bench: input.bench,
    branch: input.branch ?? null,
    questions: { source: input.questions.path, sha256: input.questions.sha256, count: input.questions.keys.ids.length },
    models: scored.map((model) => modelReport(model, summaries)).sort(compareModelReports),
  };
}

/** Refuses a report of nothing before anybody is asked for the questions. */
export async function requireJudgments(input: Omit<ReportInput, "questions">): Promise<void> {
  const { judgmentsFile, output } = input;
  if (judgmentsFile !== undefined) {
    if (await exists(judgmentsFile)) return;
    throw new EvalError("input", `cannot read ${judgmentsFile}: no such file or folder`, {
      hint: "--judgments names a judgment file; leave it out to report what judge-answers wrote",
    });
  }
  // a candidate that failed in everything has answers only
  if ((await output.listJudgments()).length === 0 && (await output.listAnswers()).length === 0)
    throw nothingToReport(input);
}

export function nothingToReport({ bench, judgmentsFile, output }: Omit<ReportInput, "questions">): EvalError {
  return new EvalError("input", `there are no judgments to report in ${judgmentsFile ?? output.folder}`, {
    hint: `run: branchbench judge-answers --bench ${bench} --model M --judge-model J --judge-server-url URL`,
  });
}
