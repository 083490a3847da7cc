import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { continuationLogprob, countedLogprob, splitPair } from "../../../src/domain/scoring/continuation-logprob.js";

/** Token i has the log-probability -i; the first has none. */
function echoed(...tokens: string[]) {
  return { tokens, logprobs: tokens.map((_, index) => (index === 0 ? null : -index)) };
}

describe("splitPair", () => {
  it.each([
    ["Answer:", " A", "Answer:", " A"],
    ["Answer:\n", "A", "Answer:", "\nA"],
    ["x \u0085\n", "A", "x", " \u0085\nA"],
    [" ", "A", "", " A"],
  ])("%j + %j", (context, continuation, before, after) => {
    expect(splitPair({ context, continuation })).toEqual({ context: before, continuation: after });
  });
});

describe("continuationLogprob", () => {
  const pair = { context: "Q: x\nAnswer:", continuation: " A" };
  const scored = (logprob: number, tokens: number) => ({ kind: "scored", logprob, tokens });

  it.each([
    ["one token, one written", ["Q", ":", " x", "\n", "Answer", ":", " A", "\n"], scored(-6, 1)],
    ["nothing written", ["Q", ":", " x", "\n", "Answer", ":", " A"], scored(-6, 1)],
    ["the written one is the same", ["Q", ":", " x", "\n", "Answer", ":", " A", " A"], scored(-6, 1)],
    ["a beginning of text", ["<s>", "Q", ":", " x", "\n", "Answer", ":", " A", "\n"], scored(-7, 1)],
    ["a space of its own", ["Q", ":", " x", "\n", "Answer", ":", " ", "A", "\n"], scored(-13, 2)],
    ["texts without spaces", ["Q", ":", "x", "\n", "Answer", ":", "A", "the"], scored(-6, 1)],
    ["SentencePiece's sign", ["Q", ":", "▁x", "\n", "Answer", ":", "▁A", "the"], scored(-6, 1)],
  ])("%s", (_, tokens, expected) => {
    expect(continuationLogprob(echoed(...tokens), pair)).toEqual(expected);
  });

  it("trusts the server's count of the prompt's tokens", () => {
    const same = { context: "A A", continuation: " A" };
    const tokens = echoed("A", " A", " A");
    expect(continuationLogprob({ ...tokens, promptTokens: 3 }, same)).toEqual(scored(-2, 1));
  });

  it("takes characters of several tokens whole", () => {
    const emoji = { context: "Q:", continuation: " 🙂" };
    // the first bytes shown as nothing, or each part as a replacement
    expect(continuationLogprob(echoed("Q", ":", "", "", " 🙂", "x"), emoji)).toEqual(scored(-9, 3));
    expect(continuationLogprob(echoed("Q", ":", " \ufffd", "\ufffd", "x"), emoji)).toEqual(scored(-5, 2));
  });

  it("refuses a token that reaches over the boundary", () => {
    expect(continuationLogprob(echoed("Q", ": x", "y", "\n"), { context: "Q:", continuation: " xy" })).toMatchObject({
      kind: "failed",
      why: "boundary",
      message: expect.stringContaining("reaches over the boundary"),
    });
  });

  it("takes -9999 for what it says, and nothing for no number", () => {
    const impossible = { tokens: ["Q", ":", " A"], logprobs: [null, -1, -9999] };
    expect(continuationLogprob(impossible, { context: "Q:", continuation: " A" })).toEqual(scored(-9999, 1));
    const missing = { tokens: ["Q", ":", " A"], logprobs: [null, -1, null] };
    expect(continuationLogprob(missing, { context: "Q:", continuation: " A" })).toMatchObject({ why: "no-numbers" });
    const short = { tokens: ["Q", ":", " A", "x"], logprobs: [null, -1] };
    expect(continuationLogprob(short, { context: "Q:", continuation: " A" })).toMatchObject({ kind: "failed" });
  });

  it("refuses a number that is no log-probability, and overlooks those of the context", () => {
    const pair = { context: "Q:", continuation: " A" };
    const above = continuationLogprob({ tokens: ["Q", ":", " A"], logprobs: [null, -1, 3.5] }, pair);
    expect(above).toMatchObject({ why: "no-numbers", message: expect.stringContaining("3.5") });
    const rounded = { tokens: ["Q", ":", " A"], logprobs: [null, -1, 0.0005] };
    expect(continuationLogprob(rounded, pair)).toEqual(scored(0.0005, 1));
  });

  it("sums exactly the tokens of the continuation, however a text is cut", () => {
    const word = fc.constantFrom("a", " b", "\n", "é", " 東京", ":", " ", "xy");
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.array(word, { minLength: 1 }), (before, after) => {
        const contextTokens = [...before, ":"];
        const tokens = [...contextTokens, ...after, " end"];
        const reading = continuationLogprob(
          { ...echoed(...tokens), promptTokens: tokens.length - 1 },
          { context: contextTokens.join(""), continuation: after.join("") },
        );
        const sum = after.reduce((total, _, index) => total - (contextTokens.length + index), 0);
        expect(reading).toEqual(scored(sum, after.length));
      }),
    );
  });
});

describe("countedLogprob", () => {
  it("goes by counts, and refuses another number of tokens", () => {
    const tokens = echoed("a", "b", "c", "written");
    expect(countedLogprob(tokens, { contextTokens: 1, allTokens: 3 })).toEqual({
      kind: "scored",
      logprob: -3,
      tokens: 2,
    });
    expect(countedLogprob(tokens, { contextTokens: 1, allTokens: 2 })).toMatchObject({ kind: "failed" });
    expect(countedLogprob(tokens, { contextTokens: 3, allTokens: 3 })).toMatchObject({ kind: "failed" });
  });
});
