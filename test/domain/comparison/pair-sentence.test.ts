import { expect, it } from "vitest";
import { withoutFile } from "../../../src/domain/comparison/branch-comparison.js";
import { compareScores } from "../../../src/domain/comparison/comparison.js";
import { pairSentence } from "../../../src/domain/comparison/pair-sentence.js";
import { scored } from "../../support/comparison.js";

it.each([
  [1, "b differs from a by +5.00 on the same 1 question; too few to tell more."],
  [2, "b differs from a by +5.00 on the same 2 questions; too few to tell more."],
  // rounding to whole points alone: a standard error of √(1/6/3), t of two degrees of freedom 4.303
  [3, "b scores 5.00 points more than a on the same 3 questions (95 % interval +3.99 to +6.01)."],
])("%i questions with equal differences", (count, said) => {
  const questions = Array.from({ length: count }, (_, index) => ({
    id: String(index),
    qnaFile: withoutFile,
    group: "unchanged" as const,
    base: scored(4),
    tuned: scored(9),
  }));
  expect(pairSentence(compareScores(questions), { base: "a", tuned: "b" })).toBe(said);
});
