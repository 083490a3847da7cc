/**
 * Reads the choice from a written answer. Of these forms the first that occurs counts, and of several occurrences the last one, since
 * models change their minds while they write:
 *
 * 1. `\boxed{B}`, `\boxed{\text{B}}`
 * 2. `Answer: B`, `**Answer:** (B)`, `the correct answer is B`, `final answer: B.`
 * 3. a line that holds nothing but a letter, perhaps with its text: `B`, `(B)`, `**B**`, `B. Paris`, `Option B`
 * 4. a letter in brackets or in bold anywhere: `(B)`, `[B]`, `**B**`, `**B. Paris**`
 * 5. the text of exactly one choice, as the whole answer or its last line
 *
 * @returns the index of the choice; undefined where none can be read, or where a letter beyond the last choice is named
 */
export function extractChoice(answer: string, choices: readonly string[]): number | undefined {
  const text = answer.normalize("NFKC");
  for (const form of forms) {
    const letter = [...text.matchAll(form)].at(-1)?.[1];
    if (letter === undefined) continue;
    const index = letter.toUpperCase().charCodeAt(0) - "A".charCodeAt(0);
    return index < choices.length ? index : undefined;
  }
  return choiceByText(text, choices);
}

/** What may stand around a letter: bold, brackets, quotes, TeX. */
const open = String.raw`(?:[*_\s("'\[\x60$]|\\text\{|\\mathbf\{|\\textbf\{|\\\()*`;
/** a letter ends where no word goes on: "A" is also an article */
const letter = String.raw`([A-J])(?![\p{L}\p{N}'’])`;

const forms: readonly RegExp[] = [
  new RegExp(String.raw`\\boxed\{${open}${letter}`, "gu"),
  new RegExp(
    String.raw`\b(?:answer|choice|option)\b[*_\s]*(?:(?:is|would be|should be)\b[*_\s]*)?[:=\-–—]?[*_\s]*(?:(?:option|choice|letter)\b[*_\s:]*)?${open}${letter}(?!\s+\p{Ll})`,
    "giu",
  ),
  new RegExp(
    String.raw`^[ \t>*_#-]*(?:option\s+|choice\s+)?[*_("'\[\x60$]*${letter}[*_)"'\]\x60$]*(?:[.:)][^\n]*|[ \t]*)$`,
    "gimu",
  ),
  new RegExp(String.raw`(?:\(|\[|\*\*\(?)${letter}(?:\)|\]|[.:)][^*\n]*\*\*|\*\*)`, "gu"),
];

function choiceByText(text: string, choices: readonly string[]): number | undefined {
  const lines = text.trim().split("\n");
  for (const said of [text, lines.at(-1) ?? ""].map(plain)) {
    const same = choices.flatMap((choice, index) => (said !== "" && plain(choice) === said ? [index] : []));
    if (same.length === 1) return same[0];
  }
  return undefined;
}

/** Case, bold, quotes and a full stop at the end make no other answer. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[*_"'\x60]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/\.$/, "");
}
