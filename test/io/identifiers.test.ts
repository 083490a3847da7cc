import { describe, expect, it } from "vitest";
import { newAnswerId } from "../../src/io/identifiers.js";

describe("newAnswerId", () => {
  const ids = Array.from({ length: 20_000 }, newAnswerId);

  it("has the form of upstream's ids: 22 letters that cannot be mistaken for each other", () => {
    expect(ids.filter((id) => !/^[2-9A-HJ-NP-Za-km-z]{22}$/.test(id))).toEqual([]);
  });

  it("is new each time", () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("uses each of the 57 letters equally often", () => {
    const counts = new Map<string, number>();
    for (const letter of ids.join("")) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(57);
    const expected = (ids.length * 22) / 57;
    // The standard deviation is 87, so that 600 will not be met; a plain modulo would be off by 800.
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(600);
  });
});
