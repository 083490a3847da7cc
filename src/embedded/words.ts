/**
 * Words as the embedded models compare them. Everything here is about letters and counts: two texts agree when they
 * use the same words, whatever they mean.
 */

/** Numbers stay whole (`1.50`), scripts without spaces go by character, the rest are words with their apostrophe. */
const wordPattern =
  /\p{N}+(?:[.,]\p{N}+)*|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}_]+(?:['’]\p{L}+)?/gu;

/** Words that say nothing about the subject. Negations are missing on purpose: they turn an answer round. */
const stopWords: ReadonlySet<string> = new Set(
  (
    "a an the this that these those and or but if so than then as at by for from in into of on onto to up with about " +
    "i me my you your he him his she her it its we us our they them their who whom whose which what when where why how " +
    "am is are was were be been being do does did done has have had having will would shall should can could may might " +
    "must just also too very there here such s t all each every both only now some any other more most out over between " +
    "because while still again"
  ).split(" "),
);

const undouble = (word: string): string => word.replace(/([bdgmnprt])\1$/u, "$1");

/** Removes the commonest English endings, so that `replaced`, `replaces` and `replacing` are one word. */
function stem(word: string): string {
  let stemmed = word.replace(/['’]s?$/u, "");
  if (stemmed.length > 4 && stemmed.endsWith("ies")) {
    stemmed = `${stemmed.slice(0, -3)}y`;
  } else if (stemmed.length > 3 && /[^siu]s$/u.test(stemmed)) {
    stemmed = stemmed.slice(0, -1);
  }
  if (stemmed.length > 5 && stemmed.endsWith("ing")) {
    stemmed = undouble(stemmed.slice(0, -3));
  } else if (stemmed.length > 4 && stemmed.endsWith("ed")) {
    stemmed = undouble(stemmed.slice(0, -2));
  }
  return stemmed.length > 4 && stemmed.endsWith("e") ? stemmed.slice(0, -1) : stemmed;
}

const rawWords = (text: string): readonly string[] => text.normalize("NFKC").toLowerCase().match(wordPattern) ?? [];

/** Every word of a text, in order, lower-cased and stemmed. */
export const allWords = (text: string): readonly string[] => rawWords(text).map(stem);

/** The words that carry the subject, in order; all words where nothing else is left ("Why?"). */
export function contentWords(text: string): readonly string[] {
  const words = rawWords(text);
  const content = words.filter((word) => !stopWords.has(word));
  return (content.length > 0 ? content : words).map(stem);
}

/** Two texts' words in common, counted with repeats. */
export interface Overlap {
  readonly shared: number;
  readonly left: number;
  readonly right: number;
  /** harmonic mean of `shared / left` and `shared / right`, 0 where nothing is shared */
  readonly f1: number;
}

/** Compares two bags of words (the token F1 of the SQuAD evaluation script, on stemmed words). */
export function overlapOf(left: readonly string[], right: readonly string[]): Overlap {
  const open = new Map<string, number>();
  for (const word of right) {
    open.set(word, (open.get(word) ?? 0) + 1);
  }
  let shared = 0;
  for (const word of left) {
    const count = open.get(word) ?? 0;
    if (count > 0) {
      open.set(word, count - 1);
      shared += 1;
    }
  }
  return {
    shared,
    left: left.length,
    right: right.length,
    f1: shared === 0 ? 0 : (2 * shared) / (left.length + right.length),
  };
}

/** How many of the different words wanted occur in a text, and how many there are. */
export function countFound(
  wanted: readonly string[],
  text: Iterable<string>,
): { readonly found: number; readonly of: number } {
  const present = new Set(text);
  const different = new Set(wanted);
  return { found: [...different].filter((word) => present.has(word)).length, of: different.size };
}

/** `found / of`, 0 where there was nothing to find. */
export const shareOf = (count: { readonly found: number; readonly of: number }): number =>
  count.of === 0 ? 0 : count.found / count.of;
