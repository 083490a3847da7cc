import { EvalError } from "../domain/eval-error.js";

/** Something that waits and can be told to stop waiting. */
export interface Waiter {
  readonly signal: AbortSignal | undefined;
  /** called at most once, after the waiter left the room */
  giveUp(error: EvalError): void;
}

/**
 * Where calls wait, for a permit or until their next try, and which they leave at once when the run stops or the server turns out
 * to be dead. However many wait, a signal carries one listener, and none when nobody waits.
 */
export interface WaitingRoom {
  enter(waiter: Waiter): void;
  /** Returns false where the waiter was told to give up before. */
  leave(waiter: Waiter): boolean;
  /** Waits, and rejects at once when the signal aborts or the room is cleared. */
  sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void>;
  /** Makes everyone give up. */
  clear(error: EvalError): void;
}

/** Opens an empty waiting room. */
export function waitingRoom(): WaitingRoom {
  const groups = new Map<AbortSignal | undefined, Set<Waiter>>();

  function onAbort(event: Event): void {
    if (event.target instanceof AbortSignal) dismiss(event.target, interrupted());
  }

  function dismiss(signal: AbortSignal | undefined, error: EvalError): void {
    const group = groups.get(signal);
    groups.delete(signal);
    signal?.removeEventListener("abort", onAbort);
    for (const waiter of group ?? []) waiter.giveUp(error);
  }

  function enter(waiter: Waiter): void {
    const { signal } = waiter;
    if (signal?.aborted === true) {
      waiter.giveUp(interrupted());
      return;
    }
    const group = groups.get(signal);
    if (group !== undefined) {
      group.add(waiter);
      return;
    }
    groups.set(signal, new Set([waiter]));
    signal?.addEventListener("abort", onAbort);
  }

  function leave(waiter: Waiter): boolean {
    const { signal } = waiter;
    const group = groups.get(signal);
    if (group === undefined || !group.delete(waiter)) return false;
    if (group.size === 0) {
      groups.delete(signal);
      signal?.removeEventListener("abort", onAbort);
    }
    return true;
  }

  function sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        leave(waiter);
        resolve();
      }, durationMs);
      const waiter: Waiter = {
        signal,
        giveUp(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      enter(waiter);
    });
  }

  return {
    enter,
    leave,
    sleep,
    clear(error) {
      for (const signal of groups.keys()) dismiss(signal, error);
    },
  };
}

/** The error of a call that got no reply because the run was stopped. */
export function interrupted(): EvalError {
  return new EvalError("interrupted", "stopped before a reply came");
}
