/**
 * What a report of many judgments costs: 100,000 judgments → HTML, each in a process of its own. `npm run bench:report`.
 * Limits: 5 s and 500 MB; the page opens within two seconds where a browser is at hand.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { argv, execPath, resourceUsage } from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { writeDocument } from "../src/io/document-file.js";
import { outputTree } from "../src/io/output-tree.js";
import { openQuestionFile } from "../src/io/question-file.js";
import { htmlDocument } from "../src/pipeline/html-document.js";
import { collectReportPage } from "../src/pipeline/report-page.js";
import { seededRandom } from "./support/seeded-random.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

const bench = "mt_bench";
const limits = { seconds: 5, megabytes: 500 };
const { values: flags } = parseArgs({
  options: { judgments: { type: "string", default: "100000" }, folder: { type: "string" }, keep: { type: "string" } },
});

if (flags.folder === undefined) await measure(Number(flags.judgments));
else await writePage(flags.folder);

async function measure(judgments: number): Promise<void> {
  await withTemporaryFolder(async (temporary) => {
    const folder = flags.keep ?? temporary;
    await writeRecords(folder, judgments);
    const args = ["--import", "tsx", argv[1] ?? "", "--folder", folder];
    const { status } = spawnSync(execPath, args, { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  });
}

async function writePage(folder: string): Promise<void> {
  const start = performance.now();
  const questions = await openQuestionFile(join(folder, "question.jsonl"));
  const input = { bench, output: outputTree(folder, bench), questions, command: "npm run bench:report" };
  const path = join(folder, "report.html");
  await writeDocument(
    path,
    htmlDocument("bench", (sink) => collectReportPage(input, sink)),
  );
  const seconds = (performance.now() - start) / 1_000;
  const { maxRSS, userCPUTime, systemCPUTime } = resourceUsage();
  const megabytes = maxRSS / 1_000;
  const processor = (userCPUTime + systemCPUTime) / 1e6;
  const { size } = await stat(path);
  console.log(
    `HTML ${seconds.toFixed(1)} s (limit ${limits.seconds}; processor ${processor.toFixed(1)} s), peak ${megabytes.toFixed(0)} MB (limit ${limits.megabytes}), page ${(size / 1e6).toFixed(0)} MB`,
  );
  if (seconds > limits.seconds || megabytes > limits.megabytes) process.exitCode = 1;
}

/** Two turns a question, one model, one judge; texts of natural length that do not repeat each other. */
async function writeRecords(folder: string, judgments: number): Promise<void> {
  const output = outputTree(folder, bench);
  const words = textMaker();
  const ids = Array.from({ length: judgments / 2 }, (_, index) => index + 1);
  const lines = (path: string, line: (id: number) => object[]): Promise<void> => writeLines(path, ids, line);
  const categories = ["writing", "math", "coding", "stem"];
  await lines(join(folder, "question.jsonl"), (id) => [
    { question_id: id, category: categories[id % 4], turns: [words(30), words(15)], reference: [words(40), ""] },
  ]);
  await lines(output.answers("m").records, (id) => [
    {
      question_id: id,
      answer_id: `a${id}`,
      model_id: "m",
      choices: [{ index: 0, turns: [words(110), words(80)], details: [{ finish_reason: "stop" }, {}] }],
      tstamp: 1,
    },
  ]);
  await lines(output.judgments("j").records, (id) =>
    [1, 2].map((turn) => ({
      question_id: id,
      model: "m",
      judge: ["j", "single"],
      user_prompt: words(200),
      judgment: `${words(70)} [[${1 + (id % 10)}]]`,
      score: 1 + (id % 10),
      turn,
      tstamp: 1,
      choice: 0,
    })),
  );
}

function textMaker(): (count: number) => string {
  const { uniform: random } = seededRandom(7);
  const vocabulary = Array.from({ length: 4_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 8) }, () => "etaoinshrdlucmfw"[Math.floor(random() * 16)]).join(""),
  );
  return (count) =>
    Array.from({ length: count }, () => vocabulary[Math.floor(random() ** 3 * vocabulary.length)]).join(" ");
}

async function writeLines(path: string, ids: readonly number[], line: (id: number) => object[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  function* blocks(): Generator<string> {
    for (let first = 0; first < ids.length; first += 500)
      yield ids
        .slice(first, first + 500)
        .flatMap(line)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join("");
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path));
}
