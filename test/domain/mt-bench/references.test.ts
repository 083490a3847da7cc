import { describe, expect, it } from "vitest";
import type { Question, QuestionId } from "../../../src/domain/mt-bench/question.js";
import type { References } from "../../../src/domain/mt-bench/references.js";
import { referenceFor, referencesInQuestions, requireReferences } from "../../../src/domain/mt-bench/references.js";
import { evalError } from "../../support/eval-error.js";

function referencesOf(...entries: [QuestionId, string[]][]): References {
  return { source: "gpt-4.jsonl", hash: "ff", byQuestion: new Map(entries) };
}

function question(id: QuestionId, category: string, reference?: string[]): Question {
  return { id, category, turns: ["Q1", "Q2"], ...(reference !== undefined && { reference }) };
}

const own = { source: "question.jsonl", hash: "aa" };

describe("referenceFor", () => {
  it.each<[string, QuestionId, number, string | undefined]>([
    ["the turn's text", 101, 1, "R1"],
    ["none where the text is empty", 101, 2, undefined],
    ["none for a further turn", 101, 3, undefined],
    ["none for another question", 102, 1, undefined],
    ["none for an id of another type", "101", 1, undefined],
  ])("is %s", (_, id, turn, expected) => {
    expect(referenceFor(referencesOf([101, ["R1", ""]]), id, turn)).toBe(expected);
  });
});

describe("referencesInQuestions", () => {
  it("takes the questions' own", () => {
    const references = referencesInQuestions([question(1, "math", ["R1", "R2"])], own, undefined);
    expect(references).toEqual({
      source: "the questions' own (question.jsonl)",
      hash: "aa",
      byQuestion: new Map([[1, ["R1", "R2"]]]),
    });
  });

  it("fills the turns that lack one from the fallback, and says how many came from where", () => {
    const questions = [question(1, "math", ["R1", ""]), question(2, "coding", ["C1"]), question(3, "reasoning")];
    const fallback = referencesOf([1, ["F1", "F2"]], [2, ["F1", "F2"]], [3, ["F1", "F2"]]);
    const references = referencesInQuestions(questions, own, fallback);
    expect([...references.byQuestion.values()]).toEqual([
      ["R1", "F2"],
      ["C1", "F2"],
      ["F1", "F2"],
    ]);
    expect(references.source).toBe("the questions' own for 2 turns (question.jsonl), gpt-4.jsonl for 4");
    expect(references.hash).toBe("aa+ff");
  });

  it("neither fills nor counts categories that are judged without reference", () => {
    const questions = [question(1, "math", ["R1"]), question(2, "writing", ["W1"])];
    const references = referencesInQuestions(questions, own, referencesOf([1, ["F1", "F2"]], [2, ["F1", "F2"]]));
    expect(references.source).toBe("the questions' own for 1 turns (question.jsonl), gpt-4.jsonl for 1");
    expect(references.byQuestion.get(2)).toEqual(["W1", ""]);
  });

  it("names no fallback that gave nothing", () => {
    const references = referencesInQuestions([question(1, "math", ["R1", "R2"])], own, referencesOf([1, ["F1", "F2"]]));
    expect(references).toMatchObject({ source: "the questions' own (question.jsonl)", hash: "aa" });
  });

  it("leaves a turn without any reference empty", () => {
    const references = referencesInQuestions([question(1, "math", ["R1"])], own, referencesOf([9, ["F1"]]));
    expect(referenceFor(references, 1, 2)).toBeUndefined();
  });
});

describe("requireReferences", () => {
  it.each<[string, Question[], References | undefined]>([
    ["no category needs one", [question(1, "writing")], undefined],
    ["every turn has one", [question(1, "math"), question(2, "stem")], referencesOf([1, ["R1", "R2"]])],
    ["there is no question", [], undefined],
  ])("is content where %s", (_, questions, references) => {
    expect(() => requireReferences(questions, references)).not.toThrow();
  });

  it.each<[string, References | undefined, string]>([
    ["the question", referencesOf([2, ["R1", "R2"]]), "question 1 (math), turn 1: no reference answer in gpt-4.jsonl"],
    ["a turn", referencesOf([1, ["R1"]]), "question 1 (math), turn 2: no reference answer in gpt-4.jsonl"],
    ["an empty turn", referencesOf([1, ["R1", ""]]), "question 1 (math), turn 2: no reference answer in gpt-4.jsonl"],
    ["everything", undefined, "question 1 (math), turn 1: no reference answer in any file"],
  ])("names the place where %s has none", (_, references, message) => {
    expect(() => requireReferences([question(5, "writing"), question(1, "math")], references)).toThrow(
      evalError("input", message, "--references"),
    );
  });
});
