/**
 * One token: a word or a number with the space before it, a punctuation mark, a line break, or a run of spaces. The
 * alternatives cover every character and look at nothing beyond the token itself, so that a text cut after a token
 * splits into the same tokens as the whole text did. Lengths are bounded as in real vocabularies.
 */
const tokenPattern = / ?[\p{L}\p{M}_]{1,16}| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}_]|\n|[^\S\n]{1,16}/gu;

/** Splits a text into tokens; `tokenise(text).join("") === text` for every string. */
export const tokenise = (text: string): readonly string[] => text.match(tokenPattern) ?? [];

/** The embedded models' count of a text's tokens, for `usage`. */
export const countTokens = (text: string): number => tokenise(text).length;
