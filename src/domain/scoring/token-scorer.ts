import type { RequestFailureReason, TokenUsage } from "../server/chat-model.js";
import type { McqContext } from "./multiple-choice.js";

/** One token that a server listed with its log-probability. */
export interface ListedToken {
  readonly text: string;
  /** where the server tells it */
  readonly id?: number;
  /** natural logarithm */
  readonly logprob: number;
}

/** What a scorer is asked. The model's name and server belong to the `TokenScorer` itself. */
type ScoringRequest =
  /** the most probable next tokens after a context, best first */
  | { readonly kind: "next-token"; readonly context: McqContext }
  /** the log-probability of a continuation, given the context; the same object for all continuations of one context saves work */
  | { readonly kind: "continuation"; readonly context: McqContext; readonly continuation: string };

/** What came back. */
export type ScoringReply =
  | { readonly kind: "listed"; readonly tokens: readonly ListedToken[]; readonly usage?: TokenUsage }
  | {
      readonly kind: "scored";
      /** summed over the tokens of the continuation */
      readonly logprob: number;
      readonly tokens: number;
      readonly usage?: TokenUsage;
    }
  | { readonly kind: "failed"; readonly reason: RequestFailureReason; readonly message: string };

/** A model that tells log-probabilities, as a function; fails and stops like a `ChatModel`. */
export type TokenScorer = (request: ScoringRequest, signal?: AbortSignal) => Promise<ScoringReply>;
