import type { Report } from "../../src/domain/report/report.js";
import type { QuestionSummary, ScoredModel } from "../../src/domain/mt-bench/scored-model.js";
import { modelReport } from "../../src/domain/report/report.js";

/** Three questions of two turns in two categories. */
const reportedQuestions: readonly QuestionSummary[] = [
  { id: 1, category: "math", turns: 2 },
  { id: 2, category: "writing", turns: 2 },
  { id: 3, category: "writing", turns: 2 },
];

/** What one judge said of one model, turn by turn; undefined for a judgment without a rating. */
export function scoredModel(
  names: { readonly model: string; readonly judge: string },
  scores: readonly (number | undefined)[],
): ScoredModel {
  return {
    ...names,
    answers: reportedQuestions.map(({ id }) => ({
      questionId: id,
      failure: undefined,
      turns: 2,
      truncated: 1,
      empty: 0,
      promptTokens: 5,
      completionTokens: 7,
    })),
    judgments: scores.map((score, index) => ({
      questionId: Math.floor(index / 2) + 1,
      turn: (index % 2) + 1,
      choice: 0,
      repeat: 0,
      promptName: "single",
      outcome: score === undefined ? { kind: "unscored", reason: "ambiguous" } : { kind: "scored", score },
      stale: false,
      promptTokens: 1,
      completionTokens: 2,
    })),
    choices: 1,
    promptsSource: "the prompts",
    referencesSource: undefined,
    sampling: "temperature 0",
  };
}

export function reportOf(...models: readonly ScoredModel[]): Report {
  return {
    kind: "branchbench-report",
    bench: "mt_bench",
    branch: null,
    questions: { source: "q", sha256: "0", count: reportedQuestions.length },
    models: models.map((model) => modelReport(model, reportedQuestions)),
  };
}
