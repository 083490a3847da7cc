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
    ranked: { model, judge: "j", overall: clusteredMean(values), partial: null },
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
      "a scores 8.00 of 10 over 3 questions, b 6.00. a is better: +2.00 points, 95 % interval +0.99 to +3.01, paired over 3 questions.",
    ],
    [
      // differences 4, 1 and -2: mean 1, standard error √3, t of two degrees of freedom 4.303
      "two with a difference that may be chance",
      [candidate("a", [9, 7, 5]), candidate("b", [5, 6, 7])],
      "a scores 7.00 of 10 over 3 questions, b 6.00. No difference is shown: +1.00 points, 95 % interval −6.45 to +8.45, paired over 3 questions.",
    ],
    [
      // no spread at all: rounding to whole points alone gives a standard error of √(1/6/3)
      "two with a small difference that is always there",
      [candidate("a", [9, 8, 7]), candidate("b", [8, 7, 6])],
      "a scores 8.00 of 10 over 3 questions, b 7.00. No difference is shown: +1.00 points, 95 % interval −0.01 to +2.01, paired over 3 questions.",
    ],
    [
      "two that share two questions",
      [candidate("a", [9, 8]), candidate("b", [4, 3])],
      "a scores 8.50 of 10 over 2 questions, b 3.50. They share too few questions to be compared.",
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
      "a scores 8.50 of 10 over 2 questions, the next best of 3 is b with 7.50. They share too few questions to be compared.",
    ],
  ])("%s", (_, candidates, said) => {
    expect(sentence(...candidates)).toBe(said);
  });

  it("pairs by question and turn, and only what both have", () => {
    const better = candidate("a", [9, 8, 1, 9, 9], [9, null, 2, 9, 9]);
    const worse = candidate("b", [7, 6, null, 7, 7], [7, 3, null, 7, 7]);
    // of the four shared questions three have both turns: seven differences of 2, an error of rounding of √(1/6/7), t of three degrees 3.182
    expect(sentence(better, worse)).toContain("a is better: +2.00 points, 95 % interval +1.51 to +2.49, paired over 4");
  });

  it("says which scores are of a part of the questions", () => {
    const [one, two] = [candidate("a", [9, 9]), candidate("b", [5, 5])];
    const part = { ...one.ranked, partial: { asked: 2, of: 80 } };
    expect(reportSentence([part, two.ranked], [one.run, two.run])).toMatch(
      /^a \(partial\) scores 9\.00 of 10 over 2 questions, b 5\.00\./,
    );
    const other = { ...two.ranked, partial: { asked: 2, of: 80 } };
    expect(reportSentence([one.ranked, other], [one.run, two.run])).toContain(", b (partial) 5.00.");
  });

  it("takes the run of the same judge", () => {
    const [one, two] = [candidate("a", [9, 9, 9]), candidate("b", [5, 5, 5])];
    const other: PageRun = { ...two.run, judge: "another", score: [9, 9, 9], turns: [[9, 9, 9]] };
    expect(reportSentence([one.ranked, two.ranked], [other, one.run, two.run])).toContain("+4.00 points");
  });
});
