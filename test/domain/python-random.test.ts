import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { pythonRandom } from "../../src/domain/python-random.js";

describe("pythonRandom", () => {
  // CPython 3.12: r = random.Random(1234); [r.sample(range(n), 5) for _ in range(3)]
  it.each([
    [
      6,
      [
        [3, 0, 4, 5, 2],
        [5, 0, 4, 1, 3],
        [0, 5, 4, 1, 2],
      ],
    ],
    [
      21,
      [
        [14, 3, 0, 2, 1],
        [2, 3, 11, 7, 0],
        [0, 20, 11, 15, 14],
      ],
    ],
    [
      22,
      [
        [14, 3, 0, 2, 18],
        [1, 21, 2, 3, 11],
        [7, 0, 11, 20, 19],
      ],
    ],
    [
      27,
      [
        [24, 14, 3, 0, 2],
        [25, 18, 1, 21, 22],
        [2, 3, 24, 11, 7],
      ],
    ],
    [
      1000,
      [
        [989, 796, 451, 119, 7],
        [92, 932, 965, 961, 826],
        [596, 35, 687, 709, 85],
      ],
    ],
  ])("draws five of %i as CPython does, three times in a row", (population, draws) => {
    const random = pythonRandom(1234);
    expect([1, 2, 3].map(() => random.sample(population, 5))).toEqual(draws);
  });

  it("draws distinct numbers below the population", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.integer({ min: 0, max: 300 }), fc.nat(300), (seed, population, more) => {
        const count = Math.min(population, more);
        const drawn = pythonRandom(seed).sample(population, count);
        expect(new Set(drawn).size).toBe(count);
        expect(drawn.every((value) => value >= 0 && value < population)).toBe(true);
      }),
    );
  });

  it("refuses more than there are, and seeds that are not whole numbers of 32 bits", () => {
    expect(() => pythonRandom(1).sample(2, 3)).toThrow(RangeError);
    expect(() => pythonRandom(1).sample(2, -1)).toThrow(RangeError);
    for (const seed of [-1, 1.5, 2 ** 32]) expect(() => pythonRandom(seed)).toThrow(RangeError);
  });

  it("goes on past the first 624 numbers", () => {
    const random = pythonRandom(5489);
    const drawn = Array.from({ length: 2000 }, () => random.sample(1000, 1)[0]);
    expect(new Set(drawn.slice(1000)).size).toBeGreaterThan(500);
  });
});
