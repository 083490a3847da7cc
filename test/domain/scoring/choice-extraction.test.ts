import { describe, expect, it } from "vitest";
import { choiceBeforeCut, extractChoice } from "../../../src/domain/scoring/choice-extraction.js";

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
    ["ANSWER: B", 1],
    ["ANSWER IS C", 2],
    ["Answer:B", 1],
    ["Answer:\nB", 1],
    ["Answer:\n\n**B) Lyon**", 1],
    ["Answer B", 1],
    ["Answer (B)", 1],
    ["Answer = `B`", 1],
    ["Answer → B", 1],
    ["__Answer__: B", 1],
    ["### Final answer\n\nB", 1],
    ["Final Answer: [C]", 2],
    ['Answer: "C"', 2],
    ["Answer: “C”", 2],
    ["Correct option: b", 1],
    ["The best choice would be **C**", 2],
    ["The answer is therefore B.", 1],
    ["The answer is most likely (C).", 2],
    ["The correct answer to question 3 is B.", 1],
    ["The answer is B because it lies on two rivers.", 1],
    ["The answer is A, since it is the capital.", 0],
    ["The answer is A because it is the capital.", 0],
    ["the answer is a.", 0],
    ["answer: a", 0],
    ["Answer: b Lyon", 1],
    ["Answer: C Nice", 2],
    ["\\boxed{b}", 1],
    ["\\boxed{\\mathrm{C}}", 2],
    ["\\boxed{\\textbf{(C) Nice}}", 2],
    ["\\boxed{B. Lyon}", 1],
    ["B is the correct answer.", 1],
    ["Two rivers meet there. Thus, option (B) is correct.", 1],
    ["I would choose option B.", 1],
    // what follows the answer is not read, on the same line or below it
    ["Answer: B\n\nExplanation: Rome is in Italy.", 1],
    ["Answer: B\n\nExplanation: (A) is the capital", 1],
    ["Answer: B\r\n\r\nExplanation: (A) is the capital", 1],
    ["answer: b\n\nExplanation: (A) is the capital", 1],
    ["Answer: C\n\nNote that (D) is tempting.", 2],
    ["Answer: B\nbecause of **C**", 1],
    ["**B**\n\nWhy not (A)? It is the capital.", 1],
    ["\\boxed{B}\n\nAnswer: see above, option C is wrong.", 1],
    ["The answer is (B). Option A is wrong, and answer C: never. Choice D: too small.", 1],
    ["Answer: B\n\n- Option A: the capital.\n- Option C: by the sea.\n- (D): too small.", 1],
    ["Answer: B\n\nA. Paris is wrong.\nC. Nice is wrong.", 1],
    ["B is correct.\n\nA. Paris is wrong.\nC. Nice is wrong.", 1],
    // the last one counts
    ["Answer: A.\nNo, that is the capital.\nAnswer: C\nDone.", 2],
    ["The answer is A. Wait, the answer is B, as (C) is by the sea.", 1],
    ["\\boxed{A} or rather \\boxed{C}", 2],
    ["Answer: A\nNo, wait.\nAnswer: C", 2],
    ["A. Paris is wrong.\nB. Lyon is wrong.\nAnswer: D", 3],
    ["Not (A), rather (B)", 1],
    // texts
    ["Lyon", 1],
    ["Let me see.\n**lyon.**", 1],
    ["Answer: Lyon", 1],
    ["The final answer is **A small town**.", 3],
    ["Answer: A small town", 3],
    // neither articles nor words are letters
    ["The answer is a small thing.", undefined],
    ["The answer is Big.", undefined],
    ["The answer is A small thing.", undefined],
    ["The answer is: a small thing", undefined],
    ["Answer: a Roman town", undefined],
    ["Answer:\na small thing", undefined],
    ["The answer is I think unknown.", undefined],
    ["the answer is B-cells", undefined],
    ["The answer is C cells", undefined],
    ["The answer is A.D. 70", undefined],
    ["e.g. the Rhône", undefined],
    ["\\boxed{c^2}", undefined],
    ["A town in France, I think.", undefined],
    // neither chosen
    ["Answer: A or B", undefined],
    ["The answer is B and C.", undefined],
    ["Option C is wrong.", undefined],
    ["Neither A nor B is correct.", undefined],
    ["Statement A is correct.", undefined],
    ["If B is correct, then so is the rest.", undefined],
    ["The answer is not B.", undefined],
    ["I cannot say.", undefined],
    ["", undefined],
    // no such choice
    ["Answer: F", undefined],
    ["Paris and Lyon", undefined],
  ])("%j is %s", (answer, expected) => {
    expect(extractChoice(answer, choices)).toBe(expected);
  });

  it.each([
    ["spaces", `Answer${" ".repeat(100_000)}`],
    ["lines", "answer:\n".repeat(20_000)],
    ["brackets", `Answer: ${"(".repeat(100_000)}`],
    ["bold letters", "**B (B ".repeat(20_000)],
    ["answers to", "answer to ".repeat(10_000)],
    ["line starts", "#".repeat(100_000)],
  ])("comes to an end with many %s", (_, answer) => {
    expect(extractChoice(answer, choices)).toBeUndefined();
  });

  it("does not choose between choices of one text", () => {
    expect(extractChoice("same", ["same", "Same", "other", "x"])).toBeUndefined();
  });
});

describe("choiceBeforeCut", () => {
  it.each<[string, number | undefined]>([
    // named before the cut
    ["Answer: B", 1],
    ["answer: b\n\nExplanation: (A) is the cap", 1],
    ["Two rivers.\n\n**Answer:** (C)\n\nThe others, (A) and (B), are", 2],
    ["The final answer is B. Let me explain wh", 1],
    ["Correct option: D\nIt is", 3],
    ["So $\\boxed{C}$. That is to s", 2],
    ["B", 1],
    ["(B)", 1],
    ["**B**.\n\nIt has two riv", 1],
    ["Answer: A\nNo, wait.\nAnswer: C\nSi", 2],
    // named on the way
    ["Perhaps (B), since", undefined],
    ["Let me see.\nB. Lyon has two rivers, and", undefined],
    ["A. Paris is the capital.\nB. Lyon", undefined],
    ["So the answer is B? No, since", undefined],
    ["Some would say that the answer is (B)", undefined],
    ["Option B", undefined],
    ["Hm.\nB", undefined],
    ["Lyon", undefined],
    ["Answer: A or B", undefined],
    ["The answer is A small", undefined],
    ["", undefined],
    // no such choice
    ["Answer: F", undefined],
  ])("%j is %s", (answer, expected) => {
    expect(choiceBeforeCut(answer, choices)).toBe(expected);
  });
});
