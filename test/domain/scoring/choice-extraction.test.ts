import { describe, expect, it } from "vitest";
import { extractChoice } from "../../../src/domain/scoring/choice-extraction.js";

const choices = ["Paris", "Lyon", "Nice", "A small town"];

describe("extractChoice", () => {
  it.each<[string, number | undefined]>([
    ["Answer: B", 1],
    ["answer: b", 1],
    ["**Answer:** B", 1],
    ["**Answer: B**", 1],
    ["Answer: **(C)**", 2],
    ["Answer - D.", 3],
    ["The correct answer is (B).", 1],
    ["The answer is option C", 2],
    ["the answer is: $\\boxed{B}$", 1],
    ["So it is \\boxed{\\text{C}}.", 2],
    ["\\(\\boxed{(D)}\\)", 3],
    ["B", 1],
    ["(B)", 1],
    ["**B**", 1],
    [" B. Lyon", 1],
    ["B) Lyon, as everybody knows", 1],
    ["Option C", 2],
    ["I would take (C) here, since it is warm.", 2],
    ["It must be **B. Lyon** then.", 1],
    ["Ａｎｓｗｅｒ： Ｂ", 1],
    // the last one counts
    ["Answer: A\nNo, wait.\nAnswer: C", 2],
    ["A. Paris is wrong.\nB. Lyon is wrong.\nAnswer: D", 3],
    ["Not (A), rather (B)", 1],
    // texts
    ["Lyon", 1],
    ["Let me see.\n**lyon.**", 1],
    // neither articles nor words are letters
    ["The answer is a small thing.", undefined],
    ["The answer is Big.", undefined],
    ["A town in France, I think.", undefined],
    ["I cannot say.", undefined],
    ["", undefined],
    // no such choice
    ["Answer: F", undefined],
    ["Paris and Lyon", undefined],
  ])("%j is %s", (answer, expected) => {
    expect(extractChoice(answer, choices)).toBe(expected);
  });

  it("does not choose between choices of one text", () => {
    expect(extractChoice("same", ["same", "Same", "other", "x"])).toBeUndefined();
  });
});
