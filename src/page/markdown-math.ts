import type { MarkdownIt } from "markdown-it";
import temml from "temml";

type InlineRule = Parameters<MarkdownIt["inline"]["ruler"]["before"]>[2];
type BlockRule = Parameters<MarkdownIt["block"]["ruler"]["before"]>[2];

/** Maths between `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, as models write it. What is not valid TeX stays as it was written. */
export function mathRules(markdown: MarkdownIt): void {
  markdown.inline.ruler.before("escape", "math", inlineMath);
  markdown.block.ruler.before("fence", "math-block", blockMath, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
  const render = (mode: Mode) => (tokens: readonly { readonly content: string }[], index: number) =>
    mathMarkup(tokens[index]?.content ?? "", mode, (text) => markdown.utils.escapeHtml(text));
  markdown.renderer.rules["math"] = render("inline");
  markdown.renderer.rules["math_block"] = render("display");
}

/** Longer ones are no formulas but attempts to hold up the page. */
const longestFormula = 2_000;

type Mode = "inline" | "display";

function mathMarkup(tex: string, mode: Mode, escape: (text: string) => string): string {
  try {
    const displayMode = mode === "display";
    const rendered = temml.renderToString(tex, { displayMode, throwOnError: true, trust: false, maxExpand: 200 });
    // the policy allows no inline style, and the parser complains of one even where it is then removed; quotes in text are escaped
    const markup = rendered.replaceAll(/ style="[^"]*"/g, "");
    return displayMode ? `<div class="formula">${markup}</div>` : markup;
  } catch {
    return `<code>${escape(tex)}</code>`;
  }
}

/** Money is no maths: the opening sign stands before a non-space, the closing one behind a non-space and not before a digit. */
const inlineForms = [
  /\$\$([^$]+?)\$\$/y,
  /\$(?!\s)((?:[^$\\\n]|\\.)+?)(?<!\s)\$(?!\d)/y,
  /\\\(([\s\S]+?)\\\)/y,
  /\\\[([\s\S]+?)\\\]/y,
];

const inlineMath: InlineRule = (state, silent) => {
  const first = state.src.charAt(state.pos);
  if (first !== "$" && first !== "\\") return false;
  for (const form of inlineForms) {
    form.lastIndex = state.pos;
    const found = form.exec(state.src.slice(0, state.pos + longestFormula));
    if (found === null) continue;
    if (!silent) state.push("math", "math", 0).content = (found[1] ?? "").trim();
    state.pos += found[0].length;
    return true;
  }
  return false;
};

const blockEnds: readonly (readonly [open: string, close: string])[] = [
  ["$$", "$$"],
  [String.raw`\[`, String.raw`\]`],
];

/** A formula in lines of its own. */
const blockMath: BlockRule = (...[state, startLine, endLine, silent]) => {
  const lineAt = (line: number): string =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0);
  const first = lineAt(startLine).trim();
  const ends = blockEnds.find(([open]) => first.startsWith(open));
  if (ends === undefined) return false;
  const [open, close] = ends;
  const lines = [first.slice(open.length)];
  let line = startLine;
  while (!(lines.at(-1) ?? "").trimEnd().endsWith(close)) {
    if (++line >= endLine || lines.join("").length > longestFormula) return false;
    lines.push(lineAt(line));
  }
  if (silent) return true;
  const token = state.push("math_block", "math", 0);
  token.content = lines.join("\n").trimEnd().slice(0, -close.length).trim();
  token.block = true;
  state.line = line + 1;
  return true;
};
