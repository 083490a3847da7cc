import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { EvalError } from "../../src/domain/eval-error.js";
import { waitingRoom, type Waiter } from "../../src/io/waiting-room.js";

function waiter(signal?: AbortSignal): Waiter & { readonly errors: EvalError[] } {
  const errors: EvalError[] = [];
  return {
    signal,
    errors,
    giveUp(error) {
      errors.push(error);
    },
  };
}

describe("waitingRoom", () => {
  it("keeps one listener on a signal while anyone waits, and none afterwards", () => {
    const { signal } = new AbortController();
    const room = waitingRoom();
    const waiters = Array.from({ length: 1_000 }, () => waiter(signal));
    for (const waiter of waiters) room.enter(waiter);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const waiter of waiters) expect(room.leave(waiter)).toBe(true);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("makes those who wait on a signal give up when it aborts, once", () => {
    const controller = new AbortController();
    const room = waitingRoom();
    const [left, stopped, other] = [waiter(controller.signal), waiter(controller.signal), waiter()];
    for (const waiter of [left, stopped, other]) room.enter(waiter);
    room.leave(left);
    controller.abort();
    room.clear(new EvalError("server", "later"));
    expect(left.errors).toEqual([]);
    expect(stopped.errors).toMatchObject([{ code: "interrupted" }]);
    expect(other.errors).toMatchObject([{ message: "later" }]);
    expect(room.leave(stopped)).toBe(false);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("lets nobody in after the abort", () => {
    const late = waiter(AbortSignal.abort());
    waitingRoom().enter(late);
    expect(late.errors).toMatchObject([{ code: "interrupted" }]);
  });

  it("leaves no timer behind", async () => {
    const room = waitingRoom();
    const before = timers();
    const sleeps = Array.from({ length: 50 }, () => room.sleep(3_600_000, undefined));
    expect(timers() - before).toBeGreaterThanOrEqual(50);
    room.clear(new EvalError("server", "dead"));
    await Promise.allSettled(sleeps);
    expect(timers() - before).toBeLessThan(25);
  });

  it("wakes sleepers in time, or at once when they must give up", async () => {
    const controller = new AbortController();
    const room = waitingRoom();
    await room.sleep(1, controller.signal);
    const sleeps = [room.sleep(3_600_000, controller.signal), room.sleep(3_600_000, undefined)];
    controller.abort();
    room.clear(new EvalError("server", "dead"));
    expect(await Promise.allSettled(sleeps)).toMatchObject([
      { reason: { code: "interrupted" } },
      { reason: { code: "server" } },
    ]);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}
