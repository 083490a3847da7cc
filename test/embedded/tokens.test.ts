import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTokens, tokenise } from "../../src/embedded/tokens.js";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...Array.from("aA1 .\n\t_é中😀")) }),
);

describe("tokenise", () => {
  it.each([
    ["The cat sat.", ["The", " cat", " sat", "."]],
    ["A. yes\nAnswer: B", ["A", ".", " yes", "\n", "Answer", ":", " B"]],
    ["  x  \n", ["  ", "x", "  ", "\n"]],
    ["in 1969", ["in", " 196", "9"]],
    ["pneumonoultramicroscopic", ["pneumonoultramic", "roscopic"]],
    ["", []],
  ])("splits %j", (text, tokens) => {
    expect(tokenise(text)).toEqual(tokens);
    expect(countTokens(text)).toBe(tokens.length);
  });

  it("loses no character, not even half a surrogate pair", () => {
    fc.assert(fc.property(anyText, (text) => tokenise(text).join("") === text));
    expect(tokenise("a\ud800b").join("")).toBe("a\ud800b");
  });

  it("splits a text cut after a token as it splits the whole text", () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, length) => {
        const start = tokenise(text).slice(0, length);
        expect(tokenise(start.join(""))).toEqual(start);
      }),
    );
  });
});
