import { describe, expect, it } from "vitest";
import { allWords, contentWords, countFound, overlapOf, shareOf } from "../../src/embedded/words.js";

describe("words", () => {
  it.each([
    ["The valves were replaced", ["valv", "replac"]],
    ["replacing a valve", ["replac", "valv"]],
    ["planned / planning / plans", ["plan", "plan", "plan"]],
    ["It costs 1.50, not 150", ["cost", "1.50", "not", "150"]],
    ["The cook's galley", ["cook", "galley"]],
    ["ＡＢＣ bus glass", ["abc", "bus", "glass"]],
    ["東京タワー", ["東", "京", "タ", "ワ", "ー"]],
    ["Why is that?", ["why", "is", "that"]],
    ["", []],
  ])("finds the content words of %j", (text, words) => {
    expect(contentWords(text)).toEqual(words);
  });

  it("keeps every word where all are wanted", () => {
    expect(allWords("It is a cat")).toEqual(["it", "is", "a", "cat"]);
  });

  it.each([
    [["a", "b"], ["a", "b"], { shared: 2, f1: 1 }],
    [["a", "a", "b"], ["a"], { shared: 1, f1: 0.5 }],
    [["a"], ["b"], { shared: 0, f1: 0 }],
    [[], [], { shared: 0, f1: 0 }],
  ])("compares %j with %j", (left, right, expected) => {
    expect(overlapOf(left, right)).toMatchObject(expected);
  });

  it("counts different words once", () => {
    expect(countFound(["a", "a", "b"], ["a"])).toEqual({ found: 1, of: 2 });
    expect(shareOf({ found: 1, of: 4 })).toBe(0.25);
    expect(shareOf({ found: 0, of: 0 })).toBe(0);
  });
});
