import type { AnswerChoice, AnswerFailure, AnswerTurn } from "../domain/mt-bench/answer.js";
import type { ChatModel, ChatRequest, TokenUsage } from "../domain/server/chat-model.js";
import { conversation } from "../domain/mt-bench/conversation.js";
import type { Question } from "../domain/mt-bench/question.js";
import { splitReasoning } from "../domain/server/reasoning.js";

/** What decides the requests for a question. */
export interface AskingRules {
  readonly temperature: number;
  readonly maxTokens: number;
  readonly numChoices: number;
  readonly seed: number | undefined;
  readonly systemPrompt: string | undefined;
}

export interface AskingPorts {
  readonly model: ChatModel;
  readonly signal?: AbortSignal;
  /** called after each turn that is not the last, so that what was paid for is on disk before the next turn is asked */
  readonly onTurn: (choices: readonly AnswerChoice[]) => Promise<void>;
  /** called with the tokens of every reply, of one without an answer, too */
  readonly onReply: (usage: TokenUsage | undefined) => void;
}

/** What one question came to; who answered, and when, is the caller's to add. */
export type AskedQuestion = { readonly choices: readonly AnswerChoice[] } & (
  | AnswerFailure
  | { readonly kind: "answered" }
);

/** Asks every turn that `finished` does not hold yet, in order, in one conversation per choice. */
export async function askQuestion(
  question: Question,
  finished: readonly AnswerChoice[],
  options: { readonly rules: AskingRules; readonly ports: AskingPorts },
): Promise<AskedQuestion> {
  const { rules, ports } = options;
  const choices: AnswerChoice[] = [];
  for (let index = 0; index < rules.numChoices; index++) {
    const turns: AnswerTurn[] = [...(finished.find((choice) => choice.index === index)?.turns ?? [])];
    choices.push({ index, turns });
    while (turns.length < question.turns.length) {
      const turn = await askTurn(question, turns, { rules, ports, choice: index });
      if ("kind" in turn) return { ...turn, choices };
      turns.push(turn);
      if (turns.length < question.turns.length || index + 1 < rules.numChoices) await ports.onTurn(choices);
    }
  }
  return { kind: "answered", choices };
}

/** The request for the turn after the finished ones. */
export function answerRequest(
  question: Question,
  finished: readonly AnswerTurn[],
  { rules, choice }: { readonly rules: AskingRules; readonly choice: number },
): ChatRequest {
  return {
    messages: conversation(question, finished, rules.systemPrompt),
    temperature: rules.temperature,
    maxTokens: rules.maxTokens,
    ...(rules.seed !== undefined && { seed: rules.seed + choice }),
    ...(choice > 0 && { repeat: choice }),
  };
}

async function askTurn(
  question: Question,
  finished: readonly AnswerTurn[],
  options: { readonly rules: AskingRules; readonly ports: AskingPorts; readonly choice: number },
): Promise<AnswerTurn | AnswerFailure> {
  const { ports, choice } = options;
  // a conversation that has begun ends before others begin, so that there are whole answers early, and a judge is not kept waiting
  const goesFirst = finished.length > 0 || choice > 0;
  const reply = await ports.model({ ...answerRequest(question, finished, options), goesFirst }, ports.signal);
  const turn = finished.length + 1;
  if (reply.kind === "failed") return { kind: "failed", reason: reply.reason, message: reply.message, turn };
  ports.onReply(reply.usage);
  const split = splitReasoning(reply.text);
  const reasoning = reply.reasoning ?? split.reasoning;
  if (split.text === "" && reasoning !== undefined)
    return {
      kind: "failed",
      reason: "reasoning-only",
      message: `the reply holds thinking but no answer (finish_reason ${reply.finishReason ?? "unknown"})`,
      turn,
      ...(reply.usage !== undefined && { usage: reply.usage }),
    };
  return {
    text: split.text,
    latencyMs: reply.latencyMs,
    attempts: reply.attempts,
    ...(reasoning !== undefined && { reasoning }),
    ...(reply.finishReason !== undefined && { finishReason: reply.finishReason }),
    ...(reply.usage !== undefined && { usage: reply.usage }),
  };
}
