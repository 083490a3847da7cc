import { printable } from "./printable.js";

/**
 * Somebody else's text as a Markdown code span: nothing in it is markup, a mention, or a link. The fence is longer than any run of
 * backticks inside; a pipe would end a table cell even there.
 */
export function codeSpan(text: string): string {
  const safe = printable(text).replaceAll("|", "¦");
  const fence = "`".repeat(longestRun(safe) + 1);
  const needsSpace = safe.startsWith("`") || safe.endsWith("`") || safe.trim() === "";
  return needsSpace ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}

/** A sentence of ours that holds somebody else's names, as Markdown that shows it literally; a mention or a link in it stays dead. */
export function escaped(text: string): string {
  return printable(text)
    .replaceAll(/[\\`*_{}[\]<>()#+!|~&]/g, (letter) => `\\${letter}`)
    .replaceAll("@", "&#64;")
    .replaceAll("://", "&#58;//")
    .replaceAll("www.", "www&#46;");
}

/** Somebody else's text as a fenced block, line by line as it is but for control characters. */
export function codeBlock(text: string): string {
  const safe = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (letter) => (letter === "\t" ? letter : " ")))
    .join("\n");
  const fence = "`".repeat(Math.max(3, longestRun(safe) + 1));
  return `${fence}text\n${safe}\n${fence}`;
}

function longestRun(text: string): number {
  return [...text.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
}

/** At most so many characters, never half a surrogate pair, with a mark where it was cut. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)} […]`;
}
