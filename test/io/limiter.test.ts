import { describe, expect, it } from "vitest";
import { limiter, type Limiter } from "../../src/io/limiter.js";
import { gate } from "../support/model-server.js";

describe("fixed", () => {
  it("runs at most so many tasks at a time, in the order of their calls", async () => {
    const fixed = limiter(2);
    const started: number[] = [];
    const gates = [gate(), gate(), gate()];
    const runs = gates.map(({ opened }, index) => fixed.run(startThenWait(started, opened), index));
    await turn();
    expect(started).toEqual([0, 1]);
    expect(fixed).toMatchObject({ inFlight: 2, waiting: 1, limit: 2, largestLimit: 2 });
    gates[1]?.open();
    await runs[1];
    await turn();
    expect(started).toEqual([0, 1, 2]);
    for (const { open } of gates) open();
    expect(await Promise.all(runs)).toEqual([0, 1, 2]);
  });

  it("lets those go ahead that end what has begun, in the order of their calls", async () => {
    const fixed = limiter(1);
    const started: number[] = [];
    const { opened, open } = gate();
    const runs = [fixed.run(startThenWait(started, opened), 0)];
    await turn();
    const at = (value: number) => async () => void started.push(value);
    runs.push(...[1, 2].map(async (value) => fixed.run(at(value), 0).then(() => value)));
    runs.push(...[3, 4].map(async (value) => fixed.runFirst(at(value), 0).then(() => value)));
    expect(fixed).toMatchObject({ inFlight: 1, waiting: 4 });
    open();
    await Promise.all(runs);
    expect(started).toEqual([0, 3, 4, 1, 2]);
    expect(fixed).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it("gives the permit back when a task fails", async () => {
    const fixed = limiter(1);
    await expect(fixed.run(() => Promise.reject(new Error("broken")), 0)).rejects.toThrow("broken");
    expect(await fixed.run((value) => Promise.resolve(value), "next")).toBe("next");
  });

  it("never adapts", async () => {
    const fixed = limiter(4);
    const release = await saturate(fixed);
    for (let count = 0; count < 100; count += 1) fixed.reportSuccess();
    expect(fixed.limit).toBe(4);
    fixed.reportOverload(fixed.round);
    expect(fixed.limit).toBe(4);
    await release();
  });
});

describe("auto", () => {
  it("starts with 8 and doubles with each round of successes, up to 256", async () => {
    const auto = limiter("auto");
    const release = await saturate(auto);
    expect(auto.limit).toBe(8);
    const limits = Array.from({ length: 6 }, () => {
      const { limit } = auto;
      for (let count = 0; count < limit; count += 1) auto.reportSuccess();
      return auto.limit;
    });
    expect(limits).toEqual([16, 32, 64, 128, 256, 256]);
    await release();
  });

  it("does not grow while nothing presses against the limit", () => {
    const auto = limiter("auto");
    for (let count = 0; count < 100; count += 1) auto.reportSuccess();
    expect(auto.limit).toBe(8);
  });

  it("halves once for all that was in flight, and then grows by 1 a round", async () => {
    const auto = limiter("auto");
    const release = await saturate(auto);
    const { round } = auto;
    for (let count = 0; count < 8; count += 1) auto.reportOverload(round);
    expect(auto.limit).toBe(4);
    for (let count = 0; count < 3; count += 1) auto.reportSuccess();
    expect(auto.limit).toBe(4);
    auto.reportSuccess();
    expect(auto.limit).toBe(5);
    auto.reportOverload(auto.round);
    expect(auto.limit).toBe(2);
    await release();
  });

  it("never falls below 1", () => {
    const auto = limiter("auto");
    for (let count = 0; count < 10; count += 1) auto.reportOverload(auto.round);
    expect(auto.limit).toBe(1);
  });

  it("starts waiting tasks when the limit grows", async () => {
    const auto = limiter("auto");
    const release = await saturate(auto);
    expect(auto.inFlight).toBe(8);
    auto.reportSuccess();
    await turn();
    expect(auto.inFlight).toBe(9);
    await release();
  });
});

/** Lets every microtask run. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function startThenWait(started: number[], opened: Promise<void>): (index: number) => Promise<number> {
  return async (index) => {
    started.push(index);
    await opened;
    return index;
  };
}

/** Fills a limiter with more tasks than it will ever let through; the result ends them. */
async function saturate(full: Limiter): Promise<() => Promise<void>> {
  const { opened, open } = gate();
  const runs = Array.from({ length: 600 }, () => full.run(() => opened, undefined));
  await turn();
  return async () => {
    open();
    await Promise.all(runs);
  };
}
