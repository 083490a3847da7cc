const previewCharacters = 160;

/** The words that taxonomy questions with a context are asked in. */
const contextFrame = /^Given the context below:\n([\s\S]*)\nAnswer the following question: ([\s\S]*)$/;

/** A question apart from the text that it is about. */
export function splitContext(turn: string): { readonly context: string | null; readonly question: string } {
  const parts = contextFrame.exec(turn);
  return parts === null ? { context: null, question: turn } : { context: parts[1] ?? "", question: parts[2] ?? "" };
}

/** How a question begins, in one line; what it is about is left out. */
export function questionPreview(turn: string): string {
  const { question } = splitContext(turn);
  // only as much as can be shown is gone through, and a character beyond the first plane is not cut in two
  const start = question.slice(0, 2 * previewCharacters).trim();
  // but for single spaces, of which there are many
  const line = start.replaceAll(/ \s+|[^\S ]\s*/g, " ");
  return line.length <= previewCharacters && question.length <= 2 * previewCharacters
    ? line
    : `${line.slice(0, previewCharacters - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
