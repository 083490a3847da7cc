import pLimit from "p-limit";

/** How many requests may be in flight: a fixed number, or as many as the server bears. */
export type MaxWorkers = number | "auto";

/** Bounds what is in flight. */
export interface Limiter {
  /** Runs a task as soon as a permit is free; tasks start in the order of their calls. The permit is free again when the task ends. */
  run<Argument, Result>(task: (argument: Argument) => Promise<Result>, argument: Argument): Promise<Result>;
  /** A task got through. */
  reportSuccess(): void;
  /**
   * The server showed signs of overload.
   *
   * @param round the value of `round` when the task began: what began before the last reduction says nothing about the limit since then
   */
  reportOverload(round: number): void;
  /** number of reductions so far */
  readonly round: number;
  readonly limit: number;
  /** what the limit never exceeds */
  readonly largestLimit: number;
  readonly inFlight: number;
  readonly waiting: number;
}

const firstLimit = 8;
const largestAdaptiveLimit = 256;

/**
 * Makes a limiter. `auto` is what TCP does (additive increase, multiplicative decrease): the limit doubles with each round of
 * successes until the first overload, is halved by an overload at most once per round, and then grows by 1 a round.
 */
export function limiter(maxWorkers: MaxWorkers): Limiter {
  const isFixed = maxWorkers !== "auto";
  const queue = pLimit(isFixed ? maxWorkers : firstLimit);
  const largestLimit = isFixed ? maxWorkers : largestAdaptiveLimit;
  let round = 0;
  let successes = 0;

  function reportSuccess(): void {
    const limit = queue.concurrency;
    // a limit that nothing presses against was not put to the test
    const isSaturated = queue.pendingCount > 0 || queue.activeCount >= limit;
    if (isFixed || !isSaturated || limit >= largestLimit) return;
    successes += 1;
    if (round > 0 && successes < limit) return;
    successes = 0;
    queue.concurrency = limit + 1;
  }

  function reportOverload(startedInRound: number): void {
    if (isFixed || startedInRound !== round) return;
    round += 1;
    successes = 0;
    queue.concurrency = Math.max(1, Math.floor(queue.concurrency / 2));
  }

  return {
    run: (task, argument) => queue(task, argument),
    reportSuccess,
    reportOverload,
    largestLimit,
    get round() {
      return round;
    },
    get limit() {
      return queue.concurrency;
    },
    get inFlight() {
      return queue.activeCount;
    },
    get waiting() {
      return queue.pendingCount;
    },
  };
}
