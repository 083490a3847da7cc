import { endToken } from "./continuation.js";
import type { Reading, TokenLogprob } from "./language-model.js";

/** A token with its log-probability; null for the first of a text, which nothing precedes. */
export interface ScoredToken {
  readonly token: string;
  readonly logprob: number | null;
  /** the most probable tokens of the place, best first, as many as were asked for */
  readonly top: readonly TokenLogprob[];
}

/** A written text and why it ends. */
export interface Generation {
  readonly text: string;
  /** includes the end token where the model ended by itself */
  readonly tokens: readonly ScoredToken[];
  readonly finishReason: "stop" | "length";
}

/** How a text is written. */
export interface GenerationLimits {
  readonly maxTokens: number;
  /** the text is cut before the first of these */
  readonly stop: readonly string[];
  /** how many of the most probable tokens are reported at each place */
  readonly topCount: number;
}

/** Reads the tokens of a prompt and scores each of them given those before it. */
export function scoreTokens(
  reading: Reading,
  tokens: readonly string[],
  { topCount }: Pick<GenerationLimits, "topCount">,
): readonly ScoredToken[] {
  return tokens.map((token, index) => {
    const scored: ScoredToken =
      index === 0
        ? { token, logprob: null, top: [] }
        : { token, logprob: Math.log(reading.probability(token)), top: topCount === 0 ? [] : reading.top(topCount) };
    reading.accept(token);
    return scored;
  });
}

/** Writes the most probable token until the end, a stop text or the limit. Temperature and seed change nothing. */
export function generate(reading: Reading, { maxTokens, stop, topCount }: GenerationLimits): Generation {
  const tokens: ScoredToken[] = [];
  let text = "";
  while (tokens.length < maxTokens) {
    const top = reading.top(Math.max(1, topCount));
    const best = top[0];
    if (best === undefined) {
      break;
    }
    tokens.push({ ...best, top: top.slice(0, topCount) });
    if (best.token === endToken) {
      return { text, tokens, finishReason: "stop" };
    }
    reading.accept(best.token);
    text += best.token;
    const cut = firstStop(text, stop);
    if (cut !== undefined) {
      return { text: text.slice(0, cut), tokens: tokensWithin(tokens, cut), finishReason: "stop" };
    }
  }
  return { text, tokens, finishReason: "length" };
}

function firstStop(text: string, stop: readonly string[]): number | undefined {
  const found = stop.filter((end) => end !== "").map((end) => text.indexOf(end));
  const positions = found.filter((at) => at >= 0);
  return positions.length === 0 ? undefined : Math.min(...positions);
}

/** The tokens that begin before the cut. */
function tokensWithin(tokens: readonly ScoredToken[], cut: number): readonly ScoredToken[] {
  let length = 0;
  return tokens.filter(({ token }) => {
    const within = length < cut;
    length += token.length;
    return within;
  });
}
