import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  digamma,
  estimatePrior,
  moderateVariance,
  trigamma,
  trigammaInverse,
  type GroupVariance,
} from "../../../src/domain/statistics/moderated-t.js";

// By an independent computation with 30 digits; ψ(1) = −γ, ψ(1/2) = −γ − 2 ln 2, ψ′(1) = π²/6 and ψ′(1/2) = π²/2 are closed forms.
it.each([
  [0.01, -100.560_885_457_868_7, 10_001.621_213_528_313],
  [0.5, -1.963_510_026_021_423_5, Math.PI ** 2 / 2],
  [1, -0.577_215_664_901_532_9, Math.PI ** 2 / 6],
  [1.5, 0.036_489_973_978_576_52, 0.934_802_200_544_679_3],
  [4.25, 1.324_683_218_760_486_7, 0.265_123_734_096_562_1],
  [30, 3.384_438_132_685_525, 0.033_895_060_357_739_94],
  [1000, 6.907_255_195_648_812, 0.001_000_500_166_666_633_3],
])("digamma and trigamma of %f", (x, first, second) => {
  expect(digamma(x) / first).toBeCloseTo(1, 12);
  expect(trigamma(x) / second).toBeCloseTo(1, 12);
});

describe("trigammaInverse", () => {
  it.each([
    [500, 0.044_790_543_300_162_58],
    [Math.PI ** 2 / 6, 1],
    [1, 1.426_255_120_215_079],
    [0.1, 10.491_681_821_078_42],
    [0.001, 1000.499_916_666_681_9],
  ])("of %f is %f", (y, expected) => {
    expect(trigammaInverse(y) / expected).toBeCloseTo(1, 12);
  });

  it("is the inverse", () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (exponent) => {
        const y = 10 ** exponent;
        expect(trigamma(trigammaInverse(y)) / y).toBeCloseTo(1, 9);
      }),
    );
  });
});

const groups = (variances: readonly number[], degrees: readonly number[]): GroupVariance[] =>
  variances.map((variance, index) => ({ variance, degrees: degrees[index] ?? 4 }));

describe("estimatePrior", () => {
  it("agrees with an independent computation", () => {
    // Moment equations solved by a root finder of another library.
    const prior = estimatePrior(groups([0.7, 1.3, 0.2, 2.4, 0.9, 5], [4, 4, 2, 6, 9, 3]));
    expect(prior.degrees).toBeCloseTo(7.152_096_340_053_408, 9);
    expect(prior.variance).toBeCloseTo(1.300_399_679_438_345_2, 10);
    expect(prior.pooledDegrees).toBe(28);
    const moderated = moderateVariance({ variance: 0.7, degrees: 4 }, prior);
    expect(moderated?.variance).toBeCloseTo(1.085_050_148_325_715_1, 10);
    expect(moderated?.degrees).toBeCloseTo(11.152_096_340_053_408, 9);
  });

  it("takes groups that hardly differ for samples of one variance, with all their degrees of freedom", () => {
    const prior = estimatePrior(groups([1, 1.1, 0.9, 1], []));
    expect(prior).toEqual({ variance: 1, degrees: Infinity, pooledDegrees: 16 });
    expect(moderateVariance({ variance: 5, degrees: 4 }, prior)).toEqual({ variance: 1, degrees: 16 });
  });

  it("borrows next to nothing where groups have nothing in common", () => {
    const prior = estimatePrior(groups([1e-6, 1, 1e6, 1e-3, 1e3], []));
    expect(prior.degrees).toBeLessThan(0.5);
    expect(moderateVariance({ variance: 1, degrees: 4 }, prior)?.degrees).toBeLessThan(4.5);
  });

  it("leaves out groups of one value, and needs two others", () => {
    const single = { variance: 9, degrees: 0 };
    expect(estimatePrior([single])).toEqual({ variance: null, degrees: 0, pooledDegrees: 0 });
    expect(estimatePrior([single, { variance: 2, degrees: 3 }])).toEqual({ variance: 2, degrees: 0, pooledDegrees: 3 });
    const pair = groups([0.1, 40], []);
    expect(estimatePrior([...pair, single])).toEqual(estimatePrior(pair));
  });

  it("finds the prior that variances were drawn with", () => {
    // s² of 4 degrees of freedom, scaled F(4, 10) around s0² = 2; a generator with a fixed seed keeps the test the same on every run.
    let state = 7;
    const uniform = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (state + 0.5) / 2_147_483_648;
    };
    const chiSquare = (degrees: number): number => {
      let sum = 0;
      for (let pair = 0; pair < degrees / 2; pair++) sum -= 2 * Math.log(uniform());
      return sum;
    };
    const drawn = Array.from({ length: 20_000 }, () => ({
      variance: (2 * (chiSquare(4) / 4)) / (chiSquare(10) / 10),
      degrees: 4,
    }));
    const prior = estimatePrior(drawn);
    expect(prior.degrees).toBeGreaterThan(9);
    expect(prior.degrees).toBeLessThan(11);
    expect(prior.variance).toBeCloseTo(2, 1);
  });

  it("borrows less with more caution", () => {
    const sample = groups([0.7, 1.3, 0.2, 2.4, 0.9, 5], [4, 4, 2, 6, 9, 3]);
    const degrees = [0, 1, 2].map((caution) => estimatePrior(sample, caution).degrees);
    expect(degrees).toEqual(degrees.toSorted((left, right) => right - left));
    expect(degrees[2]).toBeLessThan(degrees[0] ?? 0);
  });
});

describe("moderateVariance", () => {
  const prior = { variance: 1, degrees: 6, pooledDegrees: 40 };

  it("lies between the group's variance and the prior's", () => {
    const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(positive, fc.integer({ min: 1, max: 30 }), (variance, degrees) => {
        const moderated = moderateVariance({ variance, degrees }, prior)?.variance ?? Number.NaN;
        expect(moderated).toBeGreaterThanOrEqual(Math.min(variance, 1) - 1e-12);
        expect(moderated).toBeLessThanOrEqual(Math.max(variance, 1) + 1e-12);
      }),
    );
  });

  it("is the prior's for one value, the group's own without a prior, and nothing without both", () => {
    const nothing = { variance: null, degrees: 0, pooledDegrees: 0 };
    expect(moderateVariance({ variance: 3, degrees: 0 }, prior)).toEqual({ variance: 1, degrees: 6 });
    expect(moderateVariance({ variance: 3, degrees: 5 }, nothing)).toEqual({ variance: 3, degrees: 5 });
    expect(moderateVariance({ variance: 3, degrees: 0 }, nothing)).toBeUndefined();
  });
});
