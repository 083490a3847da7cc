import { describe, expect, it } from "vitest";
import type { ScoredModel } from "../../src/domain/mt-bench/scored-model.js";
import { reportText } from "../../src/render/report-text.js";
import { reportOf, scoredModel } from "../support/scored-model.js";

function scored(model: string, scores: readonly (number | undefined)[]): ScoredModel {
  return scoredModel({ model, judge: "judge\u001b[31m" }, scores);
}

function text(...models: ScoredModel[]): string {
  return reportText(reportOf(...models));
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

  it("leaves out brackets that would hold nothing where no reply was judged", () => {
    const model = scored("a", [8, 6, 9, 9, 7, 7]);
    expect(text(model)).toContain("prompts     the prompts (single)\n");
    expect(text({ ...model, judgments: [] })).toContain("prompts     the prompts\n");
  });

  it("keeps lines readable with many models", () => {
    const shown = text(...Array.from({ length: 9 }, (_, index) => scored(`model-${index}`, [8, 6, 9, 9, 7, 7])));
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(140);
    expect(shown.match(/│ category/g)).toHaveLength(3);
  });
});
