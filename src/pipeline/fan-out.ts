import { EvalError } from "../domain/eval-error.js";

/**
 * Works on items with at most `width` under way, taking the next one only when there is room: memory does not grow with the source.
 * The first error stops the taking; what is under way ends before it is thrown. An aborted signal stops the taking, too.
 */
export async function fanOut<Item>(
  source: AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
  options: {
    readonly width: number;
    /** as many at first, if fewer: each that ends makes room for two more, until there are `width` */
    readonly firstWidth?: number;
    readonly signal?: AbortSignal;
    /** told of each failure at once, so that a source that waits for something can end */
    readonly onFailure?: () => void;
  },
): Promise<void> {
  const failures: unknown[] = [];
  let width = Math.min(options.width, options.firstWidth ?? options.width);
  let running = 0;
  let wake = (): void => undefined;
  // not a race of all that is under way: that would cost each item a reaction on every other
  const nextEnd = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const workOn = async (item: Item): Promise<void> => {
    running++;
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
      options.onFailure?.();
    }
    running--;
    width = Math.min(options.width, width + 2);
    wake();
  };
  const stopped = (): boolean => failures.length > 0 || options.signal?.aborted === true;
  try {
    for await (const item of source) {
      if (stopped()) break;
      void workOn(item);
      while (running >= width) await nextEnd();
      if (stopped()) break;
    }
  } finally {
    while (running > 0) await nextEnd();
  }
  if (failures.length === 0) return;
  const [first] = failures;
  if (first instanceof EvalError && first.code === "interrupted") throwIfStopped(options.signal);
  throw first;
}

/** Turns an aborted signal into the error that says so; a reason that is itself an `EvalError` is kept. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  if (signal.reason instanceof EvalError) throw signal.reason;
  throw new EvalError("interrupted", "stopped before the end; everything finished is saved", {
    hint: "run the same command again to go on",
  });
}
