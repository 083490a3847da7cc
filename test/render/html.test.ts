import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { htmlPage } from "../../src/render/html.js";

const parts = { script: "let a = 1 < 2;", style: "body { color: red }", title: "plain" };

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

describe("htmlPage", () => {
  it("allows its own script and style by hash, and nothing else", () => {
    const page = htmlPage(parts);
    const html = page.start(gzipSync("{}")) + page.end;
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types dompurify",
    ]);
  });

  it("writes a title as text", () => {
    expect(htmlPage({ ...parts, title: `</title><script>"&` }).start(gzipSync("{}"))).toContain(
      "<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;</title>",
    );
  });

  it("gives bytes back as they were", () => {
    const bytes = gzipSync(JSON.stringify([{ text: "</script><script>alert(1)</script>" }]));
    const element = htmlPage(parts).chunk(7, bytes).join("");
    const [, id, data] =
      /^<script type="application\/octet-stream" id="([^"]*)">([^<]*)<\/script>\n$/.exec(element) ?? [];
    expect(id).toBe("chunk-7");
    expect(gunzipSync(Buffer.from(data ?? "", "base64")).equals(gunzipSync(bytes))).toBe(true);
  });

  it.each([
    ["an end tag", { ...parts, script: 'a = "</SCRIPT>"' }],
    ["a comment before a start tag", { ...parts, script: 'a = "<!--"; b = "<script"' }],
    ["an end of the style", { ...parts, style: "a::before { content: '</style>' }" }],
  ])("refuses %s in what it would hold", (_, broken) => {
    expect(() => htmlPage(broken)).toThrow(/cannot stand inside HTML/);
  });
});
