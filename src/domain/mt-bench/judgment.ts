import type { RequestFailureReason, TokenUsage } from "../server/chat-model.js";
import type { QuestionId } from "./question.js";
import type { Rating, RatingParser, RatingScale } from "./rating.js";
import { readRating } from "./rating.js";
import { splitReasoning } from "../server/reasoning.js";

/** What one judge said of one turn of one answer. */
export interface JudgmentFacts {
  readonly questionId: QuestionId;
  /** full name of the candidate */
  readonly model: string;
  readonly judge: string;
  readonly promptName: string;
  /** sha256 of the prompt's source, in hex */
  readonly promptHash?: string;
  readonly userPrompt: string;
  /** turn that was judged, from 1 */
  readonly turn: number;
  /** repeat of the answer that was judged, from 0 */
  readonly choice: number;
  /** repeat of this judgment; left out for the first */
  readonly repeat?: number;
  /** hash of the texts that were judged; an answer that changed is judged again */
  readonly answerHash?: string;
  /** seconds since 1970 */
  readonly tstamp: number;
}

/** A judge's reply, read. */
export interface RatedJudgment extends JudgmentFacts {
  readonly kind: "rated";
  readonly text: string;
  readonly rating: Rating;
  /** the judge's thinking, where it is not part of `text` */
  readonly reasoning?: string;
  /** the thinking stood in the reply and was split off here; where left out, the server itself had kept it apart */
  readonly reasoningInline?: true;
  readonly finishReason?: string;
  readonly usage?: TokenUsage;
  readonly latencyMs?: number;
  readonly attempts?: number;
}

/** No reply came from the judge. */
export interface FailedJudgment extends JudgmentFacts {
  readonly kind: "failed";
  readonly reason: RequestFailureReason | "error-marker";
  readonly message: string;
}

export type Judgment = RatedJudgment | FailedJudgment;

/** Identifies what is judged once: a later judgment with the same key replaces an earlier one. */
export function judgmentKey(
  judgment: Pick<JudgmentFacts, "model" | "questionId" | "turn" | "choice" | "repeat">,
): string {
  return JSON.stringify([judgment.model, judgment.questionId, judgment.turn, judgment.choice, judgment.repeat ?? 0]);
}

/** Whether the answer has stayed what it was when it was judged. Judgments of other tools carry no hash and are taken as they are. */
export function isSameAnswer(judged: { readonly answerHash?: string }, now: { readonly answerHash: string }): boolean {
  return judged.answerHash === undefined || judged.answerHash === now.answerHash;
}

/** Reads the stored reply again with another parser; nothing is asked. */
export function reread(judgment: Judgment, parser: RatingParser, scale: RatingScale): Judgment {
  if (judgment.kind === "failed") return judgment;
  return { ...judgment, rating: readRating(parser, readBy(parser, judgment), scale) };
}

/**
 * What a parser gets to see of a stored reply. FastChat's reads the reply as the server sent it, so thinking that was split off stands
 * before the text again; the strict one reads the text after the thinking, which another tool's file may still hold.
 */
function readBy(parser: RatingParser, { text, reasoning, reasoningInline }: RatedJudgment): string {
  if (reasoningInline !== true) return parser === "fastchat" ? text : splitReasoning(text).text;
  return parser === "fastchat" ? `${reasoning ?? ""}</think>${text}` : text;
}
