import { existsSync } from "node:fs";
import { env } from "node:process";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that the tests drive; undefined where there is none. Nothing is downloaded. */
export const browserPath = [env["BRANCHBENCH_CHROMIUM"], ...places].find(
  (path) => path !== undefined && existsSync(path),
);

/** What a skipped test says. */
export const browserHint = "needs chromium: apt-get install chromium, or name one with BRANCHBENCH_CHROMIUM";

/** Starts the browser; `await using` ends it. */
export async function startBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(browserHint);
  // root may not use the sandbox, and containers seldom can
  return chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page that is watched: each request and each word of complaint is noted. */
export interface WatchedPage {
  readonly page: Page;
  /** console errors, uncaught errors and policy violations */
  readonly errors: readonly string[];
  /** every request but for the opened document itself */
  readonly requests: readonly string[];
}

/** Opens a URL or a file:// address with the network off, unless it is on loopback. */
export async function openWatched(
  browser: Browser,
  url: string,
  options: { readonly viewport?: { readonly width: number; readonly height: number }; readonly dark?: true } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 900 },
    colorScheme: options.dark === true ? "dark" : "light",
    offline: url.startsWith("file:"),
  });
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url.split("#")[0]) requests.push(request.url());
  });
  await page.goto(url);
  return { page, errors, requests };
}
