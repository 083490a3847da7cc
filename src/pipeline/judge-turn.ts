import type { ChatModel, ChatReply, ChatRequest, TokenUsage } from "../domain/server/chat-model.js";
import type { Judgment, JudgmentFacts } from "../domain/mt-bench/judgment.js";
import type { PlannedJudgment } from "../domain/mt-bench/judgment-plan.js";
import { judgeMessages } from "../domain/mt-bench/judgment-plan.js";
import { judgeMaxTokens, judgeTemperature } from "../domain/mt-bench/mt-bench.js";
import type { RatingParser, RatingScale } from "../domain/mt-bench/rating.js";
import { readRating } from "../domain/mt-bench/rating.js";
import { splitReasoning } from "../domain/server/reasoning.js";

/** What decides the request and the reading of a judgment. */
export interface JudgeTurnRules {
  readonly judge: string;
  readonly mergeSystemUserMessage?: boolean;
  readonly parser?: RatingParser;
  readonly maxTokens?: number;
  readonly seed?: number;
}

export interface JudgeTurnPorts {
  readonly judge: ChatModel;
  readonly signal?: AbortSignal;
  readonly onReply: (usage: TokenUsage | undefined) => void;
}

/** What the judge is asked. */
export function judgmentRequest(
  planned: PlannedJudgment,
  rules: Omit<JudgeTurnRules, "judge" | "parser">,
): ChatRequest {
  return {
    messages: judgeMessages(planned.prompt.fill(planned.judged), rules.mergeSystemUserMessage ?? false),
    temperature: judgeTemperature,
    maxTokens: rules.maxTokens ?? judgeMaxTokens,
    ...(rules.seed !== undefined && { seed: rules.seed + (planned.repeat ?? 0) }),
    ...(planned.repeat !== undefined && { repeat: planned.repeat }),
  };
}

/** Asks the judge once and reads its rating. */
export async function judgeTurn(
  planned: PlannedJudgment,
  rules: JudgeTurnRules,
  ports: JudgeTurnPorts,
): Promise<Judgment> {
  const filled = planned.prompt.fill(planned.judged);
  // where candidate and judge are behind one server, an answer that is there is judged before others are asked for
  const reply = await ports.judge({ ...judgmentRequest(planned, rules), goesFirst: true }, ports.signal);
  const facts: JudgmentFacts = {
    questionId: planned.questionId,
    model: planned.model,
    judge: rules.judge,
    promptName: planned.prompt.name,
    promptHash: planned.prompt.hash,
    userPrompt: filled.user,
    turn: planned.turn,
    choice: planned.choice,
    ...(planned.repeat !== undefined && { repeat: planned.repeat }),
    answerHash: planned.answerHash,
    tstamp: Date.now() / 1000,
  };
  if (reply.kind === "failed") return { kind: "failed", ...facts, reason: reply.reason, message: reply.message };
  ports.onReply(reply.usage);
  return ratedJudgment(facts, reply, { parser: rules.parser ?? "strict", scale: planned.prompt.scale });
}

function ratedJudgment(
  facts: JudgmentFacts,
  reply: Extract<ChatReply, { kind: "replied" }>,
  reading: { readonly parser: RatingParser; readonly scale: RatingScale },
): Judgment {
  // upstream reads the whole reply, thinking included
  const split = reading.parser === "fastchat" ? { text: reply.text } : splitReasoning(reply.text);
  const { text, reasoning = reply.reasoning } = split;
  return {
    kind: "rated",
    ...facts,
    text,
    rating: readRating(reading.parser, text, reading.scale),
    latencyMs: reply.latencyMs,
    attempts: reply.attempts,
    ...(reasoning !== undefined && { reasoning }),
    ...(split.reasoning !== undefined && { reasoningInline: true }),
    ...(reply.finishReason !== undefined && { finishReason: reply.finishReason }),
    ...(reply.usage !== undefined && { usage: reply.usage }),
  };
}
