import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { fanOut } from "../../src/pipeline/fan-out.js";

/** Work that ends when it is told to. */
function heldWork() {
  const ends: (() => void)[] = [];
  let started = 0;
  return {
    work: () =>
      new Promise<void>((resolve) => {
        started++;
        ends.push(resolve);
      }),
    started: () => started,
    async end(count: number): Promise<void> {
      for (const end of ends.splice(0, count)) end();
      for (let turns = 0; turns < 50; turns++) await turn();
    },
  };
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) yield number;
}

describe("fanOut", () => {
  it("has as many under way as told", async () => {
    const held = heldWork();
    const done = fanOut(numbers(30), held.work, { width: 10 });
    await held.end(0);
    expect(held.started()).toBe(10);
    await held.end(4);
    expect(held.started()).toBe(14);
    while (held.started() < 30) await held.end(10);
    await held.end(30);
    await done;
  });

  it("begins with fewer where told, and makes room for two more with each that ends", async () => {
    const held = heldWork();
    const done = fanOut(numbers(100), held.work, { width: 10, firstWidth: 3 });
    await held.end(0);
    expect(held.started()).toBe(3);
    // one more in place of the one that ended, and two besides
    await held.end(1);
    expect(held.started()).toBe(6);
    await held.end(2);
    // 9 of the 10 that fit are under way
    expect(held.started()).toBe(3 + 9);
    await held.end(5);
    expect(held.started()).toBe(8 + 10);
    while (held.started() < 100) await held.end(10);
    await held.end(100);
    await done;
  });
});
