import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signed } from "../../src/page/numbers.js";
import { scaleTicks } from "../../src/page/scale-ticks.js";

describe("scaleTicks", () => {
  it.each([
    [[-1, 1], 4, "−1.0 −0.5 ±0.0 +0.5 +1.0"],
    [[-2, 2], 10, "−2.0 −1.5 −1.0 −0.5 ±0.0 +0.5 +1.0 +1.5 +2.0"],
    [[-1, 1], 10, "−1.0 −0.8 −0.6 −0.4 −0.2 ±0.0 +0.2 +0.4 +0.6 +0.8 +1.0"],
    [[-2, 2], 6, "−2 −1 ±0 +1 +2"],
    [[-3, 7], 10, "−3 −2 −1 ±0 +1 +2 +3 +4 +5 +6 +7"],
    [[-9, 9], 6, "−5 ±0 +5"],
    [[-40, 100], 10, "−40 −20 ±0 +20 +40 +60 +80 +100"],
  ] as const)("of %j in at most %i steps", (domain, most, labels) => {
    const { values, digits } = scaleTicks(domain, most);
    expect(values.map((value) => signed(value, digits)).join(" ")).toBe(labels);
  });

  it("labels no two places alike, none off by more than is shown, and all on the scale", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -100, max: -1 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 2, max: 12 }),
        (low, high, most) => {
          const { values, digits } = scaleTicks([low, high], most);
          const labels = values.map((value) => value.toFixed(digits));
          expect(new Set(labels).size).toBe(values.length);
          expect(values.length).toBeLessThanOrEqual(most + 1);
          for (const [index, value] of values.entries()) {
            expect(Number(labels[index])).toBeCloseTo(value, 9);
            expect(value).toBeGreaterThanOrEqual(low - 1e-6);
            expect(value).toBeLessThanOrEqual(high + 1e-6);
          }
        },
      ),
    );
  });
});
