import { diffWordsWithSpace } from "diff";

/** A stretch of a text that both sides have, or only this one. */
export interface TextPart {
  readonly text: string;
  readonly isOwn: boolean;
}

export interface WordDifferences {
  readonly left: readonly TextPart[];
  readonly right: readonly TextPart[];
  /** share of the longer text that both have, 0 to 1 */
  readonly common: number;
}

/** Texts that have little in common would take long, and the marks would say nothing. */
const timeoutMs = 200;

/** What either text has that the other one has not; undefined where finding out would take too long. */
export function wordDifferences(left: string, right: string): WordDifferences | undefined {
  const changes = diffWordsWithSpace(left, right, { timeout: timeoutMs });
  if (changes === undefined) return undefined;
  const common = changes.reduce((sum, { added, removed, value }) => (added || removed ? sum : sum + value.length), 0);
  return {
    left: changes.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, isOwn: removed })),
    right: changes.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, isOwn: added })),
    common: common / Math.max(1, left.length, right.length),
  };
}
