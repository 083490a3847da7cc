import { describe, expect, it } from "vitest";
import { normalInterval, plainMeanError, shareInterval } from "../../../src/domain/statistics/accuracy-interval.js";

describe("shareInterval", () => {
  // R: prop.test(x, n, correct = FALSE)$conf.int
  it.each([
    [{ n: 10, correct: 8 }, [0.490_2, 0.943_3]],
    [{ n: 10, correct: 10 }, [0.722_5, 1]],
    [{ n: 10, correct: 0 }, [0, 0.277_5]],
    [{ n: 100, correct: 50 }, [0.403_8, 0.596_2]],
  ])("of %o is Wilson's", (tally, [low = 0, high = 0]) => {
    const interval = shareInterval(tally);
    expect(interval?.[0]).toBeCloseTo(low, 4);
    expect(interval?.[1]).toBeCloseTo(high, 4);
  });

  it("of nothing is none", () => expect(shareInterval({ n: 0, correct: 0 })).toBeNull());
});

describe("plainMeanError", () => {
  it.each([
    [[0.03, 0.04], 0.025],
    [[0.03, null], null],
    [[], null],
  ])("of %o is %o", (stderrs, error) => expect(plainMeanError(stderrs)).toEqual(error));
});

describe("normalInterval", () => {
  it.each([
    [0.5, 0.1, [0.304, 0.696]],
    [0.95, 0.1, [0.754, 1]],
  ])("of %d ± %d", (mean, error, [low = 0, high = 0]) => {
    const interval = normalInterval(mean, error);
    expect(interval?.[0]).toBeCloseTo(low, 4);
    expect(interval?.[1]).toBeCloseTo(high, 4);
  });

  it.each([
    [null, 0.1],
    [0.5, null],
    [1, 0],
  ])("of %o ± %o is none", (mean, error) => expect(normalInterval(mean, error)).toBeNull());
});
