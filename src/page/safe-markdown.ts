import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
import type { Token } from "markdown-it";
import { mathRules } from "./markdown-math.js";

/*
 * Answers and judgments are other people's text. Markdown without HTML is made of it, then only the elements and attributes named here are
 * let through; nothing that loads, runs, navigates or carries a style is among them.
 */

/** Names in one line each, as they are read best. */
function words(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}

const textElements = words(
  "p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code",
  "em strong s del table thead tbody tr th td span div",
);

const mathElements = words(
  "math semantics mrow mi mo mn ms mtext mspace mfrac msqrt mroot mstyle",
  "msub msup msubsup munder mover munderover mmultiscripts mprescripts none",
  "mtable mtr mtd mpadded mphantom menclose merror",
);

const mathAttributes = words(
  "display mathvariant displaystyle scriptlevel stretchy fence separator lspace rspace",
  "width height depth linethickness accent accentunder columnalign rowspacing notation",
  "columnspacing largeop movablelimits symmetric minsize maxsize form columnlines rowlines",
);

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true });
markdown.use(mathRules);

/** A link is shown with its address and leads nowhere: what a model wrote is not for clicking. */
markdown.renderer.rules["link_open"] = () => '<span class="link">';
markdown.renderer.rules["link_close"] = (tokens, index) => {
  const address = String(openingLink(tokens, index)?.attrGet("href") ?? "");
  return `</span> <span class="address">(${escape(brief(address))})</span>`;
};
markdown.renderer.rules["image"] = (tokens, index) => {
  const token = tokens[index];
  const address = brief(String(token?.attrGet("src") ?? ""));
  return `<span class="address">[picture: ${escape(token?.content ?? "")} (${escape(address)})]</span>`;
};
// `javascript:` and the like are text here as any other
markdown.validateLink = () => true;

function openingLink(tokens: readonly Token[], close: number): Token | undefined {
  let depth = 0;
  for (let index = close; index >= 0; index--) {
    const token = tokens[index];
    if (token?.type === "link_close") depth++;
    if (token?.type === "link_open" && --depth === 0) return token;
  }
  return undefined;
}

/** An address that holds the data themselves says nothing beyond its beginning. */
function brief(address: string): string {
  return address.length <= 300 ? address : `${address.slice(0, 300)}…`;
}

function escape(text: string): string {
  return markdown.utils.escapeHtml(text);
}

/** Longer texts are shown as they are: nobody reads them formatted, and the formatting would hold up the page. */
const longestMarkdown = 200_000;

/** Somebody's Markdown as nodes that cannot do anything. */
export function safeMarkdown(text: string): DocumentFragment {
  if (text.length > longestMarkdown) return plainText(text);
  return DOMPurify.sanitize(markdown.render(text), {
    ALLOWED_TAGS: [...textElements, ...mathElements],
    ALLOWED_ATTR: ["class", "start", ...mathAttributes],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

function plainText(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const block = document.createElement("pre");
  block.textContent = text;
  fragment.append(block);
  return fragment;
}
