import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { ChatMessage } from "../domain/server/chat-model.js";
import type { QuestionAnswerPair } from "./candidate.js";
import { createCandidate } from "./candidate.js";
import { answerTo, writing } from "./continuation.js";
import type { Generation, GenerationLimits, ScoredToken } from "./generation.js";
import { generate, scoreTokens } from "./generation.js";
import { judge } from "./judge.js";
import type { LanguageModel, Reading, TokenLogprob } from "./language-model.js";
import { createLanguageModel } from "./language-model.js";
import { readMultipleChoice } from "./multiple-choice.js";
import type { EmbeddedChatRequest, EmbeddedCompletionRequest } from "./openai-requests.js";
import { countTokens, tokenise } from "./tokens.js";

/** What an embedded model is made of. */
export type EmbeddedModel =
  | { readonly kind: "candidate"; readonly pairs: readonly QuestionAnswerPair[] }
  | { readonly kind: "judge" };

/** An embedded model behind OpenAI's two endpoints. */
export interface Responder {
  readonly chat: (request: EmbeddedChatRequest) => object;
  /** undefined for a model that has no completions endpoint */
  readonly complete: ((request: EmbeddedCompletionRequest) => object) | undefined;
}

/** Sets up what a model needs to answer, once. */
export function createResponder(model: EmbeddedModel): Responder {
  if (model.kind === "judge") {
    // A judge writes one text; its probabilities come from a model that has learned nothing else.
    const languageModel = createLanguageModel(createCandidate([]), []);
    return {
      chat: (request) =>
        chatReply(request, languageModel.reply(writing(judge(request.messages), { leadingSpace: false }), "")),
      complete: undefined,
    };
  }
  const candidate = createCandidate(model.pairs);
  const languageModel = createLanguageModel(candidate, model.pairs);
  return {
    chat: (request) => {
      const last = request.messages.findLast((message) => message.role === "user")?.content ?? "";
      const cue = /\nAnswer:\s*$/u;
      const isMultipleChoice = cue.test(last) && readMultipleChoice(last.replace(cue, "")) !== undefined;
      const continuation = isMultipleChoice
        ? answerTo(last.replace(cue, ""), candidate, "reply")
        : writing(candidate.answer(request.messages), { leadingSpace: false });
      return chatReply(request, languageModel.reply(continuation, contents(request.messages)));
    },
    complete: (request) => completionReply(request, languageModel),
  };
}

const contents = (messages: readonly ChatMessage[]): string => messages.map((message) => message.content).join("\n");

const envelope = (kind: "chat.completion" | "text_completion", model: string): object => ({
  id: `${kind === "text_completion" ? "cmpl" : "chatcmpl"}-${randomUUID()}`,
  object: kind,
  created: Math.floor(Date.now() / 1000),
  model,
  system_fingerprint: "branchbench-embedded",
});

const usageOf = (promptTokens: number, completionTokens: number): object => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

function chatReply(request: EmbeddedChatRequest, reading: Reading): object {
  const topCount = request.top_logprobs ?? 0;
  const { text, tokens, finishReason } = generate(reading, {
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? Infinity,
    stop: request.stop,
    topCount,
  });
  return {
    ...envelope("chat.completion", request.model),
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        logprobs: request.logprobs === true ? { content: tokens.map(chatLogprob), refusal: null } : null,
        finish_reason: finishReason,
      },
    ],
    usage: usageOf(countTokens(contents(request.messages)), tokens.length),
  };
}

const chatToken = ({ token, logprob }: TokenLogprob): object => ({ token, logprob, bytes: [...Buffer.from(token)] });

const chatLogprob = ({ token, logprob, top }: ScoredToken): object => ({
  ...chatToken({ token, logprob: logprob ?? 0 }),
  top_logprobs: top.map(chatToken),
});

/** OpenAI's default for a completion. */
const defaultMaxTokens = 16;

function completionReply(request: EmbeddedCompletionRequest, model: LanguageModel): object {
  const limits: GenerationLimits = {
    maxTokens: request.max_tokens ?? defaultMaxTokens,
    stop: request.stop,
    topCount: request.logprobs ?? 0,
  };
  const completions = request.prompt.map((prompt) => complete(prompt, { model, limits, request }));
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    ...envelope("text_completion", request.model),
    choices: completions.map(({ choice }, index) => ({ index, ...choice })),
    usage: usageOf(
      sum(completions.map(({ promptTokens }) => promptTokens)),
      sum(completions.map(({ generation }) => generation.tokens.length)),
    ),
  };
}

interface Completion {
  readonly choice: object;
  readonly promptTokens: number;
  readonly generation: Generation;
}

function complete(
  prompt: string,
  { model, limits, request }: { model: LanguageModel; limits: GenerationLimits; request: EmbeddedCompletionRequest },
): Completion {
  const reading = model.read();
  const promptTokens = tokenise(prompt);
  const echo = request.echo === true;
  const wantsScores = echo && typeof request.logprobs === "number";
  let scored: readonly ScoredToken[] = [];
  if (wantsScores) {
    scored = scoreTokens(reading, promptTokens, limits);
  } else {
    for (const token of promptTokens) {
      reading.accept(token);
    }
  }
  const generation = generate(reading, limits);
  const logprobs =
    typeof request.logprobs === "number"
      ? completionLogprobs([...scored, ...generation.tokens], echo ? 0 : lengthOf(prompt))
      : null;
  const text = echo ? prompt + generation.text : generation.text;
  return {
    choice: { text, logprobs, finish_reason: generation.finishReason },
    promptTokens: promptTokens.length,
    generation,
  };
}

/** Characters as Python counts them, which is how servers give offsets. */
const lengthOf = (text: string): number => Array.from(text).length;

function completionLogprobs(tokens: readonly ScoredToken[], start: number): object {
  let offset = start;
  const offsets = tokens.map(({ token }) => {
    const at = offset;
    offset += lengthOf(token);
    return at;
  });
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ token, logprob, top }) =>
      logprob === null
        ? null
        : Object.fromEntries([...top, { token, logprob }].map((entry) => [entry.token, entry.logprob])),
    ),
    text_offset: offsets,
  };
}
