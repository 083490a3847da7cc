/** Somebody else's text as one safe line for a terminal or a message: no control characters, no text-direction tricks. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ");
}

/** Somebody else's name for a message: printable, and cut where it is longer than any real one. */
export function shownName(name: string): string {
  return cut(printable(name), 80);
}

/** A name in quotes, with what no terminal shows written out, and cut likewise. */
export function quotedName(name: string): string {
  return JSON.stringify(cut(name, 80));
}

/** A line that repeats what somebody typed, with a start and an end that tell which it was. */
export function shownLine(line: string): string {
  const text = printable(line);
  return text.length <= 400 ? text : `${cut(text, 200)} ${text.slice(-100)}`;
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
