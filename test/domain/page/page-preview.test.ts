import fc from "fast-check";
import { expect, it } from "vitest";
import { questionPreview, splitContext } from "../../../src/domain/page/page-preview.js";
import { questionTurn } from "../../../src/domain/taxonomy/question-set.js";

it("takes a context apart as it was put together", () => {
  const example = { question: "Who?\nAnd when?", context: "Some\nAnswer the following question: lines" };
  expect(splitContext(questionTurn(example))).toEqual(example);
  expect(splitContext("Who?")).toEqual({ context: null, question: "Who?" });
});

it("shows how a question begins, in one line", () => {
  expect(questionPreview("  a\n\n b ")).toBe("a b");
  const long = questionPreview("🙂 ".repeat(500));
  expect(long.length).toBeLessThanOrEqual(160);
  expect(long).toMatch(/🙂 ?…$/u);
});

it("shows words with one space between them, whatever stood there", () => {
  const space = fc.stringMatching(/^\s{1,3}$/u);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("a", "é", "🙂"), space), { maxLength: 20 }), (words) => {
      expect(questionPreview(words.flat().join(""))).toBe(words.map(([word]) => word).join(" "));
    }),
  );
});
