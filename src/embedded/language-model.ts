import { Buffer } from "node:buffer";
import type { Candidate, QuestionAnswerPair } from "./candidate.js";
import type { Continuation, Expectation } from "./continuation.js";
import { endToken } from "./continuation.js";
import { cueTokens, readPrompt } from "./prompt-reading.js";
import { tokenise } from "./tokens.js";

/** A token and its natural log-probability. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
}

/** A text while it is read or written: the distribution of the next token follows from the tokens so far and nothing else. */
export interface Reading {
  /** probability of a token, listed or not, as the next one */
  readonly probability: (token: string) => number;
  /** the most probable next tokens, best first */
  readonly top: (count: number) => readonly TokenLogprob[];
  /** every listed token with its probability, and what all unlisted ones have together; the whole sums to 1 */
  readonly distribution: () => { readonly listed: ReadonlyMap<string, number>; readonly unlisted: number };
  readonly accept: (token: string) => void;
}

/** Gives each text a probability, token by token. */
export interface LanguageModel {
  /** Begins an empty text. `Answer:` at the start of a line lets it expect the answer to what stands above. */
  readonly read: () => Reading;
  /** Begins a reply to what was `seen`, which shall be `continuation`. */
  readonly reply: (continuation: Continuation, seen: string) => Reading;
}

/**
 * The shares of the next token's distribution: what the model expects to write; the words of its pairs by frequency; the
 * words of the text so far by frequency; and any sequence of bytes, so that no text is impossible.
 */
const shares = { expected: 0.97, learned: 0.02, seen: 0.008, spelled: 0.002 };

/** Known to every model, also to one without pairs. */
const commonTokens: readonly string[] = [
  endToken,
  "\n",
  ...cueTokens,
  ...["A", "B", "C", "D"].flatMap((letter) => [letter, ` ${letter}`]),
];

/** Makes the language model that belongs to a candidate. */
export function createLanguageModel(candidate: Candidate, pairs: readonly QuestionAnswerPair[]): LanguageModel {
  const learned = learnFrequencies(pairs);
  return {
    read: () => beginReading(learned, { guide: readPrompt(candidate), seen: [] }),
    reply: (continuation, seen) => beginReading(learned, { guide: continuation, seen: tokenise(seen) }),
  };
}

interface Learned {
  /** probability of a token by what was learned and by its spelling alone */
  readonly base: (token: string) => number;
  /** the learned tokens, most probable first */
  readonly ranked: readonly string[];
}

/** Word frequencies over the pairs, with one more of each (Laplace), so that the common tokens are never impossible. */
function learnFrequencies(pairs: readonly QuestionAnswerPair[]): Learned {
  const counts = new Map<string, number>(commonTokens.map((token) => [token, 1]));
  for (const token of pairs.flatMap(({ question, answer }) => [...tokenise(question), ...tokenise(answer)])) {
    counts.set(token, (counts.get(token) ?? 1) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const base = (token: string): number =>
    (shares.learned * (counts.get(token) ?? 0)) / total + shares.spelled * spelling(token);
  const ranked = [...counts.keys()].sort((left, right) => base(right) - base(left));
  return { base, ranked };
}

/**
 * A distribution over all sequences of bytes: each byte is one of 256, and after each the sequence ends as often as not.
 * Summed over every sequence of one byte or more this is 1.
 */
const spelling = (token: string): number => (1 / 512) ** Buffer.byteLength(token);

function beginReading(
  learned: Learned,
  { guide, seen: seenBefore }: { guide: Continuation; seen: readonly string[] },
): Reading {
  const seen = new Map<string, { count: number; readonly base: number }>();
  let seenTotal = 0;
  const see = (token: string): void => {
    const entry = seen.get(token);
    if (entry === undefined) {
      seen.set(token, { count: 1, base: learned.base(token) });
    } else {
      entry.count += 1;
    }
    seenTotal += 1;
  };
  // A text counts as standing after a line break, so that there is always something seen.
  for (const token of ["\n", ...seenBefore]) {
    see(token);
  }

  const probabilityGiven = (expectation: Expectation, token: string): number => {
    const entry = seen.get(token);
    return (
      shares.expected * (expectation.get(token) ?? 0) +
      (shares.seen * (entry?.count ?? 0)) / seenTotal +
      (entry?.base ?? learned.base(token))
    );
  };

  return {
    probability: (token) => probabilityGiven(guide.expects(), token),
    top: (count) => {
      const expectation = guide.expects();
      const probability = (token: string): number => probabilityGiven(expectation, token);
      const likely = highest(expectation.keys(), { count, probability });
      // No other token has more than what expectation leaves over, which spares long prompts a search at every place.
      if (likely.length === count && likely.every(({ logprob }) => logprob > Math.log(1 - shares.expected))) {
        return likely;
      }
      const candidates = new Set([...expectation.keys(), ...seen.keys(), ...learned.ranked.slice(0, count)]);
      return highest(candidates, { count, probability });
    },
    distribution: () => {
      const expectation = guide.expects();
      const tokens = [...new Set([...expectation.keys(), ...seen.keys(), ...learned.ranked])];
      const spelled = tokens.reduce((sum, token) => sum + spelling(token), 0);
      return {
        listed: new Map(tokens.map((token) => [token, probabilityGiven(expectation, token)])),
        unlisted: shares.spelled * (1 - spelled),
      };
    },
    accept: (token) => {
      guide.accept(token);
      see(token);
    },
  };
}

/** The tokens of highest probability in one pass; of equal ones the first. */
function highest(
  tokens: Iterable<string>,
  { count, probability }: { count: number; probability: (token: string) => number },
): readonly TokenLogprob[] {
  const best: { readonly token: string; readonly value: number }[] = [];
  for (const token of tokens) {
    const value = probability(token);
    const last = best.at(-1);
    if (best.length < count || (last !== undefined && value > last.value)) {
      const place = best.findIndex((entry) => entry.value < value);
      best.splice(place === -1 ? best.length : place, 0, { token, value });
      best.length = Math.min(best.length, count);
    }
  }
  return best.map(({ token, value }) => ({ token, logprob: Math.log(value) }));
}
