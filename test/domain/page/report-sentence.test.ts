import { describe, expect, it } from "vitest";
import type { PageRun } from "../../../src/domain/page/page-data.js";
import type { RankedModel } from "../../../src/domain/page/report-sentence.js";
import { reportSentence } from "../../../src/domain/page/report-sentence.js";
import { clusteredMean } from "../../../src/domain/statistics/statistics.js";

type Column = readonly (number | null)[];

/** A candidate by its scores of each turn, one a question. */
function candidate(
  model: string,
  ...turns: readonly Column[]
): { readonly ranked: RankedModel; readonly run: PageRun } {
  const [first = []] = turns;
  const values = first.map((_, row) => turns.flatMap((turn) => turn[row] ?? []));
  const zeros = first.map(() => 0);
  return {
    ranked: { model, judge: "j", overall: clusteredMean(values) },
    run: { model, judge: "j", score: first, turns, flags: zeros, spread: zeros, histogram: [] },
  };
}

function sentence(...candidates: readonly ReturnType<typeof candidate>[]): string {
  return reportSentence(
    candidates.map(({ ranked }) => ranked),
    candidates.map(({ run }) => run),
  );
}

describe("reportSentence", () => {
  it.each([
    ["nobody", [], "No answer has a score yet."],
    ["one without a score", [candidate("a", [null])], "No answer has a score yet."],
    ["one", [candidate("a", [8, 6])], "a scores 7.00 of 10 over 2 questions."],
    ["one question", [candidate("a", [8], [5])], "a scores 6.50 of 10 over 1 question."],
    [
      "a second without a score",
      [candidate("a", [8, 6]), candidate("b", [null, null])],
      "a scores 7.00 of 10 over 2 questions.",
    ],
    [
      "two with a difference that is always there",
      [candidate("a", [9, 8, 7]), candidate("b", [7, 6, 5])],
      "a scores 8.00 of 10 over 3 questions, b 6.00. a is better: +2.00 points, 95 % interval +2.00 to +2.00, paired over 3 questions.",
    ],
    [
      // differences 3 and -1: mean 1, standard error 2, t of one degree of freedom 12.706
      "two with a difference that may be chance",
      [candidate("a", [9, 5]), candidate("b", [6, 6])],
      "a scores 7.00 of 10 over 2 questions, b 6.00. No difference is shown: +1.00 points, 95 % interval −24.41 to +26.41, paired over 2 questions.",
    ],
    [
      "two that share one question",
      [candidate("a", [9, 8, null]), candidate("b", [null, 7, 6])],
      "a scores 8.50 of 10 over 2 questions, b 6.50. They share too few questions to be compared.",
    ],
    [
      "two that share no turn",
      [candidate("a", [9, 8], [null, null]), candidate("b", [null, null], [6, 6])],
      "a scores 8.50 of 10 over 2 questions, b 6.00. They share too few questions to be compared.",
    ],
    [
      "more than two",
      [candidate("a", [9, 8]), candidate("b", [8, 7]), candidate("c", [1, 1])],
      "a scores 8.50 of 10 over 2 questions, the next best of 3 is b with 7.50. a is better: +1.00 points, 95 % interval +1.00 to +1.00, paired over 2 questions.",
    ],
  ])("%s", (_, candidates, said) => {
    expect(sentence(...candidates)).toBe(said);
  });

  it("pairs by question and turn, and only what both have", () => {
    const better = candidate("a", [9, 8, 1], [9, null, 2]);
    const worse = candidate("b", [8, 7, null], [8, 3, null]);
    // differences of the two shared questions: 1 and 1 of one, 1 of the other
    expect(sentence(better, worse)).toContain("a is better: +1.00 points, 95 % interval +1.00 to +1.00, paired over 2");
  });

  it("takes the run of the same judge", () => {
    const [one, two] = [candidate("a", [9, 9]), candidate("b", [5, 5])];
    const other: PageRun = { ...two.run, judge: "another", score: [9, 9], turns: [[9, 9]] };
    expect(reportSentence([one.ranked, two.ranked], [other, one.run, two.run])).toContain("+4.00 points");
  });
});
