import { createHash } from "node:crypto";

/** The parts of a page, in the order in which they are written. All are text. */
export interface HtmlPage {
  /**
   * The page as it opens. The texts stand behind it, so that it is shown while a browser still reads them.
   *
   * @param summary gzip of the summary's JSON
   */
  start(summary: Uint8Array): string;
  /**
   * Chunks may come in any order. In pieces, since joining them would take longer than writing them.
   *
   * @param bytes gzip of a chunk (domain/page/page-chunk.ts)
   */
  chunk(number: number, bytes: Uint8Array): readonly string[];
  readonly end: string;
}

/** What the page is made of: its own program and style sheet. */
interface HtmlParts {
  readonly script: string;
  readonly style: string;
  readonly title: string;
}

/**
 * One file that needs nothing else. Only its own script and style sheet, named by their hashes, are in force; it can ask nobody for anything.
 * The data are no markup: base64 of gzip in elements that browsers do not run.
 */
export function htmlPage({ script, style, title }: HtmlParts): HtmlPage {
  requireInline(script, "script");
  requireInline(style, "style");
  const head = [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${contentPolicy({ script, style })}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="generator" content="branchbench">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    '<div id="page"><p class="opening">Opening the report…</p></div>',
    "<noscript><p>This report is a program that shows its data; it needs JavaScript, and no network.</p></noscript>",
    "",
  ].join("\n");
  return {
    start: (summary) => `${head}${dataElement("summary", summary).join("")}<script>${script}</script>\n`,
    chunk: (number, bytes) => dataElement(`chunk-${number}`, bytes),
    end: "</body>\n</html>\n",
  };
}

/** The policy under which a page runs. */
export function contentPolicy({ script, style }: Pick<HtmlParts, "script" | "style">): string {
  return [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types dompurify",
  ].join("; ");
}

function sourceHash(text: string): string {
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}

/**
 * An end tag within would end the element, and `<!--` before `<script` would hide the real end tag (HTML, 13.2.5.17). The bundler escapes
 * end tags, so that either is a bug.
 */
export function requireInline(text: string, element: "script" | "style"): void {
  const isBroken = new RegExp(`</${element}`, "i").test(text) || (text.includes("<!--") && /<script/i.test(text));
  if (isBroken) throw new Error(`the page's ${element} cannot stand inside HTML`);
}

function dataElement(id: string, bytes: Uint8Array): string[] {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return [`<script type="application/octet-stream" id="${id}">`, base64, "</script>\n"];
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
