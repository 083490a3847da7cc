/**
 * What a report of many judgments costs, by a process of its own: `npm run bench:report [-- --rows N]`.
 * CSV: a tenth of the rows and all of them (default 1,000,000, of 10,000 questions). Limit: all of them may take a third more memory
 * than a tenth, which is flat but for what the garbage collector leaves lying.
 */
import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeJudgedTree } from "./support/judged-tree.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

const { values: flags } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } });
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const questionCount = 10_000;
const rowsOfModel = questionCount * 2;
const memoryGrowth = 4 / 3;

interface Cost {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

/** Runs branchbench and watches its memory, as the kernel counts it. */
async function costOf(args: readonly string[]): Promise<Cost> {
  const start = performance.now();
  const child = spawn(execPath, [bin, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  let peakMegabytes = 0;
  const watch = setInterval(() => {
    void readFile(`/proc/${child.pid ?? 0}/status`, "utf8")
      .then(
        (status) => (peakMegabytes = Math.max(peakMegabytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)),
      )
      .catch(() => undefined);
  }, 50);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`branchbench ended with ${code ?? "a signal"}`);
  return { seconds: (performance.now() - start) / 1_000, peakMegabytes };
}

async function csvCost(rows: number): Promise<Cost> {
  return withTemporaryFolder(async (folder) => {
    const models = Math.max(1, Math.round(rows / rowsOfModel));
    const { questions, output } = await writeJudgedTree(folder, { models, questions: questionCount });
    const file = join(folder, "report.csv");
    const cost = await costOf([
      "report",
      "--format",
      "csv",
      "--questions",
      questions,
      "--output-dir",
      output,
      "--output",
      file,
    ]);
    const megabytes = (await stat(file)).size / 2 ** 20;
    console.log(
      `csv  ${models * rowsOfModel} rows, ${megabytes.toFixed(0)} MB: ${cost.seconds.toFixed(1)} s, peak ${cost.peakMegabytes.toFixed(0)} MB`,
    );
    return cost;
  });
}

const all = Number(flags.rows);
const few = await csvCost(all / 10);
const many = await csvCost(all);
const isFlat = many.peakMegabytes <= few.peakMegabytes * memoryGrowth;
console.log(
  `csv  memory ${(many.peakMegabytes / few.peakMegabytes).toFixed(2)} × at 10 × the rows: ${isFlat ? "flat" : "NOT FLAT"}`,
);
process.exitCode = isFlat ? 0 : 1;
