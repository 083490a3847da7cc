import pLimit from "p-limit";

/** How many requests may be in flight: a fixed number, or as many as the server bears. */
export type MaxWorkers = number | "auto";

type RunTask = <Argument, Result>(task: (argument: Argument) => Promise<Result>, argument: Argument) => Promise<Result>;

/** Bounds what is in flight. */
export interface Limiter {
  /** Runs a task as soon as a permit is free; tasks start in the order of their calls. The permit is free again when the task ends. */
  run: RunTask;
  /** The same, but ahead of all that wait and were not called in this way. */
  runFirst: RunTask;
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

type Start = () => Promise<unknown>;

const firstLimit = 8;
/** As many requests as `auto` has in flight at most. */
export const largestAdaptiveLimit = 256;

/**
 * Makes a limiter. `auto` is what TCP does (additive increase, multiplicative decrease): the limit doubles with each round of
 * successes until the first overload, is halved by an overload at most once per round, and then grows by 1 a round.
 */
export function limiter(maxWorkers: MaxWorkers): Limiter {
  const isFixed = maxWorkers !== "auto";
  const queue = pLimit(isFixed ? maxWorkers : firstLimit);
  const largestLimit = isFixed ? maxWorkers : largestAdaptiveLimit;
  // a permit goes to whoever is first when it becomes free, not to whoever asked for it
  const [first, others]: [Start[], Start[]] = [[], []];
  let round = 0;
  let successes = 0;

  function runIn(waiting: Start[]): RunTask {
    return (task, argument) =>
      new Promise((resolve) => {
        waiting.push(() => {
          const result = task(argument);
          resolve(result);
          return result;
        });
        // whoever called sees how it ended
        queue(startNext).catch(ignore);
      });
  }

  function startNext(): Promise<unknown> {
    const start = first.shift() ?? others.shift();
    return start?.() ?? Promise.resolve();
  }

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
    run: runIn(others),
    runFirst: runIn(first),
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

function ignore(): void {
  // told elsewhere
}
