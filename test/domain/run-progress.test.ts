import { describe, expect, it } from "vitest";
import { runProgressSchema, runRate, runState } from "../../src/domain/run-progress.js";

const progress = runProgressSchema.parse({
  stage: "gen-answers",
  model: "m",
  total: 100,
  done: 60,
  resumed: 40,
  failed: 2,
  state: "running",
  started: "2026-01-01T00:00:00.000Z",
  updated: "2026-01-01T00:00:10.000Z",
});

describe("runState", () => {
  it.each([
    ["running", true, "running"],
    ["running", false, "interrupted"],
    ["done", false, "done"],
    ["done", true, "done"],
    ["interrupted", false, "interrupted"],
    ["stopped", false, "interrupted"],
    // a new run of the same command, before it has written anything
    ["stopped", true, "running"],
    ["of another version", false, "interrupted"],
  ])("of a file that says %s, held: %s, is %s", (state, isHeld, expected) => {
    expect(runState({ ...progress, state }, isHeld)).toBe(expected);
  });

  it("takes records without a progress file as done, unless somebody holds them", () => {
    expect([runState(undefined, false), runState(undefined, true)]).toEqual(["done", "running"]);
  });
});

describe("runRate", () => {
  it("counts what this run did, not what earlier ones did", () => {
    expect(runRate(progress, 10)).toEqual({ perSecond: 2, remainingSeconds: 20 });
  });

  it.each([
    ["nothing is finished", { ...progress, done: 40 }, 10, { perSecond: null, remainingSeconds: null }],
    ["no time has gone by", progress, 0, { perSecond: null, remainingSeconds: null }],
    ["the times are no times", progress, Number.NaN, { perSecond: null, remainingSeconds: null }],
    ["the total is not known", { ...progress, total: undefined }, 10, { perSecond: 2, remainingSeconds: null }],
    ["more is done than was meant", { ...progress, total: 50 }, 10, { perSecond: 2, remainingSeconds: 0 }],
  ])("says what it can where %s", (_, now, seconds, expected) => {
    const { total, ...rest } = now;
    expect(runRate(total === undefined ? rest : { ...rest, total }, seconds)).toEqual(expected);
  });
});
