/**
 * Reads the choice from a written answer. Of these forms the first that occurs counts, and of several occurrences the last one, since
 * models change their minds while they write:
 *
 * 1. `\boxed{B}`, `\boxed{\text{B}}`
 * 2. `Answer: B`, `**Answer:** (B)`, `the correct answer is B`, `Final answer: B.`, `correct option: B`, `Answer B`
 * 3. a sentence that begins so: `B is the correct answer`, `Thus option (B) is right`
 * 4. a line that holds nothing but a letter, perhaps with its text: `B`, `(B)`, `**B**`, `B. Paris`, `Option B`
 * 5. a letter in brackets, in bold or named as an option anywhere: `(B)`, `[B]`, `**B**`, `**B. Paris**`, `option B`
 * 6. the text of exactly one choice, as the whole answer or its last line, perhaps after `Answer:`
 *
 * @returns the index of the choice; undefined where none can be read, or where a letter beyond the last choice is named
 */
export function extractChoice(answer: string, choices: readonly string[]): number | undefined {
  const text = answer.normalize("NFKC");
  const letter = lastLetter(text, forms);
  return letter === undefined ? choiceByText(text, choices) : choiceOf(letter, choices);
}

/**
 * Reads the choice that an answer had named when it was cut off, undefined where it had not. Only what is said in the words that were
 * asked for counts: a box, a line that begins with the answer, or a first line that is the letter. Whatever else names a letter may be a
 * step on the way, above all in thinking, which not every server keeps apart.
 */
export function choiceBeforeCut(answer: string, choices: readonly string[]): number | undefined {
  const letter = lastLetter(answer.normalize("NFKC"), formsBeforeCut);
  return letter === undefined ? undefined : choiceOf(letter, choices);
}

function lastLetter(text: string, from: readonly RegExp[]): string | undefined {
  for (const form of from) {
    const letter = [...text.matchAll(form)].at(-1)?.[1];
    if (letter !== undefined) return letter;
  }
  return undefined;
}

function choiceOf(letter: string, choices: readonly string[]): number | undefined {
  const index = letter.toUpperCase().charCodeAt(0) - "A".charCodeAt(0);
  return index < choices.length ? index : undefined;
}

/** The flag `i` would make capitals of `\p{Ll}`, too, by which an article is told from a letter. */
function anyCase(pattern: string): string {
  return pattern.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

// all repeats are bounded, since what a model writes may be a million spaces

/** What may stand around a letter: bold, brackets, quotes, TeX. */
const open = String.raw`(?:[*_\s("'“‘\[\x60$]|\\(?:text(?:bf)?|math(?:bf|rm))\{|\\\(){0,9}`;
const close = String.raw`[*_)"'”’\]}\x60$]{0,9}`;
/** no word, number, `B-cell` or `A.D.` goes on where a letter ends */
const ended = String.raw`(?![\p{L}\p{N}'’]|-[\p{Ll}\p{N}]|\.\p{L}\.)`;
/** "a small thing" and "A small thing" begin with an article and "C cells" names a thing, but "B because" does neither */
const noArticle = String.raw`(?![ \t]{1,9}(?!(?:as|because|but|due to|for|since|which|with)\b(?!-))\p{Ll})(?!(?<=[ai])[ \t]{1,9}\p{Lu})`;
const letter = String.raw`([A-Ja-j])${ended}${noArticle}`;
/** of "A or B" neither is chosen */
const alone = String.raw`(?!${close}[ \t]{0,9}(?:\/|&|(?:or|and)\b)[ \t]{0,9}[*_("'\[]{0,4}[A-J]${ended})`;
/** `option C is wrong` and `answer C: no` name a letter and do not choose it */
const unjudged = String.raw`(?!${close}[ \t]{0,9}(?:\p{Ll}|:))`;
const gap = String.raw`[*_\s]{0,9}`;
const space = String.raw`[*_ \t]{1,9}`;
const lineStart = String.raw`^[ \t>*_#-]{0,9}`;

const optionWord = anyCase("(?:option|choice|letter|answer)");
const good = anyCase("(?:correct|right|best)");
const isWord = anyCase("(?:is|would be|should be|must be|will be)");
const adverb = anyCase("(?:therefore|thus|then|clearly|indeed|most likely|likely|probably)");
const answerWord = `(?:${anyCase("answer")}|${good}${space}${anyCase("(?:option|choice)")})(?![\\p{L}\\p{N}])`;
/** `to this question is` */
const toWhat = String.raw`(?:[ \t]${anyCase("(?:to|for)")}[ \t][^.:;,?!\n]{1,80}?)?`;
const says = String.raw`${toWhat}${gap}(?:[:=\-–—→]|${isWord}\b${gap}(?:${adverb}\b,?${gap})?[:=]?)${gap}`;
const stated = String.raw`${answerWord}(?:${says}(?:${optionWord}[*_\s:]{1,9})?${open}${letter}|${space}(?:${optionWord}${space})?${open}${letter}${unjudged})${alone}`;

const boxed = new RegExp(String.raw`\\boxed\{${open}${letter}(?=[\s.,:)}\]*_"'$\x60\\])${alone}`, "gu");
const forms: readonly RegExp[] = [
  boxed,
  new RegExp(String.raw`(?<![\p{L}\p{N}])${stated}`, "gu"),
  new RegExp(
    String.raw`(?:${lineStart}|[.!?:][ \t]{1,3}|\b${anyCase("(?:so|thus|therefore|hence|that)")}\b,?[ \t]{1,3})(?:${optionWord}${space})?[*_("'\[]{0,4}([A-J])${ended}${close}[ \t]{1,3}${isWord}[ \t]{1,3}(?:${anyCase("(?:the|most|only|clearly|therefore|thus)")}[ \t]{1,3}){0,3}${good}\b`,
    "gmu",
  ),
  new RegExp(
    String.raw`${lineStart}(?:${optionWord}${space})?[*_("'\[\x60$]{0,9}([A-Ja-j])${ended}${close}(?:[.:)][^\n]*|[ \t]*)$`,
    "gmu",
  ),
  new RegExp(
    String.raw`(?:(?:\(|\[|\*\*\(?)(?=[A-J](?:\)|\]|[.:)][^*\n]{0,300}\*\*|\*\*))|(?<![\p{L}\p{N}])${optionWord}${space}${open}(?=[A-J]${noArticle}${unjudged}))([A-J])${ended}`,
    "gu",
  ),
];

const formsBeforeCut: readonly RegExp[] = [
  boxed,
  new RegExp(
    String.raw`${lineStart}(?:${anyCase("(?:the|my|final|correct|right|best)")}${space}){0,3}${stated}`,
    "gmu",
  ),
  new RegExp(String.raw`^\s{0,9}[*_("'\[\x60$]{0,9}([A-Ja-j])${ended}${close}\.?${close}[ \t]{0,9}(?:[\r\n]|$)`, "gu"),
];

function choiceByText(text: string, choices: readonly string[]): number | undefined {
  const lines = text.trim().split("\n");
  for (const said of [text, lines.at(-1) ?? ""].map(plain)) {
    const same = choices.flatMap((choice, index) => (said !== "" && plain(choice) === said ? [index] : []));
    if (same.length === 1) return same[0];
  }
  return undefined;
}

/** Case, bold, quotes, `Answer:` and a full stop at the end make no other answer. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[*_"'\x60]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/^(?:the )?(?:final |correct |right |best )?answer(?: is)?:? /, "")
    .replace(/\.$/, "");
}
