/**
 * What Python's `str.isspace` holds for white space. JavaScript's `\s` lacks the separators U+001C to U+001F and U+0085, and has U+FEFF,
 * which Python keeps.
 */
const space = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;

const leading = new RegExp(`^${space}+`);
const single = new RegExp(`^${space}$`);

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  if (isVisible(text.charCodeAt(0)) && isVisible(text.charCodeAt(text.length - 1))) return text;
  let end = text.length;
  // a pattern for the end would take quadratic time on inner runs of spaces
  while (end > 0 && isPythonSpace(text[end - 1])) end--;
  return text.slice(0, end).replace(leading, "");
}

/** Whether a code unit is a visible character of ASCII: what most texts begin and end with. */
function isVisible(codeUnit: number): boolean {
  return codeUnit > 0x20 && codeUnit < 0x7f;
}

/** Python's `str.isspace()` of one character. */
export function isPythonSpace(character: string | undefined): boolean {
  return character !== undefined && single.test(character);
}
