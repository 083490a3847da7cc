import { readChatCompletion, type ChatCompletionSettings } from "../domain/server/chat-completion.js";
import type { ChatMessage } from "../domain/server/chat-model.js";
import type { EchoedTokens } from "../domain/scoring/continuation-logprob.js";
import { EvalError } from "../domain/eval-error.js";
import { readEchoed, readListed, type ListedReading } from "../domain/scoring/logprob-replies.js";
import {
  callPlaces,
  echoBody,
  nextTokenBody,
  templateFields,
  tokenizeBody,
  type ScoringCall,
  type ScoringFields,
  type SentPrompt,
} from "../domain/scoring/scoring-bodies.js";
import type { EchoEndpoint, NextTokenEndpoint } from "../domain/scoring/scoring-findings.js";
import { allowedAlternatives } from "../domain/server/server-limit.js";
import { readServerMessage, wantsMaxCompletionTokens } from "../domain/server/server-message.js";
import { readIds, readText } from "../domain/scoring/tokenizer-replies.js";
import type { OpenAIModel } from "./openai.js";

/** What one call of a probe came to. A refusal is what a probe is there to find. */
export type Tried<Value> = { readonly kind: "works"; readonly value: Value } | Unworkable;

/** Why a call does not work. */
interface Unworkable {
  readonly kind: "refused";
  readonly status: number;
  readonly message: string;
  /** Where the call went to, if the server failed or replied with something else than an answer: it may lack nothing but be out of order. */
  readonly faultAt?: string;
}

/** A list of next tokens, and how many alternatives were asked for in the end. */
export interface Listing extends ListedReading {
  readonly k: number;
}

/** What a server can be tried out with. */
export interface ScoringProbe {
  /** next tokens, with `fields.k` alternatives or as many as the server allows */
  list(endpoint: NextTokenEndpoint, prompt: SentPrompt, fields: ScoringFields): Promise<Tried<Listing>>;
  /** whether a chat is answered at all */
  answers(prompt: SentPrompt): Promise<Tried<unknown>>;
  echo(endpoint: EchoEndpoint, prompt: SentPrompt, addSpecialTokens: boolean | undefined): Promise<Tried<EchoedTokens>>;
  ids(text: string, special: "with-special" | "plain"): Promise<readonly number[] | undefined>;
  /** how a chat can be made the text that the model sees, if it can, and that text */
  rendering(messages: readonly ChatMessage[]): Promise<Rendering | undefined>;
}

/** A chat as the server's template puts it. */
export interface Rendering {
  readonly by: "llama.cpp" | "vllm";
  readonly text: string;
}

type Server = Pick<OpenAIModel, "name" | "at" | "tryOut" | "shown">;
type Post = (call: ScoringCall, bodyOf: (settings: ChatCompletionSettings) => unknown) => Promise<Tried<string>>;

/** Makes the probe of one server. Each request rejects with an `EvalError` where the server cannot be reached or wants another key. */
export function scoringProbe(server: Server, signal?: AbortSignal): ScoringProbe {
  const post = poster(server, signal);
  const { shown, name: model } = server;
  const urlOf = (call: ScoringCall): string => server.at(callPlaces[call]).shownUrl;
  return {
    list: (endpoint, prompt, fields) => list({ post, shown, urlOf }, endpoint, { prompt, fields }),
    async answers(prompt) {
      const messages = prompt.kind === "chat" ? prompt.messages : [];
      const reply = await post("chat", ({ extraBody }) => ({ ...extraBody, model, messages }));
      if (reply.kind === "refused") return reply;
      const reading = readChatCompletion(reply.value);
      return reading.kind === "failed" && reading.reason === "bad-reply"
        ? unread(shown(reading.message), urlOf("chat"))
        : reply;
    },
    async echo(endpoint, prompt, addSpecialTokens) {
      const reply = await post(endpoint, (settings) => echoBody(endpoint, { prompt, addSpecialTokens }, settings));
      if (reply.kind === "refused") return reply;
      const reading = readEchoed(reply.value);
      return reading.kind === "failed"
        ? unread(shown(reading.message), urlOf(endpoint))
        : { kind: "works", value: reading.echoed };
    },
    async ids(text, special) {
      const reply = await post("tokenize", () =>
        tokenizeBody(text, { model, addSpecialTokens: special === "with-special" }),
      );
      return reply.kind === "works" ? readIds(reply.value) : undefined;
    },
    rendering: (messages) => render(post, model, messages),
  };
}

function poster(server: Server, signal: AbortSignal | undefined): Post {
  return async (call, bodyOf) => {
    const where = server.at(callPlaces[call]);
    const outcome = await server.tryOut(where, bodyOf, signal);
    if (outcome.kind === "failed")
      throw new EvalError("server", `${where.shownUrl}: ${server.shown(outcome.message)}`, {
        hint: "what the server can do could not be found out: run the same command again when it answers",
      });
    const { status, body } = outcome;
    if (status >= 200 && status <= 299) return { kind: "works", value: body };
    const { text } = readServerMessage(body);
    const message = server.shown(`HTTP ${status}${text === "" ? "" : `: ${text}`}`);
    if (status === 401 || status === 402)
      throw new EvalError("server", `${where.shownUrl}: ${message}`, { hint: "check the API key and the account" });
    // what may pass was tried again: to go on would decide for a mode by the server's bad moment
    if (status === 429 || status > 501)
      throw new EvalError("server", `${where.shownUrl}: ${message}`, {
        hint: "what the server can do could not be found out: run the same command again when it is ready",
      });
    return { kind: "refused", status, message, ...(faults.has(status) && { faultAt: where.shownUrl }) };
  };
}

/** 500 may also be how a server says what it cannot do; 501 is always that */
const faults: ReadonlySet<number> = new Set([403, 500]);

function unread(message: string, faultAt: string): Unworkable {
  return { kind: "refused", status: 200, message, faultAt };
}

async function list(
  {
    post,
    shown,
    urlOf,
  }: {
    readonly post: Post;
    readonly shown: (text: string) => string;
    readonly urlOf: (call: ScoringCall) => string;
  },
  endpoint: NextTokenEndpoint,
  { prompt, fields }: { readonly prompt: SentPrompt; readonly fields: ScoringFields },
): Promise<Tried<Listing>> {
  let { k } = fields;
  let renamed: Partial<ChatCompletionSettings> = {};
  for (;;) {
    const asked = { prompt, fields: { ...fields, k } };
    const reply = await post(endpoint, (settings) => nextTokenBody(endpoint, asked, { ...settings, ...renamed }));
    if (reply.kind === "works") {
      const reading = readListed(reply.value);
      return reading.kind === "failed"
        ? unread(shown(reading.message), urlOf(endpoint))
        : { kind: "works", value: { ...reading, k } };
    }
    const { message } = reply;
    if (renamed.tokenLimitField === undefined && wantsMaxCompletionTokens({ text: message })) {
      renamed = { tokenLimitField: "max_completion_tokens" };
      continue;
    }
    const fewer = fewerAlternatives(message, k);
    if (fewer === undefined) return reply;
    k = fewer;
  }
}

/** tried where a refusal is about log-probabilities and names no number */
const usualLimits = [10, 5, 3, 1];

function fewerAlternatives(message: string, k: number): number | undefined {
  if (!/logprob|n_probs/i.test(message)) return undefined;
  return allowedAlternatives(message.replace(/^HTTP \d+/, ""), k) ?? usualLimits.find((limit) => limit < k);
}

async function render(post: Post, model: string, messages: readonly ChatMessage[]): Promise<Rendering | undefined> {
  const template = await post("apply-template", ({ extraBody }) => ({ ...templateFields(extraBody), messages }));
  const text = template.kind === "works" ? readText(template.value) : undefined;
  if (text !== undefined) return { by: "llama.cpp", text };
  const tokenized = await post("tokenize", ({ extraBody }) => ({
    ...templateFields(extraBody),
    model,
    messages,
    add_generation_prompt: true,
  }));
  const tokens = tokenized.kind === "works" ? readIds(tokenized.value) : undefined;
  if (tokens === undefined) return undefined;
  const detokenized = await post("detokenize", () => ({ model, tokens }));
  const whole = detokenized.kind === "works" ? readText(detokenized.value) : undefined;
  return whole === undefined ? undefined : { by: "vllm", text: whole };
}
