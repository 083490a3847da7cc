import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signFlipTest } from "../../../src/domain/statistics/sign-flip.js";

/** Every sign pattern, with the t statistic itself. */
function byEnumeration(values: readonly number[]): number {
  const t = (signed: readonly number[]): number => {
    const mean = signed.reduce((sum, value) => sum + value, 0) / signed.length;
    const variance = signed.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (signed.length - 1);
    return mean === 0 ? 0 : mean / Math.sqrt(variance / signed.length);
  };
  const observed = t(values);
  let reached = 0;
  for (let pattern = 0; pattern < 2 ** values.length; pattern++) {
    const flipped = t(values.map((value, index) => ((pattern >> index) & 1 ? -value : value)));
    if (flipped >= observed - 1e-9 * Math.max(1, Math.abs(observed)) || flipped === observed) reached++;
  }
  return reached / 2 ** values.length;
}

describe("signFlipTest", () => {
  it.each<[string, number[], number]>([
    ["the most extreme of 32", [1, 2, 3, 4, 5], 1 / 32],
    ["the least extreme", [-1, -2, -3], 1],
    ["all ties at zero say nothing", [0, 0, 0, 0], 1],
    ["zeros add nothing", [1, 1, 1, 0, 0], 1 / 8],
    ["one value", [3], 1 / 2],
    ["thirds that do not add up exactly", [1 / 3, 2 / 3, -1], (1 + 1 + 1 + 1 + 1) / 8],
  ])("%s", (_, values, expected) => {
    expect(signFlipTest(values)).toBeCloseTo(expected, 12);
  });

  it("agrees with all sign patterns studentised one by one", () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(values, (values) => {
        expect(signFlipTest(values)).toBeCloseTo(byEnumeration(values), 12);
      }),
    );
  });
});
