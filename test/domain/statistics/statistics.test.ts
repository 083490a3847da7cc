import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clusteredMean,
  detectableDifference,
  fewClustersMean,
  regularizedBeta,
  studentCdf,
  studentQuantile,
  studentTail,
  withinScale,
} from "../../../src/domain/statistics/statistics.js";

describe("studentQuantile", () => {
  // By an independent computation with 30 digits; printed tables agree (12.706, 4.303, 2.776, 2.262, 2.045, 1.990, 1.975).
  it.each([
    [0.975, 1, 12.706_204_736_174_705],
    [0.975, 2, 4.302_652_729_749_464],
    [0.975, 4, 2.776_445_105_197_794],
    [0.975, 9, 2.262_157_162_798_205],
    [0.975, 29, 2.045_229_642_132_703_4],
    [0.975, 79, 1.990_450_210_230_129],
    [0.975, 159, 1.974_996_212_767_476],
    [0.95, 1, 6.313_751_514_675_043],
    [0.95, 29, 1.699_127_026_533_498_6],
    [0.995, 9, 3.249_835_541_592_126],
    [0.75, 1, 1],
  ])("of %f with %i degrees of freedom is %f", (probability, degrees, expected) => {
    expect(studentQuantile(probability, degrees)).toBeCloseTo(expected, 10);
  });

  it("comes to the normal distribution's with many degrees of freedom", () => {
    expect(studentQuantile(0.975, 1e7)).toBeCloseTo(1.959_963_984_540_054, 5);
  });

  it("is the inverse of the distribution function", () => {
    const degrees = fc.double({ min: 0.5, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.501, max: 0.9995, noNaN: true }), degrees, (probability, degrees) => {
        expect(studentCdf(studentQuantile(probability, degrees), degrees)).toBeCloseTo(probability, 9);
      }),
    );
  });
});

describe("studentCdf", () => {
  it.each([
    [0, 3, 0.5],
    [2, 5, 0.949_030_260_585_071],
    [-1.3, 11, 0.110_090_631_349_921],
    [1.5, 2.5, 0.876_081_773_456_852],
    [1, 1, 0.75],
    [Infinity, 4, 1],
    [-Infinity, 4, 0],
  ])("at %f with %f degrees of freedom is %f", (t, degrees, expected) => {
    expect(studentCdf(t, degrees)).toBeCloseTo(expected, 12);
  });

  it("is symmetric and never falls", () => {
    const t = fc.integer({ min: -5_000, max: 5_000 }).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(t, t, fc.double({ min: 0.1, max: 1e4, noNaN: true }), (one, other, degrees) => {
        expect(studentCdf(one, degrees) + studentCdf(-one, degrees)).toBeCloseTo(1, 12);
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(studentCdf(high, degrees)).toBeGreaterThanOrEqual(studentCdf(low, degrees));
      }),
    );
  });
});

describe("regularizedBeta", () => {
  it.each([
    [0.4, 2, 3, 0.5248],
    [0.3, 0.5, 0.5, 0.369_010_119_565_545_36],
    [0.99, 10, 0.5, 0.657_928_175_156_784_1],
    [0, 2, 3, 0],
    [1, 2, 3, 1],
    [0.37, 1, 1, 0.37],
  ])("I_%f(%f, %f) is %f", (x, a, b, expected) => {
    expect(regularizedBeta(x, a, b)).toBeCloseTo(expected, 12);
  });
});

/** Mean and 95 % t interval of independent values, by the textbook. */
function plainInterval(values: readonly number[]): { mean: number; standardError: number; interval: [number, number] } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const standardError = Math.sqrt(variance / n);
  const reach = studentQuantile(0.975, n - 1) * standardError;
  return { mean, standardError, interval: [mean - reach, mean + reach] };
}

const rating = fc.integer({ min: 2, max: 20 }).map((half) => half / 2);
const clustersOfRatings = fc.array(fc.array(rating, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 20 });

describe("clusteredMean", () => {
  it("agrees with a computation by hand", () => {
    // Ratings [9, 7], [4, 6] and [10]: n = 5, mean 36/5 = 7.2; sums of deviations 1.6, −4.4 and 2.8, their squares 2.56 + 19.36 + 7.84 = 29.76;
    // variance 3/2 · 29.76 / 25 = 1.7856; t of 0.975 with 2 degrees 4.30265.
    const estimate = clusteredMean([[9, 7], [4, 6], [10]]);
    expect(estimate).toMatchObject({ n: 5, sum: 36, mean: 7.2, clusters: 3 });
    expect(estimate.standardError).toBeCloseTo(Math.sqrt(1.7856), 12);
    const reach = 4.302_652_729_749_464 * Math.sqrt(1.7856);
    expect(estimate.interval?.[0]).toBeCloseTo(7.2 - reach, 10);
    expect(estimate.interval?.[1]).toBeCloseTo(7.2 + reach, 10);
  });

  it.each<[string, number[][], object]>([
    ["nothing has no mean", [], { n: 0, sum: 0, mean: null, clusters: 0 }],
    ["empty clusters count for nothing", [[], []], { n: 0, sum: 0, mean: null, clusters: 0 }],
    ["one cluster has a mean and no interval", [[8, 9], []], { n: 2, sum: 17, mean: 8.5, clusters: 1 }],
  ])("%s", (_, clusters, expected) => {
    expect(clusteredMean(clusters)).toEqual({ ...expected, standardError: null, interval: null });
  });

  it("takes any iterable once", () => {
    expect(clusteredMean(new Set([[8], [9]])).mean).toBe(8.5);
    expect(clusteredMean(new Map([["a", [8]]]).values()).mean).toBe(8);
  });

  it("has no width where all values are the same", () => {
    expect(clusteredMean([[7, 7], [7]]).interval).toEqual([7, 7]);
  });

  it("is the plain t interval where each cluster has one value", () => {
    fc.assert(
      fc.property(fc.array(rating, { minLength: 2, maxLength: 40 }), (values) => {
        const estimate = clusteredMean(values.map((value) => [value]));
        const plain = plainInterval(values);
        expect(estimate.mean).toBeCloseTo(plain.mean, 12);
        expect(estimate.standardError).toBeCloseTo(plain.standardError, 12);
        expect(estimate.interval?.[0]).toBeCloseTo(plain.interval[0], 10);
        expect(estimate.interval?.[1]).toBeCloseTo(plain.interval[1], 10);
      }),
    );
  });

  it("is not made narrower by saying every value twice", () => {
    fc.assert(
      fc.property(clustersOfRatings, (clusters) => {
        const [once, twice] = [clusters, clusters.map((values) => [...values, ...values])].map(clusteredMean);
        expect(twice?.n).toBe(2 * (once?.n ?? 0));
        expect(twice?.mean).toBeCloseTo(once?.mean ?? Number.NaN, 12);
        expect(twice?.standardError).toBeCloseTo(once?.standardError ?? Number.NaN, 12);
      }),
    );
  });

  it("counts the disagreement between questions, not that within one", () => {
    const agreeing = clusteredMean([
      [2, 10],
      [4, 8],
      [5, 7],
    ]);
    expect(agreeing.standardError).toBeCloseTo(0, 12);
    expect(
      clusteredMean([
        [2, 2],
        [6, 6],
        [10, 10],
      ]).standardError,
    ).toBeGreaterThan(2);
  });

  it("depends neither on the order of questions nor on that of their values, and moves with the values", () => {
    fc.assert(
      fc.property(clustersOfRatings, fc.integer({ min: -3, max: 3 }), (clusters, shift) => {
        const estimate = clusteredMean(clusters);
        const shuffled = clusteredMean(clusters.toReversed().map((values) => values.toReversed()));
        expect(shuffled.sum).toBe(estimate.sum);
        expect(shuffled.standardError).toBeCloseTo(estimate.standardError ?? Number.NaN, 12);
        const shifted = clusteredMean(clusters.map((values) => values.map((value) => value + shift)));
        expect(shifted.mean).toBeCloseTo((estimate.mean ?? Number.NaN) + shift, 12);
        expect(shifted.standardError).toBeCloseTo(estimate.standardError ?? Number.NaN, 12);
      }),
    );
  });

  it("covers the true mean in about 95 of 100 samples of questions", () => {
    // Two turns a question share the question's difficulty; a generator with a fixed seed keeps the test the same on every run.
    let state = 42;
    const uniform = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    let covered = 0;
    for (let sample = 0; sample < 2_000; sample++) {
      const clusters = Array.from({ length: 10 }, () => {
        const difficulty = normal();
        return [7 + difficulty + normal() / 2, 7 + difficulty + normal() / 2];
      });
      const [low, high] = clusteredMean(clusters).interval ?? [0, 0];
      if (low <= 7 && 7 <= high) covered++;
    }
    expect(covered / 2_000).toBeGreaterThan(0.93);
    expect(covered / 2_000).toBeLessThan(0.97);
  });
});

describe("withinScale", () => {
  it.each<[string, [number, number], [number, number]]>([
    ["an interval on the scale stays", [3, 7], [3, 7]],
    ["both ends are cut", [-2, 12], [1, 10]],
    ["the upper end is cut", [9, 10.5], [9, 10]],
    ["the lower end is cut", [0.5, 2], [1, 2]],
  ])("%s", (_, interval, expected) => {
    expect(withinScale(interval, { min: 1, max: 10 })).toEqual(expected);
  });
});

describe("studentTail", () => {
  // By an independent computation with 30 digits.
  it.each([
    [2, 5, 0.050_969_739_414_929_18],
    [10, 4, 2.810_018_113_579_956e-4],
    [40, 9, 9.491_499_224_669_913e-12],
    [3.5, 250, 2.753_668_478_486_92e-4],
    [-1.3, 11, 1 - 0.110_090_631_349_920_98],
  ])("beyond %f with %i degrees of freedom is %f", (t, degrees, expected) => {
    expect(studentTail(t, degrees) / expected).toBeCloseTo(1, 10);
  });
});

describe("detectableDifference", () => {
  // Exact non-centrality for power 0.8, by an independent computation of the non-central t distribution.
  it.each([
    [0.025, 4, 3.761060261],
    [0.0025, 8, 4.866044048],
    [0.025, 12, 3.052660599],
    [0.0025, 20, 4.052718543],
    [0.001, 40, 4.182994405],
    [0.025, 100, 2.828850667],
  ])("at level %f with %i degrees of freedom is about %f standard errors", (level, degrees, exact) => {
    const found = detectableDifference({ standardError: 0.5, degrees, level }) / 0.5;
    expect(found).toBeGreaterThan(exact);
    expect(found / exact).toBeLessThan(degrees < 10 ? 1.15 : 1.03);
  });
});

describe("fewClustersMean", () => {
  it("agrees with the matrices of Bell and McCaffrey, computed independently", () => {
    const estimate = fewClustersMean([[1, 2], [3], [0, 0, 4, 1], [2, 2, 2]]);
    expect(estimate?.mean).toBeCloseTo(1.7, 12);
    expect(estimate?.standardError).toBeCloseTo(0.293_852_354_676_981_2, 12);
    expect(estimate?.degrees).toBeCloseTo(2.392_405_063_291_138_7, 12);
  });

  it("is the clustered mean for clusters of one size", () => {
    const pairs = fc.array(fc.tuple(rating, rating), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(pairs, (clusters) => {
        const [few, many] = [fewClustersMean(clusters), clusteredMean(clusters)];
        expect(few?.standardError).toBeCloseTo(many.standardError ?? Number.NaN, 12);
        expect(few?.degrees).toBeCloseTo(clusters.length - 1, 9);
      }),
    );
  });

  it("needs two clusters", () => {
    expect(fewClustersMean([[1, 2], []])).toBeUndefined();
  });
});
