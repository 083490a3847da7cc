import { describe, expect, it } from "vitest";
import { pythonFloat, pythonRound } from "../../src/domain/python-number.js";

// each expected value is what Python's round(x, 2) gives
it.each([
  [2.675, 2.67],
  [7.005, 7],
  [0.125, 0.12],
  [0.375, 0.38],
  [6.666666, 6.67],
  [-1.666666, -1.67],
  [-0.125, -0.12],
  [5, 5],
  [0.004, 0],
])("pythonRound(%s) is %s", (value, rounded) => {
  expect(pythonRound(value)).toBeCloseTo(rounded, 12);
});

describe("pythonFloat", () => {
  it("keeps the .0 of whole numbers", () => {
    expect([6, 6.5, -2].map(pythonFloat)).toEqual(["6.0", "6.5", "-2.0"]);
  });
});
