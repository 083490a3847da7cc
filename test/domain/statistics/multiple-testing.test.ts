import * as fc from "fast-check";
import { expect, it } from "vitest";
import { adjustBenjaminiHochberg } from "../../../src/domain/statistics/multiple-testing.js";

it.each<[string, number[], number[]]>([
  ["nothing", [], []],
  ["one stays", [0.03], [0.03]],
  ["the smallest of four times four", [0.01, 0.5, 0.9, 1], [0.04, 1, 1, 1]],
  ["a later one pulls the earlier down", [0.04, 0.03, 0.02], [0.04, 0.04, 0.04]],
  [
    "in the order given, by hand: 5·0.005/1, 5·0.009/2, 5·0.05/3, 5·0.5/4, 5·0.9/5",
    [0.5, 0.005, 0.9, 0.05, 0.009],
    [0.625, 0.0225, 0.9, 0.25 / 3, 0.0225],
  ],
])("%s", (_, pValues, expected) => {
  const adjusted = adjustBenjaminiHochberg(pValues);
  expect(adjusted).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(adjusted[index]).toBeCloseTo(value, 12);
});

it("agrees with the thresholds of Benjamini and Hochberg's example", () => {
  // Their table of 15 p-values: at 0.05 the first four are rejected (1995, §4.1).
  const pValues = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(adjustBenjaminiHochberg(pValues).filter((q) => q <= 0.05)).toHaveLength(4);
});

it("calls what the step-up procedure calls, at any level", () => {
  const p = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
  fc.assert(
    fc.property(
      fc.array(p, { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0.0017, max: 0.77, noNaN: true }),
      (pValues, level) => {
        const sorted = pValues.toSorted((left, right) => left - right);
        const last = sorted.findLastIndex((value, index) => value <= ((index + 1) * level) / sorted.length);
        const threshold = last < 0 ? -1 : (sorted[last] ?? -1);
        const called = adjustBenjaminiHochberg(pValues).map((q) => q <= level);
        expect(called).toEqual(pValues.map((value) => value <= threshold));
      },
    ),
  );
});
