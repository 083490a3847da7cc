import type { RequestFailureReason, TokenUsage } from "../server/chat-model.js";
import type { QuestionId } from "./question.js";

/** One assistant turn that a candidate finished. */
export interface AnswerTurn {
  /** the answer without the model's thinking */
  readonly text: string;
  readonly reasoning?: string;
  /** `length` means that the answer was cut off */
  readonly finishReason?: string;
  readonly usage?: TokenUsage;
  readonly latencyMs?: number;
  readonly attempts?: number;
}

/** One conversation; `index` counts the repeats of a question from 0. */
export interface AnswerChoice {
  readonly index: number;
  readonly turns: readonly AnswerTurn[];
}

/** Why a question has no complete answer. */
type AnswerFailureReason =
  | RequestFailureReason
  /** the token limit was spent on thinking, no answer came */
  | "reasoning-only"
  /** the run was stopped between two turns */
  | "interrupted"
  /** a file of another tool holds its error marker where the answer should be */
  | "error-marker";

interface AnswerFacts {
  readonly questionId: QuestionId;
  readonly answerId: string;
  readonly model: string;
  /** of a failed answer: the turns that were finished before it failed */
  readonly choices: readonly AnswerChoice[];
  /** seconds since 1970 */
  readonly tstamp: number;
}

export interface CompleteAnswer extends AnswerFacts {
  readonly kind: "answered";
}

/** What went wrong, and where. */
export interface AnswerFailure {
  readonly kind: "failed";
  readonly reason: AnswerFailureReason;
  readonly message: string;
  /** the turn that failed, from 1 */
  readonly turn: number;
  /** tokens of a reply that came but holds no answer */
  readonly usage?: TokenUsage;
}

export interface FailedAnswer extends AnswerFacts, AnswerFailure {}

/** What a candidate made of one question. */
export type Answer = CompleteAnswer | FailedAnswer;
