import type { McqPrompts } from "../domain/mmlu/mmlu-report.js";
import type { ContinuationForm, McqDoc, McqOutcome, McqPrompt, McqTask } from "../domain/scoring/multiple-choice.js";
import { largestAdaptiveLimit } from "../io/limiter.js";
import type { OutputTree } from "../io/output-tree.js";
import type { ProgressListener } from "./progress.js";
import type { ServerFacts } from "./run-manifest.js";

/** The benchmarks of this stage, and the folders of their results. */
export const mmluBench = "mmlu";
export const mmluBranchBench = "mmlu_branch";

export type PromptMaker = (task: McqTask, doc: McqDoc) => McqPrompt;

export interface MmluInput {
  /** `mmlu` or `mmlu_branch` */
  readonly bench: string;
  readonly output: OutputTree;
  /** as its server knows it */
  readonly model: string;
  readonly tasks: readonly McqTask[];
  /** the question as the model sees it */
  readonly promptOf: PromptMaker;
  /** how prompts are made, for manifests and reports */
  readonly prompts: McqPrompts;
  /** only the first so many questions of each task */
  readonly firstN?: number;
  /** in words, where tasks were left out on purpose */
  readonly tasksLeftOut?: string;
  /** what a reader of the scores should know of the data */
  readonly dataNotes?: readonly string[];
  /** moves what an earlier run left aside instead of going on with it */
  readonly fresh?: boolean;
}

/** One question as it is asked. */
export interface McqQuestion {
  readonly task: McqTask;
  readonly doc: McqDoc;
  readonly prompt: McqPrompt;
}

/** How a model's choices are found. */
export interface McqScoring {
  /** Puts one question. What fails is an outcome; it rejects where the run must stop. */
  readonly score: (question: McqQuestion, signal: AbortSignal) => Promise<McqOutcome>;
  readonly modes: Readonly<Partial<Record<ContinuationForm, string>>>;
  /** what decides the outcomes beside the prompts: going on with other such settings is refused */
  readonly settings: Readonly<Record<string, unknown>>;
  /** what the server was found to be able to do, for people */
  readonly findings: readonly string[];
}

export interface MmluPorts {
  readonly scoring: McqScoring;
  readonly server: ServerFacts;
  readonly progress?: ProgressListener;
  /** stops taking questions; what is under way ends and is saved */
  readonly signal?: AbortSignal;
  /** upper bound of the questions under way; the model's own limiter decides how many requests are */
  readonly width?: number;
}

/** questions whose records are on their way to the disk, or that wait for another try */
const besides = 64;

/**
 * As many questions are under way until the first one ends. Where V8 finds hundreds alive of all that were made since its last look, it takes
 * their like for long-lived: what each later question needs then stays in memory until the next collection of all that is old.
 */
export const questionsAtFirst = 32;

/** How many questions a run holds at a time: each has its prompt, so that more than can be in flight would only take memory. */
export function questionsUnderWay(maxWorkers: number | "auto"): number {
  return Math.max(largestAdaptiveLimit, maxWorkers === "auto" ? 0 : maxWorkers) + besides;
}
