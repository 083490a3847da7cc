import { describe, expect, it } from "vitest";
import {
  failedGates,
  isSameFamily,
  pairQuestions,
  verdictSentence,
} from "../../../src/domain/comparison/branch-comparison.js";
import type { ComparedQuestion } from "../../../src/domain/comparison/compared-question.js";
import { compareScores } from "../../../src/domain/comparison/comparison.js";
import type { Question } from "../../../src/domain/mt-bench/question.js";
import { comparedQuestions, scored, usualFiles } from "../../support/comparison.js";

function question(id: string, text: string, reference = "a", qnaFile = "f"): Question {
  return { id, category: "taxonomy", turns: [text], reference: [reference], qnaFile };
}

describe("pairQuestions", () => {
  const base = [
    question("1", "same"),
    question("2", "edited answer", "old"),
    question("3", "removed"),
    question("9", "moved", "a", "from"),
  ];
  const branch = [
    question("1", "same"),
    question("2", "edited answer", "new"),
    question("4", "added"),
    question("9", "moved", "a", "to"),
  ];
  const scores = {
    base: { onBase: new Map([["3", scored(3)]]), onBranch: new Map([["1", scored(1)]]) },
    tuned: { onBase: new Map([["3", scored(4)]]), onBranch: new Map([["1", scored(2)]]) },
  };
  const paired = pairQuestions({ base, branch }, scores);

  it("takes each shared question once, added and edited ones as changed, removed ones as a guard", () => {
    expect(paired.map(({ id, group, qnaFile }) => [id, group, qnaFile])).toEqual([
      ["1", "unchanged", "f"],
      ["2", "changed", "f"],
      ["4", "changed", "f"],
      ["9", "unchanged", "to"],
      ["3", "unchanged", "f"],
    ]);
  });

  it("takes both models' scores from the same question set", () => {
    expect(paired.find(({ id }) => id === "1")).toMatchObject({ base: { mean: 1 }, tuned: { mean: 2 } });
    expect(paired.find(({ id }) => id === "3")).toMatchObject({ base: { mean: 3 }, tuned: { mean: 4 } });
    expect(paired.find(({ id }) => id === "4")).toMatchObject({ base: { kind: "unscored", reason: "not asked" } });
  });
});

/** The same without scores for the first files, which have five questions each. */
function unscoredFiles(questions: readonly ComparedQuestion[], files: number): ComparedQuestion[] {
  return questions.map((entry, index) =>
    index < files * 5 ? { ...entry, tuned: { kind: "unscored", reason: "timeout" } } : entry,
  );
}

describe("verdictSentence and failedGates", () => {
  const mixed = compareScores(comparedQuestions(usualFiles));
  const good = compareScores(comparedQuestions(usualFiles.filter(([name]) => !name.includes("worse"))));

  it("say what was learned and what got worse", () => {
    expect(verdictSentence(mixed)).toBe("Of 1 changed file, 1 learned. 1 of 7 unchanged files got worse.");
    expect(verdictSentence(good)).toBe(
      "Of 1 changed file, 1 learned. None of 6 unchanged files is shown to have got worse.",
    );
    expect(verdictSentence(compareScores([]))).toBe(
      "The branch changes no question. There are no unchanged questions to guard against a loss.",
    );
  });

  const onlyUnchanged = compareScores(comparedQuestions(usualFiles.slice(2)));

  it("say how many changed knowledge files nobody asked", () => {
    expect(verdictSentence(onlyUnchanged, 1)).toBe(
      "The branch changes no question of a skill. 1 changed knowledge file was not asked: see branchbench mmlu-branch. None of 6 unchanged files is shown to have got worse.",
    );
    expect(verdictSentence(good, 2)).toBe(
      "Of 1 changed skill file, 1 learned. 2 changed knowledge files were not asked: see branchbench mmlu-branch. None of 6 unchanged files is shown to have got worse.",
    );
    expect(verdictSentence(good, 0)).toBe(verdictSentence(good));
  });

  it("fail not-learned where nothing was asked of what the branch changes", () => {
    expect(failedGates(onlyUnchanged, ["regression", "not-learned", "error"], 1)).toEqual(["not-learned"]);
    expect(failedGates(onlyUnchanged, ["not-learned"], 0)).toEqual([]);
    expect(failedGates(good, ["not-learned"], 2)).toEqual([]);
  });

  it.each([
    [0, "1 of 4 unchanged files got worse."],
    [1, "1 of 4 unchanged files could not be measured; 1 of the other 3 got worse."],
    [3, "3 of 4 unchanged files could not be measured; the other one got worse."],
    [4, "None of 4 unchanged files could be measured."],
  ])("count %i unchanged files that could not be measured apart from one that got worse", (unmeasured, said) => {
    const files = [...usualFiles.slice(2, 5), ["worse", "unchanged", 8, 3]] as const;
    expect(verdictSentence(compareScores(unscoredFiles(comparedQuestions(files), unmeasured)))).toContain(said);
  });

  it.each([
    [2, "2 of 6 unchanged files could not be measured; none of the other 4 is shown to have got worse."],
    [5, "5 of 6 unchanged files could not be measured; the other one is not shown to have got worse."],
  ])("do not count %i files that could not be measured among those that did not get worse", (unmeasured, said) => {
    const questions = unscoredFiles(comparedQuestions(usualFiles.slice(2)), unmeasured);
    expect(verdictSentence(compareScores(questions))).toContain(said);
  });

  it("fail exactly the gates that are not met", () => {
    expect(failedGates(mixed, ["regression", "not-learned", "error"])).toEqual(["regression"]);
    expect(failedGates(good, ["regression", "not-learned", "error"])).toEqual([]);
    const nothing = compareScores(comparedQuestions([["n", "changed", 5, 5], ...usualFiles.slice(2)]));
    expect(failedGates(nothing, ["not-learned"])).toEqual(["not-learned"]);
    const unscored = comparedQuestions(usualFiles).map((entry, index) =>
      index === 0 ? { ...entry, base: { kind: "unscored" as const, reason: "timeout" } } : entry,
    );
    expect(failedGates(compareScores(unscored), ["error"])).toEqual(["error"]);
    expect(failedGates(mixed, [])).toEqual([]);
  });
});

it.each([
  ["mixtral-8x7b", "mistralai/mixtral-instruct", true],
  ["gpt-4o", "openai/gpt-3.5", true],
  ["prometheus", "granite-7b", false],
])("isSameFamily(%s, %s) is %s", (judge, candidate, same) => {
  expect(isSameFamily(judge, candidate)).toBe(same);
});
