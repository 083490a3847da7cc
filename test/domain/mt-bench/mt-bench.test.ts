import { describe, expect, it } from "vitest";
import {
  answerMaxTokens,
  answerTemperature,
  hasCategoryTemperature,
  judgeMaxTokens,
  judgeTemperature,
  mtBenchCategories,
  needsReference,
} from "../../../src/domain/mt-bench/mt-bench.js";

/** Upstream's tables: temperature (`undefined` where it has none and takes 0.7) and whether a reference is needed. */
const categories: [category: string, temperature: number | undefined, reference: boolean][] = [
  ["writing", 0.7, false],
  ["roleplay", 0.7, false],
  ["reasoning", 0, true],
  ["math", 0, true],
  ["coding", 0, true],
  ["extraction", 0, false],
  ["stem", 0.1, false],
  ["humanities", 0.1, false],
  ["arena-hard-200", 0, true],
  ["taxonomy", undefined, true],
  ["generic", undefined, false],
  ["Math", undefined, false],
  ["constructor", undefined, false],
];

describe("MT-Bench's protocol", () => {
  it.each(categories)("category %s: temperature %s, reference %s", (category, temperature, reference) => {
    expect(hasCategoryTemperature(category)).toBe(temperature !== undefined);
    expect(answerTemperature({ category }, undefined)).toBe(temperature ?? 0.7);
    expect(needsReference(category)).toBe(reference);
  });

  it("shows the eight categories in the order of the question file", () => {
    expect(mtBenchCategories).toEqual(categories.slice(0, 8).map(([category]) => category));
  });

  it("bounds and samples as upstream does", () => {
    expect({ answerMaxTokens, judgeMaxTokens, judgeTemperature }).toEqual({
      answerMaxTokens: 1024,
      judgeMaxTokens: 2048,
      judgeTemperature: 0,
    });
  });
});

describe("answerTemperature", () => {
  it.each([
    ["an explicit temperature wins over everything", { category: "writing", requiredTemperature: 0.3 }, 1, 1],
    ["an explicit 0 is a temperature", { category: "writing", requiredTemperature: 0.3 }, 0, 0],
    ["the question's own wins over its category's", { category: "writing", requiredTemperature: 0.3 }, undefined, 0.3],
    ["the question's own 0 is a temperature", { category: "writing", requiredTemperature: 0 }, undefined, 0],
    ["else its category's is taken", { category: "stem" }, undefined, 0.1],
  ])("%s", (_, question, override, expected) => {
    expect(answerTemperature(question, override)).toBe(expected);
  });
});
