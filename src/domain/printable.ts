/** Somebody else's text as one safe line for a terminal or a message: no control characters, no text-direction tricks. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ");
}

const longestName = 80;

/** Somebody else's name for a message: printable, and cut where it is longer than any real one. */
export function shownName(name: string): string {
  const text = printable(name);
  return text.length <= longestName ? text : `${text.slice(0, longestName)}…`;
}
