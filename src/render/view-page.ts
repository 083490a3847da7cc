import { contentPolicy, requireInline } from "./html.js";

/** The viewer's page: the same for everybody, its data come from the server that serves it. */
export function viewPage(parts: { readonly script: string; readonly style: string }): {
  readonly html: string;
  readonly contentSecurityPolicy: string;
} {
  const { script, style } = parts;
  requireInline(script, "script");
  requireInline(style, "style");
  const html = [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    "<title>branchbench</title>",
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    '<div id="page"><p class="opening">Opening…</p></div>',
    "<noscript><p>The viewer is a program in this page; it needs JavaScript, and no network.</p></noscript>",
    `<script>${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
  return { html, contentSecurityPolicy: `${contentPolicy(parts)}; connect-src 'self'; frame-ancestors 'none'` };
}
