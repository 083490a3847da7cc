import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserHint, browserPath, startBrowser } from "../support/browser.js";
import { hostileQuestions } from "../support/hostile-mmlu.js";
import type { HostileResults } from "../support/hostile-results.js";
import { writeHostileResults } from "../support/hostile-results.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";
import { startViewer } from "../support/watched-viewer.js";
import { xssNames, xssVectors } from "../support/xss-vectors.js";

interface TrappedPage {
  readonly page: Page;
  /** what ran, spoke, asked, went elsewhere or was stopped from it by the policy */
  readonly happened: readonly string[];
}

/** Opens a page in which every call of a vector and everything that leaves it is noted. */
async function openTrapped(browser: Browser, url: string): Promise<TrappedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const happened: string[] = [];
  const own = new URL(url);
  await page.exposeFunction("boomReached", (where: string) => void happened.push(`ran: ${where}`));
  await page.addInitScript(() => {
    const trapped = globalThis as unknown as Record<string, (where: string) => void>;
    trapped["boom"] = () => trapped["boomReached"]?.(location.href);
  });
  page.on("dialog", (dialog) => {
    happened.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const asked = new URL(request.url());
    const isOwn = asked.protocol === own.protocol && asked.host === own.host && asked.protocol !== "file:";
    if (!isOwn && request.url() !== url && asked.protocol !== "data:") happened.push(`asked: ${request.url()}`);
  });
  page.on("popup", () => happened.push("opened a window"));
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame()) happened.push(`frame: ${frame.url()}`);
  });
  page.on("pageerror", (error) => happened.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") happened.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  return { page, happened };
}

/** What must not be in the page, whether it has run or not, and whether the layout holds. */
function faultsOfPage(): string[] {
  const faults: string[] = [];
  const allowed = (element: Element): boolean =>
    element.matches("head *, body > script, body > noscript, #page svg, #page svg *, .rate form, .search-line *");
  const forbidden =
    "script, iframe, frame, object, embed, applet, base, link, meta, style, form, img, video, audio, portal";
  for (const element of document.querySelectorAll(forbidden))
    if (!allowed(element)) faults.push(`element: ${element.outerHTML.slice(0, 100)}`);
  for (const element of document.querySelectorAll("*"))
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) faults.push(`handler: ${name}`);
      const isAddress = ["href", "src", "action", "formaction", "xlink:href", "data", "poster", "ping"].includes(name);
      if (isAddress && !/^(#|\/\?token=|data:,$)/.test(value)) faults.push(`address: ${name}=${value.slice(0, 80)}`);
    }
  for (const element of document.querySelectorAll(".prose a, .prose [style], .prose [id], .prose [name]"))
    faults.push(`in a text: ${element.outerHTML.slice(0, 100)}`);
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`wider than the window: ${scrollWidth} > ${clientWidth}`);
  const brand = document.querySelector(".brand");
  const box = brand?.getBoundingClientRect();
  const top = box && document.elementFromPoint(box.left + 5, box.top + box.height / 2);
  if (brand === null || top !== brand) faults.push(`the head is covered by ${top?.outerHTML.slice(0, 80)}`);
  return [...new Set(faults)];
}

/** Opens every question of the list, one after the other, as the key `j` does, and looks at each. */
async function openEveryQuestion(page: Page, questions: number): Promise<string[]> {
  await page.waitForSelector(".question-row");
  await page.evaluate(`globalThis.faultsOf = ${faultsOfPage.toString()}`);
  const { opened, faults } = await page.evaluate(async () => {
    const look = (globalThis as unknown as { readonly faultsOf: () => string[] }).faultsOf;
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
    const found = new Set<string>();
    let opened = 0;
    for (let before = ""; ; opened++) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
      for (let wait = 0; wait < 30 && location.hash === before; wait++) await frame();
      if (location.hash === before) return { opened, faults: [...found] };
      before = location.hash;
      const id = new URLSearchParams(before.slice(1)).get("q");
      const isOpen = (): boolean =>
        document.querySelector("#detail-title code")?.textContent === id &&
        document.querySelector(".detail .turn") !== null;
      for (let wait = 0; wait < 300 && !isOpen(); wait++) await frame();
      if (!isOpen()) found.add(`${before}: it does not open`);
      for (const fault of look()) found.add(`${before}: ${fault}`);
    }
  });
  expect(opened).toBe(questions);
  return faults;
}

describe.skipIf(browserPath === undefined)(`hostile texts (${browserHint})`, () => {
  let folder: TempFolder;
  let browser: Browser;
  let results: HostileResults;

  beforeAll(async () => {
    folder = await tempFolder();
    [browser, results] = await Promise.all([startBrowser(), writeHostileResults(folder.path)]);
  });
  afterAll(async () => {
    await browser.close();
    await folder[Symbol.asyncDispose]();
  });

  it("are many", () => {
    expect(new Set(xssVectors.map(({ text }) => text)).size).toBe(xssVectors.length);
    expect(xssVectors.length).toBeGreaterThanOrEqual(150);
    expect(xssNames.length).toBeGreaterThanOrEqual(100);
  });

  it("would run in a careless page: the trap works", async () => {
    const careless = xssVectors.map(({ text }) => `<div>${text}</div>`).join("\n");
    const path = await folder.write("careless.html", `<!doctype html><p class=brand>b</p>${careless.slice(0, 2000)}`);
    const { page, happened } = await openTrapped(browser, pathToFileURL(path).href);
    await expect.poll(() => happened.filter((event) => event.startsWith("ran")).length).toBeGreaterThan(3);
    expect((await page.evaluate(faultsOfPage)).length).toBeGreaterThan(3);
    await page.context().close();
  });

  it.each([
    [0, xssVectors.length],
    [1, xssVectors.length],
    [2, hostileQuestions],
  ])("do nothing in the report file (%s)", { timeout: 180_000 }, async (index, questions) => {
    const { page, happened } = await openTrapped(browser, pathToFileURL(results.pages[index] ?? "").href);
    for (const numbers of await page.locator("details > summary").all()) await numbers.click();
    expect(await openEveryQuestion(page, questions)).toEqual([]);
    await page.waitForTimeout(300);
    expect(happened).toEqual([]);
    await page.context().close();
  });

  it("do nothing in the viewer's list", async () => {
    await using viewer = await startViewer(results.folder);
    const { page, happened } = await openTrapped(browser, viewer.url);
    await expect.poll(() => page.locator("section.set").count(), { timeout: 20_000 }).toBe(results.sets);
    expect(await page.evaluate(faultsOfPage)).toEqual([]);
    for (const row of await page.locator("section.pair select").all()) await row.selectOption({ index: 0 });
    await page.waitForTimeout(300);
    expect(happened).toEqual([]);
    await page.context().close();
  });

  it("do nothing in the viewer's report, comparison and multiple choice", { timeout: 180_000 }, async () => {
    await using viewer = await startViewer(results.folder);
    const { page, happened } = await openTrapped(browser, viewer.url);
    await page.locator("section.set", { hasText: "MT-Bench" }).locator("a.button").first().click();
    expect(await openEveryQuestion(page, xssVectors.length)).toEqual([]);
    await page.goto(viewer.url);
    for (const way of ["section.pair a.button", ".comparisons a", ".stages th a"]) {
      await page.locator(way).first().click();
      await page.waitForSelector(".question-row");
      await page.keyboard.press("j");
      await page.waitForSelector(".detail .turn");
      expect(await page.evaluate(faultsOfPage)).toEqual([]);
      await page.goto(viewer.url);
    }
    expect(happened).toEqual([]);
    await page.context().close();
  });
});
