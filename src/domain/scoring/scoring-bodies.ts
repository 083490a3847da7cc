import type { CallPlace } from "../server/base-url.js";
import type { ChatCompletionSettings } from "../server/chat-completion.js";
import type { McqContext } from "./multiple-choice.js";
import type { EchoEndpoint, NextTokenEndpoint } from "./scoring-findings.js";

/** A prompt as it is sent. */
export type SentPrompt = McqContext | { readonly kind: "ids"; readonly ids: readonly number[] };

/** What a request for next tokens or for an echo carries, apart from the prompt. */
export interface ScoringFields {
  /** alternatives asked for */
  readonly k: number;
  /** vLLM: tokens by id instead of by text */
  readonly asIds?: boolean;
  /** vLLM: the log-probabilities of these tokens instead of the most probable ones */
  readonly named?: readonly number[] | undefined;
  /** vLLM, SGLang: whether the tokenizer's beginning-of-text token comes first; left out, the server decides */
  readonly addSpecialTokens?: boolean | undefined;
}

type Body = Record<string, unknown>;
type ExtraBody = ChatCompletionSettings["extraBody"];

/** The body of a request for the most probable next tokens. What it must say wins over the extra parameters of the user. */
export function nextTokenBody(
  endpoint: NextTokenEndpoint,
  { prompt, fields }: { readonly prompt: SentPrompt; readonly fields: ScoringFields },
  settings: ChatCompletionSettings,
): Body {
  const { k, asIds, named, addSpecialTokens } = fields;
  const { model, tokenLimitField, extraBody } = settings;
  const ofVllm = {
    ...(asIds === true && { return_tokens_as_token_ids: true }),
    ...(named !== undefined && { logprob_token_ids: named }),
  };
  if (endpoint === "chat")
    return {
      ...extraBody,
      model,
      messages: prompt.kind === "chat" ? prompt.messages : [{ role: "user", content: textOf(prompt) }],
      temperature: 0,
      [tokenLimitField]: 1,
      logprobs: true,
      top_logprobs: k,
      ...ofVllm,
    };
  if (endpoint === "completions")
    return {
      ...extraBody,
      model,
      prompt: textOrIds(prompt),
      temperature: 0,
      max_tokens: 1,
      logprobs: k,
      ...ofVllm,
      ...(addSpecialTokens !== undefined && prompt.kind === "text" && { add_special_tokens: addSpecialTokens }),
    };
  if (endpoint === "llama.cpp")
    // only quicker: with `cache_prompt: false` the numbers do not depend on what was asked before
    return { cache_prompt: true, ...extraBody, prompt: textOrIds(prompt), n_predict: 1, temperature: 0, n_probs: k };
  if (endpoint === "ollama")
    return {
      ...extraBody,
      model,
      prompt: textOf(prompt),
      raw: true,
      stream: false,
      // otherwise Ollama leaves the beginning of a prompt out that does not fit, and does not say so (0.12.6 and newer)
      truncate: false,
      logprobs: true,
      top_logprobs: k,
      options: { ...fieldsOf(extraBody?.["options"]), num_predict: 1, temperature: 0 },
    };
  return { ...sglangBody(prompt, extraBody), top_logprobs_num: k, logprob_start_len: -1 };
}

/** The body of a request for the log-probabilities of the prompt itself. */
export function echoBody(
  endpoint: EchoEndpoint,
  { prompt, addSpecialTokens }: { readonly prompt: SentPrompt; readonly addSpecialTokens: boolean | undefined },
  { model, extraBody }: ChatCompletionSettings,
): Body {
  if (endpoint === "sglang") return { ...sglangBody(prompt, extraBody), logprob_start_len: 0 };
  return {
    ...extraBody,
    model,
    prompt: textOrIds(prompt),
    temperature: 0,
    // vLLM and lm-eval agree on one written token, whose entry is left out of the sum
    max_tokens: 1,
    logprobs: 1,
    echo: true,
    ...(addSpecialTokens !== undefined && prompt.kind === "text" && { add_special_tokens: addSpecialTokens }),
  };
}

function sglangBody(prompt: SentPrompt, extraBody: ExtraBody): Body {
  return {
    ...extraBody,
    // it takes either, and refuses both
    ...(prompt.kind === "ids"
      ? { text: undefined, input_ids: prompt.ids }
      : { input_ids: undefined, text: textOf(prompt) }),
    sampling_params: { ...fieldsOf(extraBody?.["sampling_params"]), max_new_tokens: 1, temperature: 0 },
    return_logprob: true,
    return_text_in_logprobs: true,
  };
}

function fieldsOf(value: unknown): Body {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/**
 * What to say of a prompt that a server has cut though it was told not to, as Ollama before 0.12.6 does: it then counts exactly as many
 * tokens as the user's `num_ctx` allows. A whole prompt of that many would leave no room for the letter. More are no sign of a cut, since
 * newer ones may round the context up.
 */
export function cutPrompt(
  endpoint: NextTokenEndpoint,
  { promptTokens, extraBody }: { readonly promptTokens: number | undefined; readonly extraBody: ExtraBody },
): string | undefined {
  const allowed = endpoint === "ollama" ? fieldsOf(extraBody?.["options"])["num_ctx"] : undefined;
  if (allowed === undefined || promptTokens !== allowed) return undefined;
  return `the server read exactly as many tokens of the prompt as num_ctx allows, ${promptTokens}: the others were cut off, or none is left for the letter`;
}

function textOrIds(prompt: SentPrompt): string | readonly number[] {
  return prompt.kind === "ids" ? prompt.ids : textOf(prompt);
}

function textOf(prompt: SentPrompt): string {
  if (prompt.kind === "text") return prompt.text;
  throw new Error("only a text can be sent here");
}

/**
 * Makes bodies that differ only in their text: the rest is written as JSON once, and the text's own JSON is put in.
 *
 * @param makeBody the body around any text
 */
export function bodyText(makeBody: (prompt: SentPrompt) => Body): (json: string) => string {
  // the user's extra parameters may have the name that another server gives the prompt
  const mark = "\0prompt";
  const body = makeBody({ kind: "text", text: mark });
  const key = Object.keys(body).find((name) => body[name] === mark) ?? "prompt";
  const others = Object.entries(body).filter(([name]) => name !== key);
  const before = JSON.stringify({ ...Object.fromEntries(others), [key]: "" }).slice(0, -'""}'.length);
  return (json) => `${before}${json}}`;
}

/**
 * Both what vLLM and SGLang call the text and what llama.cpp does: each ignores the other's. Extra parameters of the user stay out, since
 * they are meant for requests that run the model, and one of them might be read here as another way to count.
 */
export function tokenizeBody(
  text: string,
  { model, addSpecialTokens }: { readonly model: string; readonly addSpecialTokens: boolean },
): Body {
  return { model, prompt: text, content: text, add_special_tokens: addSpecialTokens, add_special: addSpecialTokens };
}

/** What of the user's extra parameters decides how a chat becomes a text: it goes with the requests for that text, too. */
export function templateFields(extraBody: ExtraBody): Body {
  return Object.fromEntries(
    ["chat_template", "chat_template_kwargs"].flatMap((name) => {
      const value = extraBody?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A call that a probe or a scorer makes. */
export type ScoringCall = NextTokenEndpoint | "tokenize" | "detokenize" | "apply-template";

/** Where each call goes: beside the other calls of the API, or at the server's root. */
export const callPlaces: Readonly<Record<ScoringCall, CallPlace>> = {
  completions: { place: "api", path: "/completions" },
  chat: { place: "api", path: "/chat/completions" },
  "llama.cpp": { place: "server", path: "/completion" },
  ollama: { place: "server", path: "/api/generate" },
  sglang: { place: "server", path: "/generate" },
  tokenize: { place: "server", path: "/tokenize" },
  detokenize: { place: "server", path: "/detokenize" },
  "apply-template": { place: "server", path: "/apply-template" },
};
