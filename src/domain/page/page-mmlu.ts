import type { McqComparison } from "../mmlu/mcq-comparison-schema.js";
import type { AskedMcq, SampleOutcome } from "../mmlu/mcq-sample.js";
import type { MmluReport } from "../mmlu/mmlu-report.js";
import type { ContinuationForm } from "../scoring/multiple-choice.js";

/** What a page of multiple-choice results holds beside the columns. */
export interface PageMmlu {
  readonly bench: string;
  /** in the order of the runs */
  readonly models: readonly PageMmluModel[];
  /** runs that are shown side by side at first; the same twice where there is one */
  readonly shown: readonly [left: number, right: number];
  /** whether these are a base model and one tuned from it */
  readonly isTuning: boolean;
  readonly pairs: readonly PageMmluPair[];
}

export interface PageMmluModel {
  /** without scores, which are below */
  readonly report: Omit<MmluReport, "scores">;
  /** over all tasks, one a way of scoring: letters, texts of the choices, or both where they come to one figure */
  readonly overall: readonly OverallEstimate[];
  readonly categories: readonly ShareEstimate[];
  readonly tasks: readonly ShareEstimate[];
  readonly selected: number;
  readonly failed: number;
  readonly unreadable: number;
  readonly fallbacks: number;
  readonly requests: number;
  readonly tokens: MmluReport["scores"]["tokens"];
}

/** A share of right answers and how sure it is. */
export interface ShareEstimate {
  /** `mmlu_anatomy`, `mmlu_stem`; of all tasks how they are scored */
  readonly name: string;
  readonly alias: string;
  /** of a task, as `mmluCategories` has it; null where it has none */
  readonly category: string | null;
  readonly n: number;
  readonly correct: number;
  /** null where nothing was scored */
  readonly acc: number | null;
  /** lm-eval's; null where it cannot be known */
  readonly stderr: number | null;
  /** 95 %, Wilson's */
  readonly interval: readonly [number, number] | null;
}

/** A share of right answers over tasks, each by its size, and the plain mean over them. */
export interface OverallEstimate extends ShareEstimate {
  readonly tasks: number;
  /** plain mean over tasks */
  readonly mean: number | null;
  readonly meanStderr: number | null;
  readonly meanInterval: readonly [number, number] | null;
}

/** Two models question by question. */
export interface PageMmluPair {
  /** indexes into the runs */
  readonly base: number;
  readonly tuned: number;
  readonly comparison: Pick<McqComparison, "settings" | "overall" | "tasks">;
  /** questions that both models were scored on, by what is scored: letters and texts are never counted together */
  readonly counts: readonly PairCounts[];
}

/** Right in both models, in one, in neither. */
export interface PairCounts {
  readonly form: ContinuationForm;
  readonly both: number;
  readonly gained: number;
  readonly lost: number;
  readonly neither: number;
}

/** A multiple-choice question, shown when it is opened. */
export interface McqQuestionRecord {
  readonly kind: "mcq-question";
  /** null where no model has an outcome, so that nobody recorded the text */
  readonly asked: AskedMcq | null;
}

/** What one model made of it. */
export interface McqOutcomeRecord {
  readonly kind: "mcq-outcome";
  /** index into the runs */
  readonly run: number;
  readonly outcome: SampleOutcome;
}
