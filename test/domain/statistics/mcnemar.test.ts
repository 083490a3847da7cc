import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectableGain, mcnemar } from "../../../src/domain/statistics/mcnemar.js";

/** P(X ≥ least) of a binomial, term by term. */
function tail(least: number, count: number, probability: number): number {
  let sum = 0;
  for (let value = Math.max(0, least); value <= count; value++) sum += mass(value, count, probability);
  return sum;
}

function mass(value: number, count: number, probability: number): number {
  let ways = 1;
  for (let index = 1; index <= value; index++) ways *= (count - value + index) / index;
  return ways * probability ** value * (1 - probability) ** (count - value);
}

describe("mcnemar", () => {
  it.each([
    [0, 0, 1, 1, 1],
    [1, 0, 1, 0.5, 1],
    [5, 0, 0.0625, 0.03125, 1],
    [6, 1, 0.125, 0.0625, 0.9921875],
    // a textbook's 25 and 5 (R: binom.test(5, 30)$p.value)
    [25, 5, 0.0003249142318964, 0.0001624571159482, 0.99997026193887],
  ])("%i gained, %i lost", (gained, lost, twoSided, gain, loss) => {
    const found = mcnemar({ gained, lost });
    expect(found.twoSided).toBeCloseTo(twoSided, 12);
    expect(found.gain).toBeCloseTo(gain, 12);
    expect(found.loss).toBeCloseTo(loss, 12);
  });

  it("is the sum of the binomial's terms, and the same from the other side", () => {
    const count = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(count, count, (gained, lost) => {
        const found = mcnemar({ gained, lost });
        expect(found.gain).toBeCloseTo(tail(gained, gained + lost, 0.5), 10);
        expect(found.gain).toBeCloseTo(mcnemar({ gained: lost, lost: gained }).loss, 14);
        expect(found.twoSided).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("detectableGain", () => {
  it("is null where the test could never speak", () => {
    // 4 of 4 is one in 16
    expect(detectableGain({ n: 4, discordant: 0, level: 0.05 })).toBeNull();
    expect(detectableGain({ n: 5, discordant: 0, level: 0.05 })).not.toBeNull();
    expect(detectableGain({ n: 5, discordant: 0, level: 0.02 })).toBeNull();
    expect(detectableGain({ n: 1, discordant: 1, level: 0.05 })).toBeNull();
  });

  it("has the power it promises, by counting every outcome", () => {
    const cases = fc.record({ n: fc.integer({ min: 8, max: 40 }), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(cases, ({ n, share }) => {
        const discordant = Math.round(n * share);
        const gain = detectableGain({ n, discordant, level: 0.025 });
        if (gain === null) return;
        const power = (wanted: number): number => {
          const rate = Math.max((discordant + 1) / (n + 2), wanted);
          let sum = 0;
          for (let count = 0; count <= n; count++)
            for (let gained = 0; gained <= count; gained++)
              if (tail(gained, count, 0.5) <= 0.025)
                sum += mass(count, n, rate) * mass(gained, count, (1 + wanted / rate) / 2);
          return sum;
        };
        expect(power(gain)).toBeGreaterThanOrEqual(0.8 - 1e-6);
        if (gain > 0.001) expect(power(gain - 0.001)).toBeLessThan(0.8);
      }),
      { numRuns: 25 },
    );
  });

  it("shrinks with more questions and stays quick", () => {
    const at = (n: number): number => detectableGain({ n, discordant: n / 5, level: 0.025 }) ?? 1;
    expect(at(50)).toBeGreaterThan(at(200));
    expect(at(200)).toBeGreaterThan(at(2000));
    expect(at(2000)).toBeGreaterThan(0.01);
    expect(at(2000)).toBeLessThan(0.05);
  });
});
