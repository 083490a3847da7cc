import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ViewServer } from "../../src/io/view-server.js";
import { browserHint, browserPath, openWatched, startBrowser } from "../support/browser.js";
import type { DemoResults } from "../support/demo-results.js";
import { writeDemoResults } from "../support/demo-results.js";
import { startViewer } from "../support/watched-viewer.js";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

type Kind = keyof DemoResults["pages"] | "list" | "served" | "servedMmlu";

/** Serious and critical violations, each with the places. The page's policy lets no other script in, so axe is brought in from outside. */
async function violations(page: Page): Promise<string[]> {
  const { readFile } = await import("node:fs/promises");
  await page.evaluate(await readFile(axePath, "utf8"));
  const { violations: found } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { readonly axe: { run: () => Promise<AxeResults> } };
    return axe.run();
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ target }) => target.join(" "))
          .join(" | ")
          .slice(0, 300)}`,
    );
}

/** Nothing is wider than the window. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

describe.skipIf(browserPath === undefined)(`axe finds nothing serious (${browserHint})`, () => {
  let browser: Browser;
  let results: DemoResults;
  let viewer: ViewServer;

  beforeAll(async () => {
    [browser, results] = await Promise.all([startBrowser(), writeDemoResults()]);
    viewer = await startViewer(results.outputDir);
  });
  afterAll(async () => {
    await viewer.close();
    await browser.close();
    await results[Symbol.asyncDispose]();
  });

  const openQuestion = async (page: Page): Promise<void> => {
    await page.locator(".question-row").first().click();
    await page.waitForSelector(".pane .judgment");
  };
  const openChoices = async (page: Page): Promise<void> => {
    for (const numbers of await page.locator("details.numbers > summary").all()) await numbers.click();
    await page.locator(".question-row").first().click();
    await page.waitForSelector(".choices");
  };
  const kinds: Readonly<Record<Kind, (page: Page) => Promise<void>>> = {
    report: openQuestion,
    comparison: openQuestion,
    mmlu: openChoices,
    list: async (page) => page.locator("section.set").first().waitFor(),
    served: async (page) => {
      await page.locator("section.set", { hasText: "MT-Bench" }).locator("a.button").first().click();
      await openQuestion(page);
      await page.locator(".rate summary").first().click();
    },
    servedMmlu: async (page) => {
      await page.locator("section.set", { hasText: "MMLU" }).locator("a.button").click();
      await openChoices(page);
    },
  };
  const everyWay = (["report", "comparison", "mmlu", "list", "served"] as const).flatMap((kind) =>
    (["desktop", "phone"] as const).flatMap((size) => [false, true].map((dark) => ({ kind, size, dark }))),
  );
  // the file of it is looked at in every way, and what the viewer adds is the same as beside "served"
  const cases = [...everyWay, { kind: "servedMmlu", size: "phone", dark: true } as const];

  it.each(cases)("in $kind, $size, dark: $dark", async ({ kind, size, dark }) => {
    const file = kind === "report" || kind === "comparison" || kind === "mmlu" ? results.pages[kind] : undefined;
    const url = file === undefined ? viewer.url : pathToFileURL(file).href;
    const { page } = await openWatched(browser, url, { viewport: sizes[size], ...(dark && { dark }) });
    await page.waitForSelector("#page[data-ready]");
    expect(await violations(page)).toEqual([]);
    await kinds[kind](page);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.context().close();
  });
});
