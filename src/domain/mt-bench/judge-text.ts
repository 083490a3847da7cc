// The text, in one spelling: what follows reads plain ASCII digits and brackets, single spaces and single line breaks.
// That also keeps every pattern linear, since no two of its parts can share a long run of white space.

/** What the judge states: between channel marks stand drafts, which say so, and replies that it then wrote again. */
export function statements(text: string): string[] {
  const parts = withoutThinking(text).split("<channel|>");
  return parts.filter((part, index) => index === parts.length - 1 || !/^\s*(?:<\|channel>)?thought\b/.test(part));
}

/** Thinking is a draft. It may lack its opening tag, which many servers swallow, or its end, where it was cut off. */
function withoutThinking(text: string): string {
  let reply = "";
  let start: number | undefined = 0;
  for (const tag of text.matchAll(/<\/?(?:think|thinking|thought|reasoning)>|\[\/?THINK\]/gi)) {
    if (!tag[0].includes("/")) {
      if (start !== undefined) reply += text.slice(start, tag.index);
      start = undefined;
    } else {
      if (start !== undefined) reply = "";
      start = tag.index + tag[0].length;
    }
  }
  return start === undefined ? reply : reply + text.slice(start);
}

export function plainText(text: string): string {
  return (
    text
      .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCodePoint(wide.charCodeAt(0) - 0xfee0))
      .replace(/(?![0-9])\p{Nd}/gu, (digit) => String(decimalValue(digit)))
      .replace(/[【〖〔]/g, "[")
      .replace(/[】〗〕]/g, "]")
      // Escaped pairs only: `\[ \boxed{3} \]` is a formula.
      .replace(/\\{0,2}\[\\{0,2}\[/g, "[[")
      .replace(/\\{0,2}\]\\{0,2}\]/g, "]]")
      .replace(/\\boxed ?\{([^{}\n]{1,20})\}/g, "[$1]")
      // Emphasis and mathematics marks say nothing, and stand between a label and its value.
      .replace(/[*$\u200B-\u200D\u2060\uFEFF]/g, " ")
      .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
      .replace(/[^\S\n]+/g, " ")
      .replace(/ ?\n[ \n]*/g, "\n")
  );
}

/** Unicode's decimal digits come in rows of ten, zero first; rows that touch each other are whole rows. */
function decimalValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return (code - start) % 10;
}

/** A closed fence holds code or data, unless it holds the whole reply; after an unclosed one the text goes on. */
export function withoutFencedCode(text: string): string {
  const parts = text.split("```");
  const prose = parts.filter((_, index) => index % 2 === 0 || index === parts.length - 1).join("\n");
  return prose.trim() === "" ? text : prose.trim();
}

// Mentions: a rating that is quoted as a rule, as an example or as somebody else's words is not this judge's verdict.
// A rating in quotes is otherwise a verdict: many judges copy the quotes of their prompt's format.

const quoted = /"[^"\n]*"|“[^“”\n]*”|„[^„“”\n]*[“”]|「[^「」\n]*」|『[^『』\n]*』|«[^«»\n]*»|`[^`\n]*`/g;
const exampleWords = [
  String.raw`for example|for instance|e\.g\.|such as`,
  "例如|比如|例えば|例:|예를 들어|예시|예:",
  String.raw`z\.\s?B\.|par exemple|por ejemplo|por exemplo|ad esempio|например`,
].join("|");
const formatWords = [
  "format|template|syntax|pattern|notation|placeholder|instructions?|rules?|rubric|prompt",
  "格式|形式|형식|フォーマット|formato|шаблон",
].join("|");
const attributionWords = [
  "says|said|writes|wrote|reads|contains|contained|includes|included|claims|claimed|inserts|inserted|injects|injected",
  "outputs|tells|told|asks|asked|demands|demanded|instructs|instructed|requests|requested|requires|quotes|quoting",
].join("|");
const fillerWords = [
  "is|are|was|of|as|like|must|should|be|the|a|an|me|us|to|for|in|with|it",
  "judge|phrase|text|words?|string|following|output|give|write",
].join("|");
const fillers = String.raw`(?:[ :,(\n、]|\b(?:${fillerWords})\b|[は은는为是]){0,12}`;
const exampleBefore = new RegExp(`(?:${exampleWords}|example|例|예)${fillers}$`, "iu");
const ruleBefore = new RegExp(`(?:${formatWords}|\\b(?:${attributionWords}))${fillers}$`, "iu");
const article = "(?:just |only |merely )?(?:an? |the )?";
const ruleAfter = new RegExp(`^[ ,]?(?:${attributionWords}|(?:is ${article})?(?:${formatWords}|example))`, "iu");
const announcement = /\b(?:I|I'd|I'll|I've|my)\b[^.!?。\n]*: ?$/iu;
const unquotedExample = new RegExp(
  String.raw`(?:${exampleWords})[:,]? ?(?:\p{L}{1,20} ?: ?)?\[\[[^\[\]\n]{0,20}\]\]`,
  "giu",
);

export function withoutMentions(text: string): string {
  return text
    .replace(quoted, (span, offset: number) => {
      if (!span.includes("[")) return span;
      const before = text.slice(Math.max(0, offset - 100), offset);
      const after = text.slice(offset + span.length, offset + span.length + 40);
      return isMention(before, after) ? " " : span;
    })
    .replace(unquotedExample, " ");
}

/** "I rate it in this format: ..." announces a verdict; "the format ..." names a rule. */
function isMention(before: string, after: string): boolean {
  if (exampleBefore.test(before) || ruleAfter.test(after)) return true;
  return ruleBefore.test(before) && !announcement.test(before);
}
