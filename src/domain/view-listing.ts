import type { RunRate, RunState } from "./run-progress.js";

/** What lies in an output folder, as the viewer shows it. */
export interface ViewListing {
  readonly folder: string;
  readonly sets: readonly ViewSet[];
  /** folders that are not shown, and why */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

/** The records of one benchmark on one question set: a folder with `model_answer` and `model_judgment`. */
export interface ViewSet {
  /** names the set in requests; says nothing of its place */
  readonly id: string;
  /** relative to the output folder, with `/`; "." for the folder itself */
  readonly path: string;
  readonly bench: string;
  readonly branch: string | null;
  readonly candidates: readonly ViewCandidate[];
  readonly judges: readonly ViewJudge[];
}

interface ViewStage {
  readonly state: RunState;
  /** null where no stage of ours wrote the records */
  readonly progress:
    | (RunRate & { readonly done: number; readonly total: number | null; readonly failed: number })
    | null;
  /** why something has no result, and how often */
  readonly errors: Readonly<Record<string, number>>;
}

/** The answers of one model. */
export interface ViewCandidate extends ViewStage {
  readonly model: string;
  readonly answered: number;
}

/** What one judge said. */
export interface ViewJudge extends ViewStage {
  readonly judge: string;
  readonly models: readonly ViewScore[];
}

/** The mean over what was scored so far, each judgment counted once: the report weighs questions, this is for watching. */
export interface ViewScore {
  readonly model: string;
  readonly n: number;
  readonly sum: number;
  readonly unscored: number;
}
