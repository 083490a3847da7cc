import { expect, it } from "vitest";
import { questionPreview, splitContext } from "../../src/domain/page-preview.js";
import { questionTurn } from "../../src/domain/question-set.js";

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
