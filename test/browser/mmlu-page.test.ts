import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserHint, browserPath, openWatched, startBrowser } from "../support/browser.js";
import { runCli } from "../support/cli.js";
import { writeMmluResults } from "../support/mmlu-results.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const questions = 8 + 9 + 10 + 11;

/** How many questions the list says that it shows. */
async function listed(page: Page): Promise<number> {
  const said = await page.locator(".list > p").first().textContent();
  return Number(/\d+/.exec(said ?? "")?.[0]);
}

describe.skipIf(browserPath === undefined)(`the page of MMLU results (${browserHint})`, () => {
  let browser: Browser;
  let folder: TempFolder;

  beforeAll(async () => {
    [browser, folder] = await Promise.all([startBrowser(), tempFolder()]);
    await writeMmluResults(folder.path, { subjects: 4, questions: 8 });
    const report = ["report", "--bench", "mmlu", "--format", "html", "--output-dir", folder.path];
    const { code, stderr } = await runCli([...report, "--output", folder.file("page.html")]);
    if (code !== 0) throw new Error(stderr);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await folder[Symbol.asyncDispose]();
  });

  /** Opens the page from disk, and afterwards checks that it asked nobody and complained of nothing. */
  async function withPage(hash: string, work: (page: Page) => Promise<void>): Promise<void> {
    const { page, errors, requests } = await openWatched(
      browser,
      `${pathToFileURL(folder.file("page.html")).href}${hash}`,
    );
    await page.waitForSelector("#page[data-ready]");
    await work(page);
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
    await page.context().close();
  }

  it("says the score first, and has charts with tables and every section it links to", async () => {
    await withPage("", async (page) => {
      expect(await page.locator("h1").textContent()).toMatch(/^org\/large is right in \d+\.\d % of 38 questions/);
      await expect.poll(() => page.locator("#models tbody tr").count()).toBe(3);
      for (const chart of await page.locator("figure .chart svg").all())
        expect(await chart.evaluate((svg) => /NaN|Infinity|undefined/.test(svg.outerHTML))).toBe(false);
      await expect.poll(() => page.locator("figure .chart svg").count()).toBe(2);
      for (const link of await page.locator("nav[aria-label=Sections] a").all())
        expect(await page.locator((await link.getAttribute("href")) ?? "").count()).toBe(1);
      for (const summary of await page.locator("main summary").all()) await summary.click();
      expect(await page.locator("#pair .quarters .figure").allTextContents()).toHaveLength(4);
    });
  });

  it("narrows and orders the list by every choice of every filter", { timeout: 120_000 }, async () => {
    await withPage("", async (page) => {
      await expect.poll(() => listed(page)).toBe(questions);
      const counts = new Map<string, number>();
      // which filters there are depends on the two models that are shown
      for (const label of await page.locator("#questions .filters .choice > span").allTextContents()) {
        const filter = page
          .locator("#questions .filters .choice", { has: page.getByText(label, { exact: true }) })
          .locator("select");
        const usual = await filter.inputValue();
        const values = await filter.evaluate((select) =>
          [...(select as HTMLSelectElement).options].map(({ value }) => value),
        );
        for (const value of values.filter((other) => other !== usual)) {
          await filter.selectOption(value);
          counts.set(`${label} ${value}`, await listed(page));
        }
        await filter.selectOption(usual);
        await expect.poll(() => listed(page)).toBe(questions);
      }
      const count = (trait: string): number => counts.get(`Only ${trait}`) ?? Number.NaN;
      // one question failed in the model on the left, which is not on the right
      expect(count("right") + count("wrong")).toBe(questions);
      expect(count("differ")).toBe(count("better") + count("worse"));
      expect(count("both-right") + count("neither") + count("differ")).toBe(questions - 1);
      expect([count("failed"), count("unreadable"), count("fallback")]).toEqual([1, 1, 1]);
      const sum = (label: string): number =>
        [...counts].reduce((all, [name, shown]) => (name.startsWith(`${label} `) ? all + shown : all), 0);
      expect([sum("Category"), sum("Task"), sum("Verdict")]).toEqual([questions, questions, questions]);
    });
  });

  it("opens a question with its choices, beliefs and written answer, by address and by key", async () => {
    await withPage("#q=mmlu_abstract_algebra%2F2", async (page) => {
      await page.waitForSelector(".choices");
      await expect.poll(() => page.locator(".choices > li").count()).toBe(4);
      expect(await page.locator(".choices .tag").allTextContents()).toEqual(["✓ right answer"]);
      await expect.poll(() => page.locator(".belief.right svg .bar").count()).toBe(4);
      await expect.poll(() => page.locator(".belief .taken").count()).toBe(2);
      expect(await page.locator(".pane.left .prose").innerHTML()).toContain("<strong>C</strong>");
      await page.keyboard.press("k");
      await page.locator(".pane.left .tag", { hasText: "unreadable" }).waitFor();
      expect(await page.locator(".pane.left .prose").innerHTML()).toContain("&lt;b&gt;cannot&lt;/b&gt;");
      await page.keyboard.press("k");
      await page.locator(".pane.left .tag", { hasText: "failed" }).waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator("#detail-title").count()).toBe(0);
    });
  });

  it("goes from a task of the table to its questions, and searches choices", async () => {
    await withPage("", async (page) => {
      await page.locator("#tasks summary").click();
      await page.locator("#tasks td, #tasks th").locator("a", { hasText: "abstract algebra" }).click();
      await expect.poll(() => listed(page)).toBe(8);
      await page.locator("#search").fill("cannot</b> say");
      await expect.poll(() => page.locator(".search-line [role=status]").textContent()).toBe("all texts searched");
      await expect.poll(() => listed(page)).toBe(1);
    });
  });
});
