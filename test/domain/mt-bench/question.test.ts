import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QuestionId } from "../../../src/domain/mt-bench/question.js";
import { compareQuestionIds, decodeQuestion, questionRowSchema } from "../../../src/domain/mt-bench/question.js";
import { dataFolder, hasData } from "../../support/data.js";

describe("questionRowSchema with decodeQuestion", () => {
  it("reads a line of FastChat's file, and leaves out what the line does not say", () => {
    const row = questionRowSchema.parse({ question_id: 81, category: "writing", turns: ["Write.", "Rewrite."] });
    expect(decodeQuestion(row)).toStrictEqual({ id: 81, category: "writing", turns: ["Write.", "Rewrite."] });
  });

  it("reads every field that is known, and keeps an id that no number could hold", () => {
    const row = questionRowSchema.parse({
      qna_file: "compositional_skills/a/qna.yaml",
      question_id: "316039804729012345678901234567890123456",
      category: "taxonomy",
      turns: ["What?"],
      reference: ["That."],
      required_temperature: 0,
    });
    expect(decodeQuestion(row)).toStrictEqual({
      id: "316039804729012345678901234567890123456",
      category: "taxonomy",
      turns: ["What?"],
      reference: ["That."],
      requiredTemperature: 0,
      qnaFile: "compositional_skills/a/qna.yaml",
    });
  });

  it("passes over keys of other tools", () => {
    const row = questionRowSchema.parse({ question_id: 1, category: "c", turns: ["t"], source: "elsewhere" });
    expect(decodeQuestion(row)).toStrictEqual({ id: 1, category: "c", turns: ["t"] });
  });

  it.each([
    ["no id", { category: "c", turns: ["t"] }, "question_id"],
    ["an empty id", { question_id: "", category: "c", turns: ["t"] }, "question_id"],
    ["an id with a fraction", { question_id: 1.5, category: "c", turns: ["t"] }, "question_id"],
    ["an id beyond what a number can hold", { question_id: 2 ** 60, category: "c", turns: ["t"] }, "question_id"],
    ["no category", { question_id: 1, turns: ["t"] }, "category"],
    ["no turn", { question_id: 1, category: "c", turns: [] }, "turns"],
    ["a turn that is no text", { question_id: 1, category: "c", turns: ["t", 8] }, "turns"],
    ["a reference that is no text", { question_id: 1, category: "c", turns: ["t"], reference: [true] }, "reference"],
    [
      "a temperature below 0",
      { question_id: 1, category: "c", turns: ["t"], required_temperature: -1 },
      "required_temperature",
    ],
  ])("refuses %s and names the field", (_, row, field) => {
    const result = questionRowSchema.safeParse(row);
    expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });
});

describe("compareQuestionIds", () => {
  it("orders numbers by value, before strings, which go by their letters as upstream sorts them", () => {
    const ids: QuestionId[] = ["316", "30979806", 1000, "137", 81, 9];
    expect(ids.sort(compareQuestionIds)).toEqual([9, 81, 1000, "137", "30979806", "316"]);
  });

  it("is 0 for equal ids only", () => {
    expect(compareQuestionIds(81, 81)).toBe(0);
    expect(compareQuestionIds("81", "81")).toBe(0);
    expect(compareQuestionIds(81, "81")).toBeLessThan(0);
    expect(compareQuestionIds("81", 81)).toBeGreaterThan(0);
  });

  it("is a total order", () => {
    const id = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.string({ maxLength: 2 }));
    fc.assert(
      fc.property(id, id, id, (a, b, c) => {
        expect(Math.sign(compareQuestionIds(a, b))).toBe(0 - Math.sign(compareQuestionIds(b, a)));
        expect(compareQuestionIds(a, b) === 0).toBe(a === b);
        if (compareQuestionIds(a, b) < 0 && compareQuestionIds(b, c) < 0)
          expect(compareQuestionIds(a, c)).toBeLessThan(0);
      }),
    );
  });
});

describe.skipIf(!hasData)("the official questions", () => {
  it("are 80 of two turns, ten of each category, 39 with a reference", () => {
    const lines = readFileSync(join(dataFolder, "mt_bench", "question.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const questions = lines.map((line) => decodeQuestion(questionRowSchema.parse(JSON.parse(line))));
    expect(questions.map(({ id }) => id)).toEqual(Array.from({ length: 80 }, (_, at) => 81 + at));
    expect(questions.every(({ turns }) => turns.length === 2)).toBe(true);
    expect(questions.filter(({ reference }) => reference !== undefined)).toHaveLength(39);
    const categories = questions.map(({ category }) => category);
    expect(categories.filter((category, at) => category !== categories[at - 1])).toEqual([
      "writing",
      "roleplay",
      "reasoning",
      "math",
      "coding",
      "extraction",
      "stem",
      "humanities",
    ]);
  });
});
