import type { AnswerTurn } from "./answer.js";
import type { ChatMessage } from "../server/chat-model.js";
import type { Question } from "./question.js";

/** The messages that ask the next turn of a question: every turn so far in one conversation, thinking left out. */
export function conversation(
  question: Pick<Question, "turns">,
  finished: readonly AnswerTurn[],
  systemPrompt: string | undefined,
): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (systemPrompt !== undefined && systemPrompt !== "") messages.push({ role: "system", content: systemPrompt });
  for (const [index, turn] of finished.entries()) {
    messages.push({ role: "user", content: question.turns[index] ?? "" }, { role: "assistant", content: turn.text });
  }
  messages.push({ role: "user", content: question.turns[finished.length] ?? "" });
  return messages;
}
