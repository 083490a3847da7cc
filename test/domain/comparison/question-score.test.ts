import { expect, it } from "vitest";
import { reduceScores } from "../../../src/domain/comparison/question-score.js";

const judged = (choice: number, score: number) => ({ choice, outcome: { kind: "scored" as const, score } });
const failed = (choice: number, reason: string) => ({ choice, outcome: { kind: "unscored" as const, reason } });

it("averages the judgments of each answer before the answers, and keeps both spreads", () => {
  expect(reduceScores([judged(0, 2), judged(0, 4), judged(1, 9)], "x")).toEqual({
    kind: "scored",
    mean: 6,
    answers: 2,
    judgments: 3,
    answerSpread: Math.sqrt(18),
    judgeSpread: Math.sqrt(2),
  });
});

it("leaves what has no score out, and says why where nothing is left", () => {
  expect(reduceScores([failed(0, "ambiguous"), judged(1, 7)], "x")).toMatchObject({
    mean: 7,
    answers: 1,
    answerSpread: null,
    judgeSpread: null,
  });
  expect(reduceScores([failed(0, "ambiguous")], "x")).toEqual({ kind: "unscored", reason: "ambiguous" });
  expect(reduceScores([], "timeout")).toEqual({ kind: "unscored", reason: "timeout" });
});
