import { mostLogprob, noLogprob } from "./possible-logprob.js";
import { isPythonSpace } from "../python-strip.js";

/** A prompt as a server echoed it: each token with its log-probability, perhaps with what the model wrote after it. */
export interface EchoedTokens {
  readonly tokens: readonly string[];
  /** natural logarithms; null for the first token, which nothing precedes */
  readonly logprobs: readonly (number | null)[];
  /** tokens of the prompt, as the server counted them */
  readonly promptTokens?: number | undefined;
}

/** A context and what it may be continued with. */
export interface ContinuedContext {
  readonly context: string;
  readonly continuation: string;
}

/** What an echo says about a continuation. */
export type ContinuationReading =
  | { readonly kind: "scored"; readonly logprob: number; readonly tokens: number }
  | {
      readonly kind: "failed";
      /** `boundary` where the tokens of the continuation cannot be told from those of the context */
      readonly why: "boundary" | "no-numbers";
      readonly message: string;
    };

/** White space at the end of the context is scored with the continuation (lm-eval's `_encode_pair`, lm_eval/api/model.py). */
export function splitPair({ context, continuation }: ContinuedContext): ContinuedContext {
  let end = context.length;
  while (end > 0 && isPythonSpace(context[end - 1])) end -= 1;
  return { context: context.slice(0, end), continuation: context.slice(end) + continuation };
}

/**
 * Sums the log-probabilities of the tokens that make up the continuation, when the prompt was both texts together. Token texts are
 * compared without white space, since some servers leave the space before a word out of its token; no text of a continuation is lost
 * thereby, as the context never ends in white space (see `splitPair`).
 */
export function continuationLogprob(echoed: EchoedTokens, pair: ContinuedContext): ContinuationReading {
  for (const end of promptEnds(echoed)) {
    const start = startFromEnd(echoed.tokens.slice(0, end), pair) ?? startFromFront(echoed.tokens.slice(0, end), pair);
    if (start !== undefined) return sum(echoed, start, end);
  }
  return {
    kind: "failed",
    why: "boundary",
    message:
      "the tokens of the continuation cannot be told from those of its context: one token reaches over the boundary, or their texts are not those of the prompt",
  };
}

/** Likewise, where it is known how many tokens both texts have. */
export function countedLogprob(
  echoed: EchoedTokens,
  { contextTokens, allTokens }: { readonly contextTokens: number; readonly allTokens: number },
): ContinuationReading {
  const more = echoed.tokens.length - allTokens;
  // more than one written token, or a beginning-of-text token that was not asked for, would shift the sum
  if (more === 0 || more === 1) return sum(echoed, contextTokens, allTokens);
  const message = `the server echoed ${echoed.tokens.length} tokens of a prompt that has ${allTokens}`;
  return { kind: "failed", why: "boundary", message };
}

/** Where the prompt may end: before the one token that was written, or at the end where none is told. */
function promptEnds({ tokens, promptTokens }: EchoedTokens): readonly number[] {
  const { length } = tokens;
  const known = promptTokens === length || promptTokens === length - 1 ? [promptTokens] : [];
  return [...new Set([...known, length - 1, length])];
}

/** SentencePiece's sign for a space */
const spaceSign = "\u2581";

function squeezed(text: string): string {
  return Array.from(text, (character) => (isPythonSpace(character) || character === spaceSign ? "" : character)).join(
    "",
  );
}

/** The longest row of last tokens whose text is the continuation. */
function startFromEnd(tokens: readonly string[], { continuation }: ContinuedContext): number | undefined {
  let rest = squeezed(continuation);
  let start = tokens.length;
  while (rest !== "") {
    const text = squeezed(tokens[start - 1] ?? rest.concat(" "));
    if (start === 0 || !rest.endsWith(text)) return undefined;
    rest = rest.slice(0, rest.length - text.length);
    start -= 1;
  }
  // the first bytes of a character that takes several tokens are shown as nothing by some servers
  const mayBeginInBytes = (squeezed(continuation).codePointAt(0) ?? 0) > 0x7f;
  while (start > 0 && belongsBefore(tokens[start - 1] ?? "x", mayBeginInBytes ? "bytes" : "spaces")) start -= 1;
  return start;
}

function belongsBefore(token: string, what: "bytes" | "spaces"): boolean {
  return token === "" ? what === "bytes" : squeezed(token) === "";
}

/** Where the tokens that make up the context end, perhaps after a token that begins every text. */
function startFromFront(tokens: readonly string[], { context }: ContinuedContext): number | undefined {
  const whole = squeezed(context);
  for (const first of [0, 1]) {
    let rest = whole;
    let start = first;
    while (rest !== "" && start < tokens.length) {
      const text = squeezed(tokens[start] ?? "");
      if (!rest.startsWith(text)) break;
      rest = rest.slice(text.length);
      start += 1;
    }
    if (rest === "" && start < tokens.length) return start;
  }
  return undefined;
}

function sum({ tokens, logprobs }: EchoedTokens, start: number, end: number): ContinuationReading {
  if (start >= end) return { kind: "failed", why: "boundary", message: "the continuation has no tokens" };
  let total = 0;
  for (let index = start; index < end; index += 1) {
    const logprob = logprobs[index] ?? Number.NaN;
    if (!Number.isFinite(logprob)) {
      const token = JSON.stringify(tokens[index]);
      return {
        kind: "failed",
        why: "no-numbers",
        message: `the server gives no log-probability of the token ${token}`,
      };
    }
    if (logprob > mostLogprob) return { kind: "failed", why: "no-numbers", message: noLogprob(tokens[index], logprob) };
    total += logprob;
  }
  return { kind: "scored", logprob: total, tokens: end - start };
}
