import type { BranchComparison } from "../comparison/branch-comparison.js";
import type { Comparison } from "../comparison/comparison.js";
import type { ShownRating } from "../mt-bench/human-rating.js";
import type { McqOutcomeRecord, McqQuestionRecord, PageMmlu } from "./page-mmlu.js";
import type { QuestionId } from "../mt-bench/question.js";
import type { Report } from "../report/report.js";

/*
 * What a report page holds. The summary is one compressed JSON document with a column per fact, so that 100,000 judgments open at once; the
 * texts lie in compressed chunks of their own (page-chunk.ts), each of many a `PageRecord`, and are read when somebody opens a question.
 */

/** Everything a page shows before a question is opened. */
export type PageSummary = PageFrame &
  (
    | { readonly kind: "mt-bench"; readonly report: Report }
    | { readonly kind: "comparison"; readonly comparison: PageComparison }
    | { readonly kind: "mmlu"; readonly mmlu: PageMmlu }
  );

interface PageFrame {
  readonly format: 1;
  readonly title: string;
  /** the result in plain words */
  readonly sentence: string;
  readonly caveats: readonly string[];
  /** the command that makes the page again */
  readonly command: string;
  /** branchbench's version */
  readonly version: string;
  readonly questions: PageQuestions;
  /** of a comparison the base model comes first, the tuned one second */
  readonly runs: readonly PageRun[];
  readonly manifests: readonly PageManifest[];
  /** locators of judgments whose answer has changed since */
  readonly stale: readonly number[];
  /** locators of judgments that an earlier run with a larger `--judge-repeats` left behind: they are in no mean */
  readonly leftOut: readonly number[];
  /** what people said of the answers; part of no mean */
  readonly humanRatings: readonly ShownRating[];
}

/** Pairs and what was left out are in the columns. */
export type PageComparison = Omit<BranchComparison, "comparison"> & {
  readonly comparison: Omit<Comparison, "pairs" | "leftOut">;
};

/** A file that says what records came from. */
export interface PageManifest {
  readonly name: string;
  readonly content: unknown;
}

/** One entry per question in each column. */
export interface PageQuestions {
  readonly ids: readonly QuestionId[];
  /** categories, qna files, or tasks; `section` holds indexes into it */
  readonly sections: readonly string[];
  readonly section: readonly number[];
  /** of a comparison: 1 where the branch changed the question; empty otherwise */
  readonly changed: readonly number[];
  /** how the question begins */
  readonly preview: readonly string[];
  /** locators of the records that belong to the question */
  readonly records: readonly (readonly number[])[];
}

/** One candidate under one judge; one entry per question in each column. Of multiple choice there is no judge, and only scores and flags. */
export interface PageRun {
  readonly model: string;
  readonly judge: string;
  /** mean score, 1 to 10; of multiple choice 1 where the choice is right and 0 where it is wrong; null without one */
  readonly score: readonly (number | null)[];
  /** the same for each turn, first turn first */
  readonly turns: readonly (readonly (number | null)[])[];
  /** sums of `pageFlags` */
  readonly flags: readonly number[];
  /** largest distance between judgments of the same text, in points */
  readonly spread: readonly number[];
  /** judgments with a score per turn and whole point, from 1 to 10 */
  readonly histogram: readonly (readonly number[])[];
}

/** What is to be said of one candidate's work on one question. */
export const pageFlags = {
  /** a judge's reply has no usable rating, or none came */
  unscored: 1,
  /** the candidate has no complete answer */
  unanswered: 2,
  /** an answer was cut off by the token limit */
  truncated: 4,
  empty: 8,
  /** an answer changed since it was judged */
  stale: 16,
  /** an answered turn has no judgment yet */
  missing: 32,
  /** a written answer names no choice */
  unreadable: 64,
  /** a multiple-choice question came to nothing */
  failed: 128,
  /** a choice took the slow way, since no letter was listed */
  fallback: 256,
} as const;

export type PageFlag = keyof typeof pageFlags;

/** Judgments of one text that lie this many points apart disagree. */
export const disagreementPoints = 2;

/** One text that is shown when a question is opened. In a chunk something else stands for `Text`. */
export type PageRecord<Text = string> =
  | QuestionRecord<Text>
  | AnswerRecord<Text>
  | JudgmentRecord<Text>
  | McqQuestionRecord
  | McqOutcomeRecord;

export interface QuestionRecord<Text = string> {
  readonly kind: "question";
  readonly turns: readonly Text[];
  /** per turn; empty where there is none */
  readonly reference: readonly Text[];
}

export interface AnswerRecord<Text = string> {
  readonly kind: "answer";
  readonly model: string;
  readonly choice: number;
  readonly turns: readonly AnswerTurnRecord<Text>[];
  /** why there is no complete answer */
  readonly failure?: string;
}

export interface AnswerTurnRecord<Text = string> {
  readonly text: Text;
  readonly reasoning?: string;
  /** cut off by the token limit */
  readonly truncated?: true;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

export interface JudgmentRecord<Text = string> {
  readonly kind: "judgment";
  /** index into the runs */
  readonly run: number;
  /** from 1 */
  readonly turn: number;
  readonly choice: number;
  readonly repeat: number;
  readonly text: Text;
  readonly reasoning?: string;
  readonly score: number | null;
  /** why there is no score */
  readonly reason?: string;
  readonly prompt: string;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** A locator is chunk × this + position in the chunk. */
export const recordsPerChunk = 4096;

export function recordLocator(chunk: number, position: number): number {
  return chunk * recordsPerChunk + position;
}

/** Where the record of a locator lies. */
export function recordPlace(locator: number): { readonly chunk: number; readonly position: number } {
  return { chunk: Math.floor(locator / recordsPerChunk), position: locator % recordsPerChunk };
}
