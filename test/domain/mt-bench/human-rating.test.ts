import { describe, expect, it } from "vitest";
import type { HumanRating } from "../../../src/domain/mt-bench/human-rating.js";
import {
  currentHumanRatings,
  decodeHumanRating,
  encodeHumanRating,
  givenRatingSchema,
  humanRatingRowSchema,
} from "../../../src/domain/mt-bench/human-rating.js";

const rating: HumanRating = {
  questionId: "208390872948577293485772934857729348",
  model: "org/m",
  turn: 2,
  choice: 0,
  answerHash: "a".repeat(64),
  score: 7.5,
  overrules: { judge: "j", repeat: 1, score: null },
  reason: "it is right, the judge misread it",
  rater: "Ada",
  tstamp: 1,
};

const given = {
  question_id: 81,
  model: "m",
  turn: 1,
  choice: 0,
  answer: "text",
  score: 5,
  overrules: null,
  reason: "",
  rater: null,
};

describe("human ratings", () => {
  it("come back as they were written", () => {
    const row: unknown = JSON.parse(JSON.stringify(encodeHumanRating(rating)));
    expect(decodeHumanRating(humanRatingRowSchema.parse(row))).toEqual(rating);
  });

  it.each([
    ["a plain score", {}],
    ["a half point", { score: 7.5 }],
    ["no score, with a reason", { score: null, reason: "cut off" }],
    ["an overruled judge, with a reason", { overrules: { judge: "j", repeat: 0 }, reason: "misread" }],
  ])("can be %s", (_, change) => {
    expect(givenRatingSchema.safeParse({ ...given, ...change }).success).toBe(true);
  });

  it.each([
    ["a score below the scale", { score: 0 }],
    ["a score above the scale", { score: 11 }],
    ["a score that is text", { score: "7" }],
    ["no score without a reason", { score: null, reason: "  " }],
    ["an overruled judge without a reason", { overrules: { judge: "j", repeat: 0 } }],
    ["an unknown key", { is_admin: true }],
    ["turn 0", { turn: 0 }],
    ["half a choice", { choice: 0.5 }],
    ["an empty name", { rater: "  " }],
    ["a reason without end", { reason: "x".repeat(4001) }],
    ["a judge's score of its own", { overrules: { judge: "j", repeat: 0, score: 1 }, reason: "x" }],
    ["no question", { question_id: "" }],
  ])("cannot be %s", (_, change) => {
    expect(givenRatingSchema.safeParse({ ...given, ...change }).success).toBe(false);
  });

  it("shows the last of several by one person of one thing", () => {
    const other = { ...rating, rater: "Ben" };
    const answerItself = { ...rating, overrules: null };
    const later = { ...rating, score: 2, tstamp: 2 };
    expect(currentHumanRatings([rating, other, answerItself, later])).toEqual([other, answerItself, later]);
  });
});
