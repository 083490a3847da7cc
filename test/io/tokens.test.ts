import { describe, expect, it } from "vitest";
import { tokenCounter } from "../../src/io/tokens.js";

const count = await tokenCounter();

describe("tokenCounter", () => {
  it.each([
    ["", 0],
    ["hello world", 2],
    ["tiktoken is great!", 6],
    ["The quick brown fox jumps over the lazy dog.", 10],
  ])("counts %j as %i", (text, tokens) => {
    expect(count(text)).toBe(tokens);
  });

  it("takes the names of special tokens for text", () => {
    expect(count("<|endoftext|>")).toBeGreaterThan(1);
    expect(count("<|im_start|>system")).toBeGreaterThan(2);
  });

  it("counts a long text in pieces, close to the whole", () => {
    const sentence = "The quick brown fox jumps over the lazy dog. ";
    const once = count(sentence.repeat(10)) / 10;
    expect(Math.abs(count(sentence.repeat(2_000)) / (once * 2_000) - 1)).toBeLessThan(0.01);
  });

  it("comes to an end with a long run of one letter, and with half characters", () => {
    expect(count("a".repeat(200_000))).toBeGreaterThan(1_000);
    expect(count(`${"x".repeat(3_999)}🙂\uD83D`)).toBeGreaterThan(0);
  });
});
