/**
 * What reading a taxonomy costs: gen-questions on a git taxonomy of 10,000 files of about 1 kB, beside reading the same blobs without
 * parsing them, and how memory grows from a quarter as many. `npm run bench:taxonomy [-- --files N]`. Limit: 5 s of processor time, which
 * on an idle machine is what one waits.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startChild } from "./support/child.js";
import { taxonomyPointSchema, type TaxonomyPoint } from "./support/taxonomy-point-result.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

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
function makeRepository(folder: string, files: number): void {
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

/** In a process of its own, so that what made the repository does not count. */
async function measure(folder: string, count: number): Promise<TaxonomyPoint> {
  const repository = join(folder, `taxonomy-${count}`);
  makeRepository(repository, count);
  await using child = startChild("taxonomy-point.ts", [repository, join(folder, `out-${count}`)]);
  return await child.message(taxonomyPointSchema);
}

await withTemporaryFolder(async (folder) => {
  const quarter = await measure(folder, Math.ceil(files / 4));
  const whole = await measure(folder, files);
  const { questions, megabytes, readMs, genMs, cpuMs, peakMegabytes, startMegabytes } = whole;
  const growth = peakMegabytes - quarter.peakMegabytes;
  console.log(`${files} files, ${megabytes.toFixed(1)} MB, ${questions} questions`);
  console.log(`reading the blobs  ${readMs.toFixed(0)} ms`);
  console.log(`gen-questions      ${genMs.toFixed(0)} ms, ${(genMs / readMs).toFixed(1)} times as long`);
  console.log(`processor time     ${cpuMs.toFixed(0)} ms (limit ${limitMs} ms)`);
  console.log(
    `peak memory        ${peakMegabytes.toFixed(0)} MB, ${(peakMegabytes - startMegabytes).toFixed(0)} MB above the start; ${growth.toFixed(0)} MB more than with a quarter of the files`,
  );
  if (cpuMs > limitMs) process.exitCode = 1;
});
