import { z } from "zod";

/** What a stage's progress file says, as far as somebody who watches needs it. Stages of other versions may say more. */
export const runProgressSchema = z.object({
  stage: z.string(),
  /** absent while the total is not known yet */
  total: z.number().int().nonnegative().optional(),
  done: z.number().int().nonnegative(),
  /** finished by earlier runs */
  resumed: z.number().int().nonnegative().default(0),
  failed: z.number().int().nonnegative().default(0),
  state: z.string(),
  /** ISO 8601 */
  started: z.string(),
  updated: z.string(),
});

export type RunProgress = z.infer<typeof runProgressSchema>;

/** running: a process works on it now; interrupted: it ended before it was done, and the same command goes on with it. */
export type RunState = "running" | "done" | "interrupted";

/**
 * A file that says "running" while nobody holds its lock was left by a process that was killed. Records without a progress file are other
 * tools' and taken as done.
 */
export function runState(progress: RunProgress | undefined, isHeld: boolean): RunState {
  if (progress === undefined) return isHeld ? "running" : "done";
  if (progress.state === "done") return "done";
  return isHeld ? "running" : "interrupted";
}

export interface RunRate {
  /** finished per second since the run was started; null before anything is finished */
  readonly perSecond: number | null;
  /** seconds that the rest takes at this rate; null where that cannot be said */
  readonly remainingSeconds: number | null;
}

/** @param seconds how long the run has gone on */
export function runRate({ total, done, resumed }: RunProgress, seconds: number): RunRate {
  const perSecond = seconds > 0 && done > resumed ? (done - resumed) / seconds : null;
  const remainingSeconds = perSecond === null || total === undefined ? null : Math.max(0, total - done) / perSecond;
  return { perSecond, remainingSeconds };
}
