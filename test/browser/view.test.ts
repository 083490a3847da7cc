import { appendFile, cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ViewServer } from "../../src/io/view-server.js";
import { browserHint, browserPath, openWatched, startBrowser } from "../support/browser.js";
import type { DemoResults } from "../support/demo-results.js";
import { writeDemoResults } from "../support/demo-results.js";
import { readRows } from "../support/stage.js";
import { tempFolder } from "../support/temp-folder.js";
import { startViewer } from "../support/watched-viewer.js";

describe.skipIf(browserPath === undefined)(`the viewer in a browser (${browserHint})`, () => {
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

  /** Opens the viewer's list, and afterwards checks that only this server was asked and nothing complained of. */
  async function withViewer(work: (page: Page) => Promise<void>): Promise<void> {
    const { page, errors, requests } = await openWatched(browser, viewer.url);
    await page.waitForSelector("section.set");
    await work(page);
    expect(errors).toEqual([]);
    const foreign = requests.filter((url) => !url.startsWith("data:") && new URL(url).port !== String(viewer.port));
    expect(foreign).toEqual([]);
    await page.context().close();
  }

  it("lists all results with their means", async () => {
    await withViewer(async (page) => {
      expect(await page.locator("section.set h2").allTextContents()).toEqual([
        "MMLU-Branch",
        "MT-Bench",
        "MT-Bench-Branch main",
        "MT-Bench-Branch rc",
      ]);
      const shown = await page.locator(".means").first().textContent();
      expect(shown).toMatch(/embedded-base 5\.50 n 32.*embedded-tuned 10\.00 n 32/);
      expect(await page.locator("section.set").first().locator("tbody tr").allTextContents()).toEqual([
        // never in one figure
        expect.stringMatching(/^embedded-base25\.0 % n 8, scored by letters0\.0 % n 7, scored by textsdone/),
        expect.stringMatching(/^embedded-tuned100\.0 % n 8, scored by letters100\.0 % n 7, scored by textsdone/),
      ]);
    });
  });

  it("offers a report as soon as there is a judgment", async () => {
    await using folder = await tempFolder();
    const [from, to] = [join(results.outputDir, "demo", "mt_bench"), folder.file("mt_bench")];
    await cp(join(from, "model_answer"), join(to, "model_answer"), { recursive: true });
    const [judgments = ""] = (await readdir(join(from, "model_judgment"))).filter((name) =>
      name.endsWith("_single.jsonl"),
    );
    await folder.write(`mt_bench/model_judgment/${judgments}`, "");
    await using own = await startViewer(folder.path);
    const { page, errors } = await openWatched(browser, own.url);
    await page.waitForSelector("section.set");
    expect(await page.locator("section.set a.button").count()).toBe(0);
    await cp(join(from, "model_judgment", judgments), join(to, "model_judgment", judgments));
    await page.locator("section.set a.button").click();
    await page.waitForSelector(".question-row");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("opens the report of each, and leads back", async () => {
    await withViewer(async (page) => {
      for (let index = 1; index < 4; index++) {
        await page.locator("section.set a.button").nth(index).click();
        await page.waitForSelector(".question-row");
        expect(await page.locator("h1").textContent()).toContain("embedded-");
        // official questions have categories, those of a branch come from files
        const isBranch = (await page.locator(".eyebrow").first().textContent())?.includes("Branch") === true;
        expect(await page.locator("#questions .filters .choice > span").first().textContent()).toBe(
          isBranch ? "File" : "Category",
        );
        await expect.poll(() => page.locator(isBranch ? "#files" : "#categories").count()).toBe(1);
        expect(await page.locator(".question-row .where").allTextContents()).not.toContain("taxonomy");
        await page.locator(".question-row").first().click();
        await page.waitForSelector(".pane .judgment");
        await page.locator(".view-bar a").click();
        await page.waitForSelector("section.set");
      }
    });
  });

  it("opens multiple choice of all models, of one, and as the comparison that was made; nothing there can be rated", async () => {
    await withViewer(async (page) => {
      const card = page.locator("section.set").first();
      const ways = [
        [card.locator("a.button"), 2],
        [card.locator("th a").first(), 1],
        [card.locator(".comparisons a"), 2],
      ] as const;
      for (const [link, panes] of ways) {
        await link.click();
        await page.locator(".question-row").first().click();
        await page.waitForSelector(".choices");
        await expect.poll(() => page.locator(".pane").count()).toBe(panes);
        await expect.poll(() => page.locator(".rate").count()).toBe(0);
        await page.locator(".view-bar a").click();
        await page.waitForSelector("section.set");
      }
    });
  });

  it("compares two models on one question set, and on two branches", async () => {
    await withViewer(async (page) => {
      await page.locator("section.pair a.button").click();
      await page.waitForSelector(".question-row");
      expect(await page.locator("h1").textContent()).toMatch(
        /^embedded-tuned scores \d\.\d\d points more than embedded-base/,
      );
      await page.locator(".view-bar a").click();
      const [set, against] = [page.locator(".pair select").nth(0), page.locator(".pair select").nth(1)];
      await set.selectOption({ label: "demo/mt_bench_branch/rc" });
      await against.selectOption({ label: "demo/mt_bench_branch/main" });
      await page.locator("section.pair a.button").click();
      await page.waitForSelector(".question-row");
      expect(await page.locator("h1").textContent()).toMatch(/2 learned/);
    });
  });

  it("keeps a rating beside the records, shows it apart, and changes no score", async () => {
    await withViewer(async (page) => {
      await page.locator("section.set a.button").nth(1).click();
      await page.locator(".question-row").first().click();
      await page.waitForSelector(".rate");
      const scores = () => page.locator(".figures, table").allTextContents();
      const before = await scores();
      await page.locator(".rate summary").first().click();
      const form = page.locator(".rate form").first();
      await form.getByLabel("Your score").selectOption("3");
      await form.getByLabel("Overrules").selectOption({ index: 1 });
      await form.getByRole("button").click();
      await expect.poll(() => form.getByRole("status").textContent()).toBe("Say why the judge is overruled.");
      await form.getByLabel("Reason").fill("<b>the bag</b> is not described");
      await form.getByLabel("Your name").fill("Ada");
      await form.getByRole("button").click();
      const shown = page.locator(".human-ratings").first();
      await shown.waitFor();
      expect(await shown.textContent()).toMatch(/3.*Ada.*overrules embedded-judge, who gave.*<b>the bag<\/b>/);
      const model = (await page.locator(".pane .name").first().textContent()) ?? "";
      const rows = await readRows(join(results.outputDir, "demo", "mt_bench", "human_rating", `${model}.jsonl`));
      expect(rows).toMatchObject([{ model, score: 3, rater: "Ada", turn: 1, overrules: { judge: "embedded-judge" } }]);
      await page.reload();
      await page.waitForSelector(".human-ratings");
      expect(await scores()).toEqual(before);
    });
  });

  it("follows a run: what is appended is announced in the report and counted in the list", async () => {
    await withViewer(async (page) => {
      const set = join(results.outputDir, "live", "mt_bench");
      const judgment = (id: number, score: number): string =>
        `${JSON.stringify({ question_id: id, model: "m", judge: ["j", "p"], user_prompt: "", judgment: "x", score, turn: 1 })}\n`;
      const question = { question_id: 1, category: "writing", turns: ["a"] };
      await results.folder.write(
        "live/mt_bench/question.jsonl",
        `${JSON.stringify(question)}\n${JSON.stringify({ ...question, question_id: 2 })}\n`,
      );
      await results.folder.write("live/mt_bench/model_judgment/j_single.jsonl", judgment(1, 4));
      const card = page.locator("section.set", { hasText: "live/mt_bench" });
      await card.waitFor();
      await expect.poll(() => card.locator(".means").textContent()).toMatch(/4\.00 n 1/);
      await card.locator("a.button").click();
      await page.waitForSelector(".question-row");
      await expect.poll(() => page.locator(".view-bar [role=status]").textContent()).toContain("No run");
      await appendFile(join(set, "model_judgment", "j_single.jsonl"), judgment(2, 8));
      await expect.poll(() => page.locator(".view-bar").textContent()).toContain("New results have come.");
      await page.locator(".view-bar button").click();
      await expect.poll(() => page.locator("h1").textContent()).toContain("6.00");
      await page.locator(".view-bar a").click();
      await expect.poll(() => card.locator(".means").textContent()).toMatch(/6\.00 n 2/);
    });
  });

  it("says what is wrong with an address that names nothing", async () => {
    const { page } = await openWatched(browser, `${viewer.url}&set=nothing`);
    await expect.poll(() => page.locator("main").textContent()).toContain("not in the folder any more");
    await page.getByRole("link", { name: "All results" }).click();
    await page.waitForSelector("section.set");
    await page.context().close();
  });
});
