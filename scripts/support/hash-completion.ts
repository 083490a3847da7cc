import { createHash } from "node:crypto";

const letters = ["A", "B", "C", "D"].map((letter) => ` ${letter}`);

/** A token's log-probability after a text, which depends on nothing but both. In quarters, so that ties occur. */
function logprobOf(context: string, token: string): number {
  return -0.25 - Math.floor(fraction(`${context}\0${token}`) * 24) / 4;
}

function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}

/** The letters and other tokens, best first; after one context in six, no letter is among the first twenty. */
function nextTokens(context: string): [string, number][] {
  const hides = fraction(`hides\0${context}`) < 1 / 6;
  const others = Array.from({ length: 30 }, (_, index): [string, number] => [
    ` word${index}`,
    (hides ? -0.01 : -7) - index / 1_000,
  ]);
  const own = letters.map((letter): [string, number] => [letter, logprobOf(context, letter)]);
  return [...own, ...others].sort((left, right) => right[1] - left[1]);
}

export interface HashedPrompt {
  readonly prompt: string;
  readonly echo: "prompt" | "nothing";
  /** alternatives that are told */
  readonly k: number;
}

/** A completion of one token in OpenAI's form, of a model that is nothing but a hash. */
export function hashCompletion({ prompt, echo, k }: HashedPrompt): object {
  const promptTokens = prompt.match(/ ?\S+|\s/g) ?? [];
  const listed = nextTokens(prompt).slice(0, Math.max(1, k));
  const [written, writtenLogprob] = listed[0] ?? ["", 0];
  const echoed = echo === "prompt" ? echoedTokens(promptTokens) : [];
  const tokens = [...echoed.map(({ token }) => token), written];
  const logprobs = {
    tokens,
    token_logprobs: [...echoed.map(({ logprob }) => logprob), writtenLogprob],
    top_logprobs: [...echoed.map(() => null), Object.fromEntries(listed)],
  };
  return {
    object: "text_completion",
    choices: [{ index: 0, text: tokens.join(""), logprobs, finish_reason: "length" }],
    usage: { prompt_tokens: promptTokens.length, completion_tokens: 1 },
  };
}

function echoedTokens(tokens: readonly string[]): { readonly token: string; readonly logprob: number | null }[] {
  let context = "";
  return tokens.map((token, index) => {
    const logprob = index === 0 ? null : logprobOf(context, token);
    context += token;
    return { token, logprob };
  });
}
