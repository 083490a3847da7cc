/**
 * What a report of many judgments costs: 100,000 judgments → HTML, by branchbench in a process of its own. `npm run bench:report`.
 * Limits: 5 s and 500 MB; the page shows its list of questions within two seconds, where a browser is at hand.
 *
 * The records are as branchbench writes them: a prompt of 1.3 kB, an answer of 1.2 kB and a judgment of 0.5 kB each. Their texts are made of
 * phrases that come again as in English, so that they compress as the published answers to MT-Bench do: three times. As there, of 1,000
 * characters 12 end a line and 3 are quotation marks, which JSON escapes.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { judgedTextHash } from "../src/domain/mt-bench/judge-prompt.js";
import { outputTree } from "../src/io/output-tree.js";
import { browserHint, browserPath, startBrowser } from "../test/support/browser.js";
import { seededRandom } from "./support/seeded-random.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

const bench = "mt_bench";
const limits = { seconds: 5, megabytes: 500, shownMs: 2_000 };
const usage = { finish_reason: "stop", prompt_tokens: 300, completion_tokens: 150, latency_ms: 1_000, attempts: 1 };
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const costSchema = z.object({ processor: z.number(), megabytes: z.number() });
const { values: flags } = parseArgs({
  options: { judgments: { type: "string", default: "100000" }, models: { type: "string" }, keep: { type: "string" } },
});

// ten models of a usual question set, and one of a set as large as it can be, whose questions take as long as their judgments
for (const models of flags.models === undefined ? [10, 1] : [Number(flags.models)])
  await withTemporaryFolder(async (temporary) => {
    const folder = flags.keep ?? temporary;
    await writeRecords(folder, { judgments: Number(flags.judgments), models });
    console.log(`${flags.judgments} judgments of ${models === 1 ? "one model" : `${models} models`}:`);
    const page = await writePage(folder);
    if (browserPath === undefined) console.log(`opening the page: ${browserHint}`);
    else await openPage(page);
  });

async function writePage(folder: string): Promise<string> {
  const page = join(folder, "report.html");
  const args = ["report", "--bench", bench, "--format", "html", "--output-dir", folder];
  const start = performance.now();
  const { status, stderr } = spawnSync(
    execPath,
    ["--import", costOnExit(), bin, ...args, "--questions", join(folder, "question.jsonl"), "--output", page],
    { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - start) / 1_000;
  const { processor, megabytes } = costSchema.parse(JSON.parse(stderr.trim().split("\n").at(-1) ?? ""));
  const size = (await stat(page)).size / 1e6;
  console.log(
    `HTML ${seconds.toFixed(1)} s (limit ${limits.seconds}; processor ${processor.toFixed(1)} s), peak ${megabytes.toFixed(0)} MB (limit ${limits.megabytes}), page ${size.toFixed(0)} MB`,
  );
  // where other work has the processors, the clock says nothing: the time that was worked says it too
  if (Math.min(seconds, processor) > limits.seconds || megabytes > limits.megabytes) process.exitCode = 1;
  return page;
}

/** A module that lets a process say at its end what it took: seconds of all its threads, and the largest memory. */
function costOnExit(): string {
  const source = `
    process.on("exit", () => {
      const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
      console.error(JSON.stringify({ processor: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1000 }));
    });`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** From the address to the first rows of the list on the screen. */
async function openPage(path: string): Promise<void> {
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href, { waitUntil: "commit" });
    await page.locator(".question-row").first().waitFor();
    const shownMs = await page.evaluate(() => performance.now());
    await page.waitForLoadState("domcontentloaded");
    const wholeMs = await page.evaluate(() => performance.now());
    console.log(
      `page shows its questions after ${shownMs.toFixed(0)} ms (limit ${limits.shownMs}), is read as a whole after ${wholeMs.toFixed(0)} ms`,
    );
    if (shownMs > limits.shownMs) process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

interface Size {
  readonly judgments: number;
  readonly models: number;
}

/** Two turns a question, one judge. */
async function writeRecords(folder: string, { judgments, models }: Size): Promise<void> {
  const output = outputTree(folder, bench);
  const words = textMaker();
  const ids = Array.from({ length: judgments / 2 / models }, (_, index) => index + 1);
  const names = Array.from({ length: models }, (_, index) => `m${index}`);
  const lines = (path: string, line: (id: number) => object[]): Promise<void> => writeLines(path, ids, line);
  const categories = ["writing", "math", "coding", "stem"];
  const hashes = new Map<string, readonly string[]>();
  const questions = new Map<number, readonly string[]>();
  await lines(join(folder, "question.jsonl"), (id) => {
    const turns = [words(30), words(15)];
    questions.set(id, turns);
    return [{ question_id: id, category: categories[id % 4], turns, reference: [words(40), ""] }];
  });
  for (const name of names)
    await lines(output.answers(name).records, (id) => {
      const answers = [words(110), words(80)];
      const judged = answers.map((answer, index) => ({ question: questions.get(id)?.[index] ?? "", answer }));
      hashes.set(`${name} ${id}`, [judgedTextHash(judged.slice(0, 1)), judgedTextHash(judged)]);
      return [
        {
          question_id: id,
          answer_id: `a${id}`,
          model_id: name,
          choices: [{ index: 0, turns: answers, details: [usage, usage] }],
          tstamp: 1,
        },
      ];
    });
  await writeLines(
    output.judgments("j").records,
    names.flatMap((name) => ids.map((id) => ({ name, id }))),
    ({ name, id }) =>
      [1, 2].map((turn) => ({
        question_id: id,
        model: name,
        judge: ["j", "single"],
        user_prompt: words(200),
        judgment: `${words(70)} [[${1 + (id % 10)}]]`,
        score: 1 + (id % 10),
        turn,
        tstamp: 1,
        choice: 0,
        prompt_hash: "0".repeat(64),
        answer_hash: hashes.get(`${name} ${id}`)?.[turn - 1],
        ...usage,
      })),
  );
}

/** Words stand in phrases, and both come again as Zipf has it. */
function textMaker(): (count: number) => string {
  const { uniform: random } = seededRandom(7);
  const choose = (from: readonly string[]): string => from[Math.floor(random() ** 3 * from.length)] ?? "";
  const vocabulary = Array.from({ length: 4_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 8) }, () => "etaoinshrdlucmfw"[Math.floor(random() * 16)]).join(""),
  );
  const phrases = Array.from({ length: 4_000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => choose(vocabulary)).join(" "),
  );
  // a phrase is two and a half words, with what stands behind it 15 characters
  const ends = ['" ', "\n", "\n", "\n", "\n"];
  const end = (): string => (random() < 0.23 ? (ends[Math.floor(random() * ends.length)] ?? "") : " ");
  return (count) => Array.from({ length: Math.round(count / 2.5) }, () => choose(phrases) + end()).join("");
}

async function writeLines<Item>(path: string, items: readonly Item[], line: (item: Item) => object[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  function* blocks(): Generator<string> {
    for (let first = 0; first < items.length; first += 500)
      yield items
        .slice(first, first + 500)
        .flatMap(line)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join("");
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path));
}
