import { describe, expect, it } from "vitest";
import type { FailedJudgment, RatedJudgment } from "../../../src/domain/mt-bench/judgment.js";
import { isSameAnswer, judgmentKey, reread } from "../../../src/domain/mt-bench/judgment.js";
import { mtBenchScale } from "../../../src/domain/mt-bench/rating.js";

const facts = {
  questionId: 81,
  model: "m",
  judge: "j",
  promptName: "p",
  userPrompt: "",
  turn: 1,
  choice: 0,
  tstamp: 0,
};

describe("judgmentKey", () => {
  it.each([
    ["model", { ...facts, model: "n" }],
    ["question", { ...facts, questionId: 82 }],
    ["type of the question's id", { ...facts, questionId: "81" }],
    ["turn", { ...facts, turn: 2 }],
    ["repeat", { ...facts, choice: 1 }],
    ["border between model and question", { ...facts, model: "m,81" }],
  ])("differs with the %s", (_, other) => {
    expect(judgmentKey(other)).not.toBe(judgmentKey(facts));
  });

  it("does not depend on what the judgment says", () => {
    const other = { ...facts, judge: "k", promptName: "q", tstamp: 5 };
    expect(judgmentKey(other)).toBe(judgmentKey(facts));
  });
});

describe("isSameAnswer", () => {
  it.each([
    ["the same text", { answerHash: "a" }, true],
    ["a text that changed", { answerHash: "b" }, false],
    ["another tool's judgment, which has no hash", {}, true],
  ])("of %s is decided by the hash", (_, judged, expected) => {
    expect(isSameAnswer(judged, { answerHash: "a" })).toBe(expected);
  });
});

describe("reread", () => {
  const judged: RatedJudgment = {
    kind: "rated",
    ...facts,
    text: 'The format "Rating: [[5]]" asks for a number. Rating: [[9]]',
    rating: { kind: "unscored", reason: "missing" },
  };

  it("reads the stored text with the parser that is asked for, and keeps the rest", () => {
    expect(reread(judged, "strict", mtBenchScale)).toEqual({ ...judged, rating: { kind: "scored", score: 9 } });
    expect(reread(judged, "fastchat", mtBenchScale)).toEqual({ ...judged, rating: { kind: "scored", score: 5 } });
  });

  it("leaves a failed judgment, which has no text", () => {
    const failed: FailedJudgment = { kind: "failed", ...facts, reason: "timeout", message: "" };
    expect(reread(failed, "strict", mtBenchScale)).toBe(failed);
  });
});
