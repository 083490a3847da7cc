import type { ListedToken } from "./token-scorer.js";

/** What stands for the letters in a list of next tokens. */
export interface LetterSpellings {
  /** one per choice: `" A"` after a text, `"A"` in a chat */
  readonly continuations: readonly string[];
  /** the token of each, where the server's tokenizer was asked */
  readonly ids: readonly number[] | null;
  /** whether `"A"` may stand for `" A"` (and the reverse) where no letter is listed in its own spelling */
  readonly spelling: "own" | "own-then-other";
}

/** What a list of next tokens says about the choice. */
export type LetterDecision =
  | {
      readonly kind: "chosen";
      readonly choice: number;
      /** natural logarithms, one per choice; null where the letter is not listed */
      readonly logprobs: readonly (number | null)[];
      /** `id`, or the spelling of the first letter that was looked for */
      readonly matched: string;
    }
  | {
      readonly kind: "undecided";
      /** no letter is listed, or an unlisted letter may be as probable as the best one and comes before it */
      readonly why: "no-letter" | "tie";
    };

/**
 * The most probable letter; of equal ones the first, as numpy's argmax. A listed token is at least as probable as any that is not, so
 * one letter in the list is enough, but for a tie with the last entry. `" A"` and `"A"` are two tokens and never taken together.
 */
export function letterChoice(tokens: readonly ListedToken[], letters: LetterSpellings): LetterDecision {
  const { continuations, ids, spelling } = letters;
  // a server that was asked for ids names them all
  if (ids !== null && tokens.some(({ id }) => id !== undefined))
    return decide(highestOf(tokens, ids, idOf), { tokens, matched: "id" });
  const own = highestOf(tokens, continuations, textOf);
  const matched = continuations[0] ?? "";
  if (spelling === "own" || own.some((logprob) => logprob !== null)) return decide(own, { tokens, matched });
  const others = continuations.map(otherSpelling);
  return decide(highestOf(tokens, others, textOf), { tokens, matched: others[0] ?? "" });
}

function otherSpelling(continuation: string): string {
  return continuation.startsWith(" ") ? continuation.slice(1) : ` ${continuation}`;
}

const textOf = ({ text }: ListedToken): string => text;
const idOf = ({ id }: ListedToken): number | undefined => id;

/** The highest log-probability listed for each key, in one pass over the list; null where there is none. */
function highestOf<Key>(
  tokens: readonly ListedToken[],
  keys: readonly Key[],
  keyOf: (token: ListedToken) => Key | undefined,
): (number | null)[] {
  const best: (number | null)[] = keys.map(() => null);
  for (const token of tokens) {
    const key = keyOf(token);
    const index = key === undefined ? -1 : keys.indexOf(key);
    if (index !== -1) best[index] = Math.max(best[index] ?? -Infinity, token.logprob);
  }
  return best;
}

function decide(
  logprobs: readonly (number | null)[],
  { tokens, matched }: { tokens: readonly ListedToken[]; matched: string },
): LetterDecision {
  const choice = highestIndex(logprobs);
  if (choice === undefined) return { kind: "undecided", why: "no-letter" };
  const mayHide = logprobs.slice(0, choice).includes(null);
  const last = (): number => tokens.reduce((least, { logprob }) => Math.min(least, logprob), Infinity);
  if (mayHide && logprobs[choice] === last()) return { kind: "undecided", why: "tie" };
  return { kind: "chosen", choice, logprobs, matched };
}

/** Where the highest number stands, the first of equal ones; undefined where there is none. */
export function highestIndex(values: readonly (number | null)[]): number | undefined {
  let best: number | undefined;
  let bestValue = -Infinity;
  for (const [index, value] of values.entries()) {
    if (value === null || (best !== undefined && value <= bestValue)) continue;
    best = index;
    bestValue = value;
  }
  return best;
}
