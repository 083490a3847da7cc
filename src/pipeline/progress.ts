/** Where a stage stands. Numbers count questions, or judgments (judge-answers). */
export interface ProgressSnapshot {
  readonly stage: "gen-answers" | "judge-answers" | "mmlu" | "mmlu-branch";
  /** who is asked */
  readonly model: string;
  /** of a comparison: whose answers these are, and on which branch's questions; several runs of one stage go on at a time there */
  readonly cell?: { readonly candidate: string; readonly branch: string };
  /** undefined while judgments still depend on answers to come */
  readonly total: number;
  /** finished, with those of earlier runs */
  readonly done: number;
  /** finished by earlier runs; rate and remaining time leave them out */
  readonly resumed: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly state: "running" | "done" | "interrupted" | "stopped";
}

export type ProgressListener = (snapshot: ProgressSnapshot) => void;

/** Counts for one stage. */
export interface ProgressCounter {
  add(change: {
    readonly total?: number;
    readonly resumed?: number;
    readonly done?: number;
    readonly failed?: number;
  }): void;
  tokens(usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined): void;
  end(state: ProgressSnapshot["state"]): void;
  snapshot(): ProgressSnapshot;
}

export function progressCounter(
  stage: ProgressSnapshot["stage"],
  model: string,
  listeners: readonly (ProgressListener | undefined)[],
): ProgressCounter {
  // changed in place, since it changes several times for each record; listeners get a copy
  const now: { -readonly [Key in keyof ProgressSnapshot]: ProgressSnapshot[Key] } = {
    stage,
    model,
    total: 0,
    done: 0,
    resumed: 0,
    failed: 0,
    promptTokens: 0,
    completionTokens: 0,
    state: "running",
  };
  const tell = (): void => {
    const snapshot = { ...now };
    for (const listener of listeners) listener?.(snapshot);
  };
  return {
    add: ({ total = 0, resumed = 0, done = 0, failed = 0 }) => {
      now.total += total;
      now.resumed += resumed;
      now.done += resumed + done;
      now.failed += failed;
      tell();
    },
    tokens: (usage) => {
      if (usage === undefined) return;
      now.promptTokens += usage.promptTokens;
      now.completionTokens += usage.completionTokens;
    },
    end: (state) => {
      now.state = state;
      tell();
    },
    snapshot: () => ({ ...now }),
  };
}
