import { describe, expect, it } from "vitest";
import type { McqOutcome } from "../../../src/domain/scoring/multiple-choice.js";
import { brokenScoring, countOutcome, scoringTally } from "../../../src/domain/scoring/scoring-sentinel.js";

const spent = { requests: 1, promptTokens: 0, completionTokens: 0 };

function chosen(logprobs: readonly (number | null)[], way: "letters" | "full" = "letters"): McqOutcome {
  return { kind: "chosen", choice: 0, way, logprobs, ...spent };
}

const letterless: McqOutcome = { kind: "failed", reason: "no-letter", message: "no letter", requests: 1 };

function tallyOf(...outcomes: readonly (readonly [number, McqOutcome])[]) {
  const tally = scoringTally();
  for (const [count, outcome] of outcomes)
    for (let index = 0; index < count; index++) countOutcome(tally, "letters", outcome);
  return tally;
}

/** Tasks of letters beside tasks whose texts are scored. */
function tallyOfBoth(letters: readonly [number, McqOutcome], texts: readonly [number, McqOutcome]) {
  const tally = scoringTally();
  for (const [form, [count, outcome]] of [
    ["texts", texts],
    ["letters", letters],
  ] as const)
    for (let index = 0; index < count; index++) countOutcome(tally, form, outcome);
  return tally;
}

const unreadable: McqOutcome = { kind: "unreadable", way: "generate", text: "?", ...spent };
const read: McqOutcome = { kind: "chosen", choice: 1, way: "generate", logprobs: [], text: "B", ...spent };
const equal = chosen([0, 0, 0, 0], "full");
const guess = chosen([-1.4, -1.3, -1.5, -1.38], "full");

describe("brokenScoring", () => {
  it.each([
    ["all equal", tallyOf([20, equal]), "going", "the same log-probability"],
    ["equal to -9999", tallyOf([25, chosen([-9999, -9999, -9999, -9999], "full")]), "going", "25 of 25"],
    ["many equal", tallyOf([30, equal], [70, guess]), "going", "30 of 100"],
    ["few questions, all equal", tallyOf([3, equal]), "end", "3 of 3"],
    [
      "letters that are not listed",
      tallyOf([400, guess], [96, chosen([-1, null, null, -2])], [7, letterless]),
      "going",
      "7 of 103",
    ],
    [
      "few letters, all equal, beside texts",
      tallyOfBoth([8, equal], [7, guess]),
      "end",
      "8 of 8 questions scored by letters",
    ],
    [
      "texts all equal beside letters",
      tallyOfBoth([400, guess], [20, equal]),
      "going",
      "20 of 20 questions scored by texts",
    ],
    ["no letter beside texts", tallyOfBoth([4, letterless], [500, guess]), "end", "questions scored by letters"],
    ["unreadable answers alone", tallyOf([20, unreadable]), "going", "20 of 20 written answers"],
    ["few unreadable answers alone", tallyOf([3, unreadable]), "end", "3 of 3 written answers"],
    ["hardly an answer that can be read", tallyOf([96, unreadable], [4, read]), "going", "96 of 100 written answers"],
    ["no letter at all", tallyOf([4, letterless]), "end", "none of the questions"],
  ] as const)("tells a broken server: %s", (_, tally, when, message) => {
    expect(brokenScoring(tally, when)).toMatchObject({ code: "server", message: expect.stringContaining(message) });
  });

  it.each([
    ["nothing yet", tallyOf(), "going"],
    ["a model that guesses", tallyOf([5_000, guess]), "end"],
    ["a model that always says A", tallyOf([500, chosen([-0.1, -3, null, null])]), "end"],
    ["a few ties", tallyOf([10, equal], [990, guess]), "end"],
    ["one listed letter each", tallyOf([100, chosen([null, -1, null, null])]), "end"],
    ["too few to tell", tallyOf([19, equal]), "going"],
    ["one question", tallyOf([1, equal]), "end"],
    ["1 % without a letter", tallyOf([990, chosen([-1, -2, -3, -4])], [10, letterless]), "end"],
    ["too few unreadable answers to stop at once", tallyOf([19, unreadable]), "going"],
    ["two answers that are both unreadable", tallyOf([2, unreadable]), "end"],
    ["mostly unreadable answers", tallyOf([95, unreadable], [5, read]), "end"],
    ["few answers, one of them readable", tallyOf([10, unreadable], [1, read]), "end"],
    ["a network in trouble", tallyOf([50, { kind: "failed", reason: "timeout", message: "", requests: 1 }]), "end"],
  ] as const)("lets pass: %s", (_, tally, when) => {
    expect(brokenScoring(tally, when)).toBeUndefined();
  });
});
