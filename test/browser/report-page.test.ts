import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WatchedPage } from "../support/browser.js";
import { browserHint, browserPath, openWatched, startBrowser } from "../support/browser.js";
import type { DemoResults } from "../support/demo-results.js";
import { writeDemoResults } from "../support/demo-results.js";

const kinds = ["report", "comparison"] as const;

/** How many questions the list says that it shows. */
async function listed(page: Page): Promise<number> {
  const said = await page.locator(".list > p").first().textContent();
  return Number(/\d+/.exec(said ?? "")?.[0]);
}

describe.skipIf(browserPath === undefined)(`the report file (${browserHint})`, () => {
  let browser: Browser;
  let results: DemoResults;

  beforeAll(async () => {
    [browser, results] = await Promise.all([startBrowser(), writeDemoResults()]);
  });
  afterAll(async () => {
    await browser.close();
    await results[Symbol.asyncDispose]();
  });

  /** Opens a page of the demo from disk, and afterwards checks that it asked nobody and complained of nothing. */
  async function withPage(kind: (typeof kinds)[number], work: (page: Page) => Promise<void>): Promise<void> {
    const watched: WatchedPage = await openWatched(browser, pathToFileURL(results.pages[kind]).href);
    await watched.page.waitForSelector("#page[data-ready]");
    await work(watched.page);
    expect(watched.errors).toEqual([]);
    expect(watched.requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
    await watched.page.context().close();
  }

  it.each(kinds)("opens from disk without a network, and says the result first (%s)", async (kind) => {
    await withPage(kind, async (page) => {
      expect(await page.locator("h1").textContent()).toMatch(kind === "report" ? /embedded-tuned/ : /\d+ learned/);
      expect(await page.title()).toContain("branchbench");
    });
  });

  it.each(kinds)(
    "has charts with marks and numbers, each with words for those who cannot see it (%s)",
    async (kind) => {
      await withPage(kind, async (page) => {
        const charts = page.locator("figure .chart svg");
        expect(await charts.count()).toBeGreaterThan(0);
        for (const chart of await charts.all()) {
          const box = await chart.boundingBox();
          if (box === null) continue;
          expect(box.width * box.height).toBeGreaterThan(0);
          expect(await chart.locator("path, rect, line, circle, text").count()).toBeGreaterThan(1);
          expect(await chart.evaluate((svg) => /NaN|Infinity|undefined/.test(svg.outerHTML))).toBe(false);
        }
        await expect.poll(() => page.locator("figure figcaption").count()).toBe(await page.locator("figure").count());
      });
    },
  );

  it("says how many gains there are beside those of each file that it shows, and leads to all", async () => {
    await withPage("comparison", async (page) => {
      const gains = page.locator(".examples", { has: page.getByRole("heading", { name: "Gains" }) });
      const files = await gains.locator("li .small").allTextContents();
      expect(new Set(files.map((text) => text.split(":")[0])).size).toBe(2);
      const more = gains.locator(".more");
      expect(await more.textContent()).toBe("and 5 more; list them all");
      await more.locator("a").click();
      await expect.poll(() => listed(page)).toBe(10);
    });
  });

  it.each(kinds)("cuts off no section's link on a telephone (%s)", async (kind) => {
    await withPage(kind, async (page) => {
      await page.setViewportSize({ width: 390, height: 800 });
      const sizes = await page
        .locator("nav[aria-label=Sections]")
        .evaluate((nav) => [nav.scrollWidth, nav.clientWidth]);
      expect(sizes[0]).toBe(sizes[1]);
    });
  });

  it.each(kinds)("leads to each of its sections (%s)", async (kind) => {
    await withPage(kind, async (page) => {
      const links = await page.locator("nav[aria-label=Sections] a").all();
      expect(links.length).toBeGreaterThan(3);
      for (const link of links) {
        await link.click();
        const id = (await link.getAttribute("href")) ?? "";
        await expect.poll(() => page.locator(id).count()).toBe(1);
        const isInSight = () =>
          page.locator(id).evaluate((target) => {
            const { top, bottom } = target.getBoundingClientRect();
            return top < innerHeight && bottom > 0;
          });
        await expect.poll(isInSight, { timeout: 15_000 }).toBe(true);
      }
    });
  });

  it.each(kinds)(
    "narrows and orders the list by every choice of every filter (%s)",
    { timeout: 120_000 },
    async (kind) => {
      await withPage(kind, async (page) => {
        const all = await listed(page);
        expect(all).toBe(kind === "report" ? 16 : 40);
        const counts: number[] = [];
        for (const filter of await page.locator(".filters select").all()) {
          const [usual, ...values] = await filter.evaluate((select) =>
            [...(select as HTMLSelectElement).options].map(({ value }) => value),
          );
          for (const value of values) {
            await filter.selectOption(value);
            counts.push(await listed(page));
          }
          await filter.selectOption(usual ?? "");
          await expect.poll(() => listed(page)).toBe(all);
        }
        expect(Math.min(...counts)).toBeLessThan(all);
        expect(Math.max(...counts)).toBeLessThanOrEqual(all);
      });
    },
  );

  it.each(kinds)(
    "finds words in answers that no question holds, and nothing where there is nothing (%s)",
    async (kind) => {
      await withPage(kind, async (page) => {
        await page.keyboard.press("/");
        await page.keyboard.type("I am sorry");
        await expect.poll(() => page.locator(".search-line [role=status]").textContent()).toBe("all texts searched");
        await expect.poll(() => listed(page)).toBeGreaterThan(0);
        const found = await listed(page);
        await page.locator("#search").fill("a text that is nowhere");
        await expect.poll(() => page.locator(".search-line [role=status]").textContent()).toBe("all texts searched");
        // the words before may still stand there for a moment
        await expect.poll(() => page.locator(".question-row").count()).toBe(0);
        await page.locator("#search").fill("");
        await expect.poll(() => page.locator(".question-row").count()).toBeGreaterThan(found - 1);
      });
    },
  );

  it.each(kinds)("opens a question by click, key and address, with both answers and judgments (%s)", async (kind) => {
    await withPage(kind, async (page) => {
      await page.locator(".question-row").first().click();
      await page.waitForSelector(".pane .judgment");
      await expect.poll(() => page.locator(".pane").count()).toBeGreaterThanOrEqual(2);
      const first = page.url();
      await page.keyboard.press("j");
      await expect.poll(() => page.url()).not.toBe(first);
      await page.keyboard.press("k");
      await expect.poll(() => page.url()).toBe(first);
      const title = await page.locator("#detail-title").textContent();
      for (const segment of await page.locator(".segments button").all()) await segment.click();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator("#detail-title").count()).toBe(0);
      const again = await openWatched(browser, first);
      await again.page.waitForSelector("#detail-title");
      expect(await again.page.locator("#detail-title").textContent()).toBe(title);
      expect(again.errors).toEqual([]);
      await again.page.context().close();
    });
  });

  it.each(kinds)("opens all that is folded, and changes its colours (%s)", async (kind) => {
    await withPage(kind, async (page) => {
      for (const summary of await page.locator("main summary").all()) await summary.click();
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const before = await paper();
      const theme = page.locator(".page-head button");
      await theme.click();
      await theme.click();
      await expect.poll(paper).not.toBe(before);
    });
  });
});
