import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitReasoning } from "../../../src/domain/server/reasoning.js";

describe("splitReasoning", () => {
  it.each([
    ["thinking between tags", "<think>\nTwo and two.\n</think>\n\nFour.", "Four.", "Two and two."],
    ["white space before the tag", " \n<think>a</think>b", "b", "a"],
    ["empty thinking", "<think>\n\n</think>\n\nFour.", "Four.", ""],
    ["an opening tag that the chat template swallowed", "Two and two.\n</think>\nFour.", "Four.", "Two and two."],
    ["thinking that never closes", "<think> Two and two", "", "Two and two"],
    ["an answer that ends with its thinking", "<think>a</think>", "", "a"],
    ["only the first closing tag ends the thinking", "<think>a</think>b</think>c", "b</think>c", "a"],
    ["the end of the answer stays to the byte", "<think>a</think> b \n", "b \n", "a"],
  ])("%s", (_, reply, text, reasoning) => {
    expect(splitReasoning(reply)).toStrictEqual({ text, reasoning });
  });

  it.each([
    ["plain text", "Four."],
    ["nothing", ""],
    ["white space around it", "  \n Four. \n"],
    ["tags in the middle of an answer", "Models write <think>…</think> first."],
    ["an opening tag in the middle that never closes", "Write <think> first."],
    ["another tag", "<thinking>a</thinking>b"],
    ["capital letters", "<THINK>a</THINK>b"],
  ])("%s is returned unchanged", (_, reply) => {
    expect(splitReasoning(reply)).toStrictEqual({ text: reply });
  });

  it("never changes a reply without tags", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (reply) => {
        fc.pre(!reply.includes("think>"));
        expect(splitReasoning(reply)).toStrictEqual({ text: reply });
      }),
    );
  });

  it("gives back thinking and answer, however they are framed", () => {
    const words = fc.string({ unit: fc.constantFrom("a", "é", "<", "{", "[", " ", "\n") }).map((text) => text.trim());
    fc.assert(
      fc.property(words, words, fc.boolean(), (reasoning, text, isOpened) => {
        fc.pre(isOpened || reasoning !== "");
        expect(splitReasoning(`${isOpened ? "<think>\n" : ""}${reasoning}\n</think>\n\n${text}`)).toStrictEqual({
          text,
          reasoning,
        });
      }),
    );
  });
});
