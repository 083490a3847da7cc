/**
 * How a text begins that a spreadsheet may take for a formula: the signs in ASCII and full width, also behind blanks and control
 * characters, which some importers strip (OWASP, "CSV Injection"). Apostrophes count, so that a guarded text can be told from one that
 * had its own.
 */
const formulaStart = /^['\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^'*[\t\r\n]/u;

/** A text that no spreadsheet runs: an apostrophe goes before what could be a formula. */
export function guardFormula(text: string): string {
  return formulaStart.test(text) ? `'${text}` : text;
}

/** What `guardFormula` was given. */
export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && formulaStart.test(cell) ? cell.slice(1) : cell;
}
