import { EvalError } from "../domain/eval-error.js";
import { waitingRoom } from "./waiting-room.js";

/** Whether a server answers. */
export type Probe =
  | { readonly kind: "alive" }
  | {
      readonly kind: "dead";
      readonly error: EvalError;
      /** false where only the user can mend it, as with an unknown certificate */
      readonly waitingHelps: boolean;
    };

/** Something that can be asked whether it is there. */
export interface Probed {
  probe(signal?: AbortSignal): Promise<Probe>;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Waits until a server answers, since loading a model takes minutes.
 *
 * @param waitMs how long to go on asking; 0 asks once
 * @throws {EvalError} `server` when the time is over, or at once where waiting cannot help; `interrupted` after an abort
 */
export async function waitForServer(model: Probed, waitMs: number, signal?: AbortSignal): Promise<void> {
  const room = waitingRoom();
  const deadlineMs = performance.now() + waitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const probe = await model.probe(signal);
    if (probe.kind === "alive") return;
    const leftMs = deadlineMs - performance.now();
    if (!probe.waitingHelps || leftMs <= 0) throw waitMs === 0 ? probe.error : afterWaiting(probe.error, waitMs);
    await room.sleep(Math.min(pauseMs, leftMs), signal);
  }
}

function afterWaiting(error: EvalError, waitMs: number): EvalError {
  const { hint } = error;
  return new EvalError(
    "server",
    `${error.message} (after waiting for ${waitMs / 1_000} s)`,
    hint === undefined ? {} : { hint },
  );
}
