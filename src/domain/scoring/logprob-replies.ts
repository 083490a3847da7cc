import { z } from "zod";
import type { TokenUsage } from "../server/chat-model.js";
import type { EchoedTokens } from "./continuation-logprob.js";
import { mostLogprob, noLogprob } from "./possible-logprob.js";
import { htmlTitle, isHtml, jsonOrUndefined, readServerMessage } from "../server/server-message.js";
import type { ListedToken } from "./token-scorer.js";

/** A reply that lists next tokens. */
export interface ListedReading {
  readonly kind: "replied";
  /** best first; empty where the server gives no log-probabilities */
  readonly tokens: readonly ListedToken[];
  readonly usage?: TokenUsage;
  /** which of the shapes in use the reply has */
  readonly shape: ReplyShape;
}

/** A reply that echoes a prompt. */
export interface EchoedReading {
  readonly kind: "replied";
  readonly echoed: EchoedTokens;
  readonly usage?: TokenUsage;
}

/** A reply that holds neither. */
export interface UnreadReading {
  readonly kind: "failed";
  readonly reason: "bad-reply";
  readonly message: string;
}

export type ReplyShape =
  /** `choices[].logprobs.top_logprobs`, one object of texts and numbers a place: OpenAI, vLLM, SGLang */
  | "completion"
  /** `choices[].logprobs.content[].top_logprobs`: chats, and llama.cpp's completions */
  | "content"
  /** `completion_probabilities`: llama.cpp's own */
  | "llama.cpp"
  /** `logprobs` at the top: Ollama's own */
  | "ollama"
  /** `meta_info`: SGLang's own */
  | "sglang"
  /** a completion or a chat without log-probabilities */
  | "none";

const countSchema = z.int().min(0);
const numberSchema = z.number().nullish();
const topSchema = z.array(
  z.object({
    token: z.string().optional(),
    tok_str: z.string().optional(),
    id: countSchema.optional().catch(undefined),
    logprob: numberSchema,
    prob: numberSchema,
  }),
);
const placeSchema = z.object({
  token: z.string().optional().catch(undefined),
  content: z.string().optional().catch(undefined),
  id: countSchema.optional().catch(undefined),
  logprob: numberSchema.catch(undefined),
  top_logprobs: topSchema.nullish().catch(undefined),
  top_probs: topSchema.nullish().catch(undefined),
  probs: topSchema.nullish().catch(undefined),
});
const tupleSchema = z.tuple([z.number().nullable(), countSchema], z.unknown());

/** Only what is read; everything else in a reply is a server's own business. */
const choicesSchema = z.object({
  choices: z.tuple(
    [
      z.object({
        logprobs: z
          .object({
            content: z.array(placeSchema).nullish(),
            tokens: z.array(z.string()).nullish(),
            token_logprobs: z.array(z.number().nullable()).nullish(),
            top_logprobs: z.array(z.record(z.string(), z.number().nullable()).nullable()).nullish(),
          })
          .nullish(),
      }),
    ],
    z.unknown(),
  ),
  usage: z.unknown().optional(),
});
const llamaCppSchema = z.object({
  completion_probabilities: z.array(placeSchema),
  tokens_evaluated: countSchema.optional().catch(undefined),
  tokens_predicted: countSchema.optional().catch(undefined),
});
const ollamaSchema = z.object({
  logprobs: z.array(placeSchema),
  prompt_eval_count: countSchema.optional().catch(undefined),
  eval_count: countSchema.optional().catch(undefined),
});
const tuplesSchema = z.array(tupleSchema).nullish().catch(undefined);
const sglangSchema = z.object({
  meta_info: z.object({
    output_top_logprobs: z.array(z.array(tupleSchema).nullable()).nullish().catch(undefined),
    output_token_logprobs: tuplesSchema,
    input_token_logprobs: tuplesSchema,
    prompt_tokens: countSchema.optional().catch(undefined),
    completion_tokens: countSchema.optional().catch(undefined),
  }),
});

/** Reads the list of next tokens from a reply of any server. */
export function readListed(body: string): ListedReading | UnreadReading {
  const json = parsed(body);
  if (has(json, "choices")) {
    const usual = usualPlace(json);
    if (usual !== undefined) return listed("completion", usual, readUsage(fieldOf(json, "usage")));
    const reading = choicesSchema.safeParse(json);
    if (reading.success) return listedChoice(reading.data);
  } else if (has(json, "completion_probabilities")) {
    const reading = llamaCppSchema.safeParse(json);
    if (reading.success) {
      const { completion_probabilities: places, tokens_evaluated, tokens_predicted } = reading.data;
      return listed("llama.cpp", placeTokens(places[0]), usageOf(tokens_evaluated, tokens_predicted));
    }
  } else if (has(json, "meta_info")) {
    const reading = sglangSchema.safeParse(json);
    if (reading.success) {
      const { output_top_logprobs: tops, prompt_tokens, completion_tokens } = reading.data.meta_info;
      return listed("sglang", (tops?.[0] ?? []).flatMap(tupleToken), usageOf(prompt_tokens, completion_tokens));
    }
  } else if (has(json, "logprobs")) {
    const reading = ollamaSchema.safeParse(json);
    if (reading.success) {
      const { logprobs, prompt_eval_count, eval_count } = reading.data;
      return listed("ollama", placeTokens(logprobs[0]), usageOf(prompt_eval_count, eval_count));
    }
  } else if (has(json, "response") || has(json, "content")) return listed("none", [], undefined);
  return unread(body, json);
}

/** Reads an echoed prompt from a completion, or from SGLang's own reply. */
export function readEchoed(body: string): EchoedReading | UnreadReading {
  const json = parsed(body);
  if (has(json, "choices")) {
    const reading = choicesSchema.safeParse(json);
    if (reading.success) return echoedChoice(reading.data);
  } else if (has(json, "meta_info")) {
    const reading = sglangSchema.safeParse(json);
    if (reading.success) {
      const { input_token_logprobs: input, prompt_tokens, completion_tokens } = reading.data.meta_info;
      const places = input ?? [];
      const tokens = places.map(([, id, text]) => (typeof text === "string" ? text : `token_id:${id}`));
      const logprobs = places.map(([logprob]) => logprob);
      return echoed({ tokens, logprobs, promptTokens: tokens.length }, usageOf(prompt_tokens, completion_tokens));
    }
  }
  return unread(body, json);
}

/** Python's json module writes what JSON has no words for. */
function parsed(body: string): unknown {
  const json = jsonOrUndefined(body);
  if (json !== undefined || !/NaN|Infinity/.test(body)) return json;
  const words = /(?<=[:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g;
  return jsonOrUndefined(body.replaceAll(words, (word) => (word === "-Infinity" ? String(impossible) : "null")));
}

/** What vLLM writes for the logarithm of 0. */
const impossible = -9999;

function has(json: unknown, key: string): boolean {
  return typeof json === "object" && json !== null && key in json;
}

function unread(body: string, json: unknown): UnreadReading {
  if (body === "") return { kind: "failed", reason: "bad-reply", message: "the reply is empty" };
  if (json === undefined)
    return {
      kind: "failed",
      reason: "bad-reply",
      message: isHtml(body) ? `the reply is ${htmlTitle(body)}` : `the reply is not JSON: ${body}`,
    };
  return {
    kind: "failed",
    reason: "bad-reply",
    message: `the reply holds no completion: ${readServerMessage(body).text}`,
  };
}

function listed(
  shape: ReplyShape,
  tokens: readonly ListedToken[],
  usage: TokenUsage | undefined,
): ListedReading | UnreadReading {
  const isBestFirst = tokens.every(({ logprob }, index) => logprob <= (tokens[index - 1]?.logprob ?? Infinity));
  const bestFirst = isBestFirst ? tokens : tokens.toSorted((left, right) => right.logprob - left.logprob);
  const [best] = bestFirst;
  if (best !== undefined && best.logprob > mostLogprob)
    return { kind: "failed", reason: "bad-reply", message: noLogprob(best.text, best.logprob) };
  return usage === undefined
    ? { kind: "replied", shape, tokens: bestFirst }
    : { kind: "replied", shape, tokens: bestFirst, usage };
}

function echoed(tokens: EchoedTokens, usage: TokenUsage | undefined): EchoedReading {
  return usage === undefined ? { kind: "replied", echoed: tokens } : { kind: "replied", echoed: tokens, usage };
}

function usageOf(promptTokens: number | undefined, completionTokens: number | undefined): TokenUsage | undefined {
  return promptTokens === undefined ? undefined : { promptTokens, completionTokens: completionTokens ?? 0 };
}

function readUsage(usage: unknown): TokenUsage | undefined {
  const [prompt, completion] = [fieldOf(usage, "prompt_tokens"), fieldOf(usage, "completion_tokens")];
  return isCount(prompt) ? usageOf(prompt, isCount(completion) ? completion : undefined) : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The list of a completion that has one place and knows each number. Looked at by hand, since a schema takes longer than all the rest of a reply. */
function usualPlace(json: unknown): ListedToken[] | undefined {
  const choices = fieldOf(json, "choices");
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const logprobs = fieldOf(first, "logprobs");
  const places = fieldOf(logprobs, "top_logprobs");
  if (!Array.isArray(places) || places.length !== 1 || fieldOf(logprobs, "content") != null) return undefined;
  const place: unknown = places[0];
  if (typeof place !== "object" || place === null || Array.isArray(place)) return undefined;
  const tokens: ListedToken[] = [];
  for (const [text, logprob] of Object.entries(place)) {
    if (typeof logprob !== "number" || !Number.isFinite(logprob)) return undefined;
    tokens.push(namedToken(text, logprob));
  }
  return tokens;
}

type Choices = z.infer<typeof choicesSchema>;

function listedChoice({ choices: [{ logprobs }], usage: counted }: Choices): ListedReading | UnreadReading {
  const usage = readUsage(counted);
  if (logprobs?.content != null) return listed("content", placeTokens(logprobs.content[0]), usage);
  // with echo the written token is the last
  const top = logprobs?.top_logprobs?.at(-1);
  if (top == null) return listed("none", [], usage);
  const tokens = Object.entries(top).flatMap(([text, logprob]) =>
    logprob === null ? [] : [namedToken(text, logprob)],
  );
  return listed("completion", tokens, usage);
}

function echoedChoice({ choices: [{ logprobs }], usage: counted }: Choices): EchoedReading {
  const usage = readUsage(counted);
  const promptTokens = usage?.promptTokens;
  const places = logprobs?.content;
  if (places != null) {
    const tokens = places.map(({ token }) => token ?? "");
    return echoed({ tokens, logprobs: places.map(({ logprob }) => logprob ?? null), promptTokens }, usage);
  }
  return echoed({ tokens: logprobs?.tokens ?? [], logprobs: logprobs?.token_logprobs ?? [], promptTokens }, usage);
}

/** vLLM's `return_tokens_as_token_ids`. */
const tokenIdPrefix = "token_id:";

function namedToken(text: string, logprob: number): ListedToken {
  // a prefix first: this runs for each token of each reply
  const id = text.startsWith(tokenIdPrefix) ? Number(text.slice(tokenIdPrefix.length)) : Number.NaN;
  return Number.isSafeInteger(id) ? { text, id, logprob } : { text, logprob };
}

function tupleToken([logprob, id, text]: z.infer<typeof tupleSchema>): ListedToken[] {
  return logprob === null ? [] : [{ text: typeof text === "string" ? text : `token_id:${id}`, id, logprob }];
}

function placeTokens(place: z.infer<typeof placeSchema> | undefined): ListedToken[] {
  const entries = place?.top_logprobs ?? place?.top_probs ?? place?.probs ?? [];
  return entries.flatMap(({ token, tok_str: olderToken, id, logprob, prob }) => {
    const text = token ?? olderToken;
    const value = logprob ?? (prob == null ? null : logarithm(prob));
    if (text === undefined || value === null) return [];
    return [id === undefined ? namedToken(text, value) : { text, id, logprob: value }];
  });
}

/** llama.cpp of 2024 tells probabilities. */
function logarithm(probability: number): number {
  return probability > 0 ? Math.log(probability) : impossible;
}
