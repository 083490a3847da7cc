import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDurationMs } from "../../src/domain/duration.js";

describe("parseDurationMs", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["10m", 600_000],
    ["1.5h", 5_400_000],
    ["0s", 0],
    ["0.25s", 250],
    ["1.4ms", 1],
    [" 30s ", 30_000],
  ])("%j is %i ms", (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  it.each([
    "",
    "30",
    "s",
    "-30s",
    "+30s",
    "30 s",
    "30S",
    "1e3s",
    ".5s",
    "5.s",
    "1h30m",
    "30d",
    "1,5h",
    "NaN",
    "Infinitys",
  ])("%j is none", (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });

  it("reads whole numbers of every unit", () => {
    const unit = fc.constantFrom<[string, number]>(["ms", 1], ["s", 1_000], ["m", 60_000], ["h", 3_600_000]);
    fc.assert(
      fc.property(fc.nat(1_000_000), unit, (count, [name, unitMs]) => {
        expect(parseDurationMs(`${count}${name}`)).toBe(count * unitMs);
      }),
    );
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [499, "0s"],
    [45_000, "45s"],
    [59_499, "59s"],
    [59_500, "1m 00s"],
    [60_000, "1m 00s"],
    [200_000, "3m 20s"],
    [3_599_499, "59m 59s"],
    [3_599_500, "1h 00m"],
    [7_500_000, "2h 05m"],
    [100 * 3_600_000, "100h 00m"],
  ])("%i ms is %s", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});
