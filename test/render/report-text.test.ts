import { describe, expect, it } from "vitest";
import type { QuestionSummary, ScoredModel } from "../../src/domain/report.js";
import { modelReport } from "../../src/domain/report.js";
import { reportText } from "../../src/render/report-text.js";

const questions: QuestionSummary[] = [
  { id: 1, category: "math", turns: 2 },
  { id: 2, category: "writing", turns: 2 },
  { id: 3, category: "writing", turns: 2 },
];

function scored(model: string, scores: readonly (number | undefined)[]): ScoredModel {
  return {
    model,
    judge: "judge\u001b[31m",
    answers: questions.map(({ id }) => ({
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

function text(...models: ScoredModel[]): string {
  return reportText({
    kind: "branchbench-report",
    bench: "mt_bench",
    branch: null,
    questions: { source: "q", sha256: "0", count: 3 },
    models: models.map((model) => modelReport(model, questions)),
  });
}

describe("reportText", () => {
  it("shows models side by side, with n, intervals, reasons and notes", () => {
    const shown = text(scored("a", [8, 6, 9, 9, 7, undefined]), scored("b", [5, 5, 5, 5, 5, 5]));
    expect(shown).toMatch(/│ a +│ judge \[31m │ 7\.80 \[4\.65, 10\.00\] +│ 5 +│/);
    expect(shown).toContain("5.00 [5.00, 5.00]");
    expect(shown).toContain("5 of 6 have a score; unscored: 1 ambiguous");
    expect(shown).toContain("3 of 3; 3 cut off by the token limit");
    expect(shown).toContain("note        1 of 6 judgments have no score; the means leave them out");
    expect(shown.indexOf("math")).toBeGreaterThan(shown.indexOf("writing"));
  });

  it("never passes control characters of a name on to the terminal", () => {
    expect(text(scored("a\u001b]0;title\u0007", [8, 6, 9, 9, 7, 7]))).not.toMatch(/[\u0007\u001b]/);
  });

  it("keeps lines readable with many models", () => {
    const shown = text(...Array.from({ length: 9 }, (_, index) => scored(`model-${index}`, [8, 6, 9, 9, 7, 7])));
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(140);
    expect(shown.match(/│ category/g)).toHaveLength(3);
  });
});
