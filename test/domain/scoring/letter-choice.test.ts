import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { letterChoice, type LetterSpellings } from "../../../src/domain/scoring/letter-choice.js";
import type { ListedToken } from "../../../src/domain/scoring/token-scorer.js";

const spaced: LetterSpellings = { continuations: [" A", " B", " C", " D"], ids: null, spelling: "own-then-other" };

function listed(...entries: readonly (readonly [string, number, number?])[]): ListedToken[] {
  return entries.map(([text, logprob, id]) => ({ text, logprob, ...(id !== undefined && { id }) }));
}

describe("letterChoice", () => {
  it("takes the most probable letter; those that are not listed are not known", () => {
    expect(letterChoice(listed([" the", -0.1], [" C", -1], [" A", -2], [" x", -3]), spaced)).toEqual({
      kind: "chosen",
      choice: 2,
      logprobs: [-2, null, -1, null],
      matched: " A",
    });
  });

  it("takes the first of equal letters", () => {
    const tokens = listed([" D", -1], [" B", -1], [" x", -3]);
    expect(letterChoice(tokens, spaced)).toMatchObject({ kind: "chosen", choice: 1 });
  });

  it("never takes two spellings together", () => {
    const both = listed(["B", -0.1], [" A", -2], ["A", -3], [" x", -4]);
    expect(letterChoice(both, spaced)).toMatchObject({ choice: 0, matched: " A", logprobs: [-2, null, null, null] });
    const bare = listed(["B", -0.1], ["A", -3], [" x", -4]);
    expect(letterChoice(bare, spaced)).toMatchObject({ choice: 1, matched: "A" });
    expect(letterChoice(bare, { ...spaced, spelling: "own" })).toEqual({ kind: "undecided", why: "no-letter" });
  });

  it("looks for a chat's letters without a space first", () => {
    const chat: LetterSpellings = { ...spaced, continuations: ["A", "B", "C", "D"] };
    expect(letterChoice(listed([" B", -0.1], ["C", -1], ["x", -2]), chat)).toMatchObject({ choice: 2, matched: "A" });
    expect(letterChoice(listed([" B", -0.1], ["x", -2]), chat)).toMatchObject({ choice: 1, matched: " A" });
  });

  it("goes by ids where they are known, whatever the texts say", () => {
    const known: LetterSpellings = { ...spaced, ids: [319, 350, 315, 360] };
    const tokens = listed(["A", -0.5, 29_909], ["B", -1, 350], ["A", -2, 319], ["x", -3, 1]);
    expect(letterChoice(tokens, known)).toMatchObject({ choice: 1, matched: "id", logprobs: [-2, -1, null, null] });
    expect(letterChoice(listed([" A", -0.5, 7]), known)).toEqual({ kind: "undecided", why: "no-letter" });
    // a list without ids is read by its texts
    expect(letterChoice(listed([" A", -0.5], [" x", -1]), known)).toMatchObject({ choice: 0, matched: " A" });
  });

  it("does not decide a tie that reaches the end of the list", () => {
    const tie = listed([" x", -1], [" y", -2], [" C", -2]);
    expect(letterChoice(tie, spaced)).toEqual({ kind: "undecided", why: "tie" });
    // no letter before A could be hidden
    expect(letterChoice(listed([" x", -1], [" A", -2]), spaced)).toMatchObject({ choice: 0 });
    // nor one that is listed
    expect(letterChoice(listed([" x", -1], [" B", -2], [" A", -2]), spaced)).toMatchObject({ choice: 0 });
  });

  it("agrees with the argmax over all four whenever it decides", () => {
    const logprob = fc.integer({ min: -8, max: -1 });
    fc.assert(
      fc.property(fc.tuple(logprob, logprob, logprob, logprob), fc.array(logprob), fc.nat(8), (scores, others, k) => {
        const all = [
          ...scores.map((score, index) => ({ text: spaced.continuations[index] ?? "", logprob: score })),
          ...others.map((score, index) => ({ text: ` w${index}`, logprob: score })),
        ].sort((left, right) => right.logprob - left.logprob);
        const decision = letterChoice(all.slice(0, k), spaced);
        if (decision.kind === "chosen") expect(decision.choice).toBe(scores.indexOf(Math.max(...scores)));
      }),
    );
  });
});
