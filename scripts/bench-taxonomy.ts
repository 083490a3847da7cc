/**
 * What reading a taxonomy costs: gen-questions on a git taxonomy of 10,000 files of about 1 kB, beside reading the same blobs without
 * parsing them. `npm run bench:taxonomy [-- --files N]`. Limit: 5 s.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuUsage, memoryUsage, resourceUsage } from "node:process";
import { parseArgs } from "node:util";
import { maxQnaBytes } from "../src/io/qna-file.js";
import { openTaxonomyRepository } from "../src/io/taxonomy.js";
import { genQuestions } from "../src/pipeline/gen-questions.js";

const limitMs = 5_000;
const { values: flags } = parseArgs({ options: { files: { type: "string", default: "10000" } } });
const files = Number(flags.files);

function qnaText(number: number): string {
  const examples = Array.from({ length: 5 }, (_, index) => {
    const question = `What does part ${index} of device ${number} do when it is warm?`;
    return `  - question: ${question}\n    answer: |\n      Part ${index} of device ${number} slows down,\n      and reports its temperature to the other ${number % 7} parts.\n`;
  });
  return `version: 3\ncreated_by: bench\ntask_description: Explains device ${number}.\nseed_examples:\n${examples.join("")}`;
}

/** Makes the repository through fast-import, which writes one pack instead of as many objects as there are files. */
function makeRepository(folder: string): void {
  const parts: string[] = [];
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  parts.push("commit refs/heads/rc\n", "committer Bench <bench@example.org> 1700000000 +0000\n", data("bench"));
  for (let number = 0; number < files; number++)
    parts.push(
      `M 100644 inline compositional_skills/group${number % 100}/skill${number}/qna.yaml\n`,
      data(qnaText(number)),
    );
  execFileSync("git", ["init", "--quiet", "--bare", folder]);
  execFileSync("git", ["-C", folder, "fast-import", "--quiet"], { input: parts.join("") });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function readOnly(folder: string): Promise<void> {
  const repository = await openTaxonomyRepository(folder);
  const listed = await repository.listFiles(await repository.resolve("rc"));
  let bytes = 0;
  const blobs = listed.map(({ blob }) => blob);
  for await (const { size } of repository.readBlobs(blobs, maxQnaBytes)) bytes += size;
  console.log(`${listed.length} blobs, ${(bytes / 1e6).toFixed(1)} MB`);
}

const folder = await mkdtemp(join(tmpdir(), "branchbench-bench-"));
try {
  makeRepository(join(folder, "taxonomy"));
  const input = { taxonomyPath: join(folder, "taxonomy"), branch: "rc", judge: "j", outputDir: join(folder, "out") };
  const readMs = await timed(() => readOnly(input.taxonomyPath));
  const before = memoryUsage().rss;
  const startCpu = cpuUsage();
  const genMs = await timed(async () => console.log(`${(await genQuestions(input)).questions} questions`));
  const cpu = cpuUsage(startCpu);
  const peak = resourceUsage().maxRSS * 1024;
  console.log(`reading the blobs  ${readMs.toFixed(0)} ms`);
  console.log(
    `gen-questions      ${genMs.toFixed(0)} ms, ${(genMs / readMs).toFixed(1)} times as long (limit ${limitMs} ms); processor ${((cpu.user + cpu.system) / 1_000).toFixed(0)} ms`,
  );
  console.log(
    `peak memory        ${(peak / 1e6).toFixed(0)} MB, ${((peak - before) / 1e6).toFixed(0)} MB above the start`,
  );
  if (genMs > limitMs) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
