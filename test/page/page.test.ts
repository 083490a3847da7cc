import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser, Page } from "playwright-core";
import { browserHint, browserPath, openWatched, startBrowser } from "../support/browser.js";
import type { PageTexts } from "../support/page.js";
import { judgmentLocator, writeTextPage } from "../support/page.js";
import { tempFolder } from "../support/temp-folder.js";

const plain: PageTexts = { question: "What is 2 + 2?", answer: "It is 4.", judgment: "Right. [[4]]", model: "m" };

describe.skipIf(browserPath === undefined)(`the page in a browser (${browserPath ?? browserHint})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  async function withPage(
    { marks, ...texts }: Partial<PageTexts> & { readonly marks?: Parameters<typeof writeTextPage>[2] },
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    await using folder = await tempFolder();
    const address = await writeTextPage(folder, { ...plain, ...texts }, marks);
    const { page, errors, requests } = await openWatched(browser, `${address}#q=1`);
    await page.locator(".pane .prose").first().waitFor();
    await work(page);
    expect(errors).toEqual([]);
    expect(requests).toEqual([]);
    await page.context().close();
  }

  const answer = (page: Page): Promise<string> => page.locator(".pane .answer > .prose").innerHTML();

  it.each([
    ["markup is text", "<b onclick='x()'>bold</b>", /^<p>&lt;b onclick='x\(\)'&gt;bold&lt;\/b&gt;<\/p>\s*$/],
    ["emphasis", "**bold** and `code`", /^<p><strong>bold<\/strong> and <code>code<\/code><\/p>\s*$/],
    ["code", "```js\na < b\n```", /^<pre><code class="language-js">a &lt; b\n<\/code><\/pre>\s*$/],
    [
      "a link leads nowhere",
      "[here](https://example.org/x)",
      /<span class="link">here<\/span> <span class="address">\(https:\/\/example.org\/x\)/,
    ],
    [
      "a picture is not loaded",
      "![alt](https://example.org/x.png)",
      /^<p><span class="address">\[picture: alt \(https:\/\/example.org\/x.png\)\]/,
    ],
    [
      "maths",
      String.raw`so $\frac{1}{2}$ and \(x^2\)`,
      /<math.*<mfrac><mn>1<\/mn><mn>2<\/mn><\/mfrac>.*<msup><mi>x<\/mi><mn[^>]*>2<\/mn><\/msup>/,
    ],
    ["money is no maths", "from $5 to $10", /^<p>from \$5 to \$10<\/p>\s*$/],
    ["broken maths", String.raw`$\frac{1$`, /^<p><code>\\frac\{1<\/code><\/p>\s*$/],
  ])("%s", async (_, text, expected) => {
    await withPage({ answer: text }, async (page) => {
      expect(await answer(page)).toMatch(expected);
      expect(await page.locator(".prose a, .prose img, .prose [style]").count()).toBe(0);
    });
  });

  it("shows score, truncation, reference and what the judge said", async () => {
    await withPage({}, async (page) => {
      const text = await page.locator(".detail").innerText();
      for (const part of ["What is 2 + 2?", "It is 4.", "Right. [[4]]", "truncated by the token limit", "Reference"])
        expect(text).toContain(part);
    });
  });

  it.each([
    ["nothing of one that counts", {}, []],
    ["that the answer changed", { stale: [judgmentLocator] }, ["the answer changed since"]],
    ["that it is left out", { leftOut: [judgmentLocator] }, ["left out: an earlier run had a larger --judge-repeats"]],
  ])("says beside a judgment %s", async (_, marks, tags) => {
    await withPage({ marks }, async (page) => {
      expect(await page.locator(".judgment summary .tag").allInnerTexts()).toEqual(tags);
    });
  });

  it.each([
    [1, "m scores 4.00 of 10 over 1 question.", "1 question, scores", "m"],
    [80, "m (partial) scores 4.00 of 10 over 1 question.", "1 of 80 questions (partial), scores", "m (partial)"],
  ])("says of one question of a set of %i what it is a part of", async (questionsOfSet, headline, lead, name) => {
    await withPage({ questionsOfSet }, async (page) => {
      await page.keyboard.press("Escape");
      expect(await page.locator("h1").innerText()).toBe(headline);
      expect(await page.locator(".lead").innerText()).toContain(lead);
      expect((await page.locator("#models tbody th").innerText()).trim()).toBe(name);
    });
  });

  it("runs nothing of what stands in its data", async () => {
    const attack = `</script><script>window.hit = 1</script><img src=x onerror="window.hit = 1">{{constructor}}<!--<script>`;
    await withPage({ question: attack, answer: attack, judgment: attack, model: attack }, async (page) => {
      expect(await page.evaluate(() => "hit" in globalThis)).toBe(false);
      expect(await page.locator("h1").innerText()).toContain(attack.slice(0, 20));
    });
  });

  it("filters, searches texts, opens and closes by keys", async () => {
    await withPage({}, async (page) => {
      await page.keyboard.press("Escape");
      expect(await page.locator(".detail").count()).toBe(0);
      await page.keyboard.press("j");
      await page.locator(".detail").waitFor();
      expect(new URL(page.url()).hash).toBe("#q=1");
      await page.keyboard.press("/");
      await page.keyboard.type("it is 4");
      await page.getByText("all texts searched").waitFor();
      await page.getByText("1 question", { exact: true }).waitFor();
      await page.getByLabel("Search questions").fill("nowhere");
      await page.getByText("0 of 1 question").waitFor();
      await page.getByLabel("Search questions").fill("");
      await page.getByLabel("Only").selectOption("unscored");
      await page.getByText("0 of 1 question").waitFor();
      await page.getByLabel("Only").selectOption("truncated");
      await page.getByText("1 question", { exact: true }).waitFor();
    });
  });
});
