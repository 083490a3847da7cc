import type { ContinuationForm } from "../scoring/multiple-choice.js";
import type { RunRate, RunState } from "../run-progress.js";

/** What lies in an output folder, as the viewer shows it. */
export interface ViewListing {
  readonly folder: string;
  readonly sets: readonly ViewSet[];
  /** folders that are not shown, and why */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

export type ViewSet = ViewJudgedSet | ViewChoicesSet;

interface ViewPlace {
  /** names the set in requests; says nothing of its place */
  readonly id: string;
  /** relative to the output folder, with `/`; "." for the folder itself */
  readonly path: string;
  readonly bench: string;
}

/** The records of one benchmark on one question set: a folder with `model_answer` and `model_judgment`. */
export interface ViewJudgedSet extends ViewPlace {
  readonly kind: "judged";
  readonly branch: string | null;
  readonly candidates: readonly ViewCandidate[];
  readonly judges: readonly ViewJudge[];
}

/** What models came to on multiple-choice questions: a folder with one folder a model. */
export interface ViewChoicesSet extends ViewPlace {
  readonly kind: "choices";
  readonly models: readonly ViewChooser[];
  /** a base model and one tuned from it that `mmlu-branch` compared, and that have no newer results */
  readonly comparisons: readonly { readonly base: string; readonly tuned: string }[];
}

/** How far a run came. */
export interface ViewStage {
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

/** A model that takes one of several choices. */
export interface ViewChooser extends ViewStage {
  readonly model: string;
  /** questions with an outcome */
  readonly n: number;
  /** how many of them are right, by what is scored, which is never put into one figure: for watching; the report has the share of each task. Empty where only the results will tell the one from the other. */
  readonly forms: readonly ViewShare[];
  /** what part of the benchmark the newest results are of, in words; null where they are whole or there are none */
  readonly partial: string | null;
  /** when the newest run began whose results are written, which is what can be opened; ISO 8601; null before that */
  readonly finished: string | null;
}

/** How many of the questions that are scored alike are right. */
export interface ViewShare {
  /** null where nobody wrote it down, which older versions did not */
  readonly form: ContinuationForm | null;
  readonly n: number;
  readonly correct: number;
}

/** The mean over what was scored so far, each judgment counted once: the report weighs questions, this is for watching. */
export interface ViewScore {
  readonly model: string;
  readonly n: number;
  readonly sum: number;
  readonly unscored: number;
}
