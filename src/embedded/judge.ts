import type { ChatMessage } from "../domain/server/chat-model.js";
import type { JudgedTurn } from "../domain/mt-bench/judge-prompt.js";
import { readJudgeRequest } from "./judge-request.js";
import { contentWords, countFound, overlapOf, shareOf } from "./words.js";

/** A whole rating from 1 to 10, and the numbers it was made of. */
export interface LexicalRating {
  readonly rating: number;
  readonly explanation: string;
}

/**
 * Answers a judge prompt by counting words: an explanation, then `Rating: [[n]]`. It understands nothing, and no word
 * of the judged texts is repeated in what it says. Where the last user message is no judge prompt that it can read, it
 * says so and gives no rating.
 */
export function judge(messages: readonly ChatMessage[]): string {
  const prompt = messages.findLast((message) => message.role === "user")?.content ?? "";
  const turns = readJudgeRequest(prompt);
  if (turns === undefined) {
    return "This is no judge prompt in a form that the embedded judge can read, so there is nothing to rate.";
  }
  const { rating, explanation } = rateLastAnswer(turns);
  return `${explanation}\n\nRating: [[${rating}]]`;
}

/** Rates the answer to the last question, by its reference where there is one. */
export function rateLastAnswer(turns: readonly [JudgedTurn, ...JudgedTurn[]]): LexicalRating {
  const last = turns.at(-1) ?? turns[0];
  return last.reference === undefined || last.reference.trim() === ""
    ? rateByConversation(last, turns.slice(0, -1))
    : rateByReference(last, last.reference);
}

/** How much agreement with the reference counts; the rest is for taking up the question. */
const referenceShare = 0.85;

function rateByReference({ question, answer }: JudgedTurn, reference: string): LexicalRating {
  const answerWords = contentWords(answer);
  const overlap = overlapOf(answerWords, contentWords(reference));
  const asked = countFound(contentWords(question), answerWords);
  return {
    rating: toRating(referenceShare * overlap.f1 + (1 - referenceShare) * shareOf(asked)),
    explanation:
      `Counted by words: the answer has ${overlap.left} content words, the reference answer ${overlap.right}, and ` +
      `${overlap.shared} agree (F1 ${overlap.f1.toFixed(2)}). ` +
      `Of the question's ${asked.of} content words the answer takes up ${asked.found}.`,
  };
}

/** The product of the two shares from which an answer counts as fully on the subject (each share at 0.36). */
const fullRelevance = 0.13;
/** An answer with fewer words of its own than this only repeats the question. */
const fullSubstance = 4;
/** Agreement (F1) with an earlier answer from which an answer is that one over again. */
const repetition = 0.95;

/**
 * Without a reference, what can be counted is whether the answer speaks of what was talked about: how many of the
 * questions' words it takes up, and how many of its own words come from the conversation (a "rewrite it" is answered in
 * the words of the text to rewrite). Both must hold. To repeat the question or an earlier answer is no answer, so that
 * other words are required too.
 */
function rateByConversation(last: JudgedTurn, earlier: readonly JudgedTurn[]): LexicalRating {
  const answerWords = contentWords(last.answer);
  const questionWords = [...earlier, last].flatMap((turn) => contentWords(turn.question));
  const conversation = [...questionWords, ...earlier.flatMap((turn) => contentWords(turn.answer))];
  const asked = countFound(questionWords, answerWords);
  const connected = countFound(answerWords, conversation);
  const repeated = countFound(answerWords, contentWords(last.question));
  const isOldAnswer = earlier.some((turn) => overlapOf(answerWords, contentWords(turn.answer)).f1 > repetition);
  const own = isOldAnswer ? 0 : repeated.of - repeated.found;
  const relevance = Math.min(1, (shareOf(asked) * shareOf(connected)) / fullRelevance);
  return {
    rating: toRating(relevance * Math.min(1, own / fullSubstance)),
    explanation:
      `Counted by words, without a reference answer: of the ${asked.of} content words of all questions the answer takes up ` +
      `${asked.found}; of its own ${connected.of} different content words ${connected.found} come from the conversation, ` +
      `and ${own} are new.`,
  };
}

/** From a share between 0 and 1 to a whole rating between 1 and 10. */
const toRating = (share: number): number => 1 + Math.round(9 * Math.min(1, Math.max(0, share)));
