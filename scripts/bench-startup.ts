/** How much longer `branchbench --help` takes than bare node. `npm run bench:startup`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./support/figures.js";

const limitMs = 80;
const rounds = 25;
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

function timeMs(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${String(status)}: ${stderr}`);
  return performance.now() - start;
}

// in turn, so that both meet the same machine
const pairs = Array.from({ length: rounds + 1 }, () => ({
  help: timeMs([bin, "--help"]),
  bare: timeMs(["-e", "0"]),
})).slice(1);
const help = pairs.map((pair) => pair.help);
const bare = pairs.map((pair) => pair.bare);
console.log(
  `branchbench --help ${median(help).toFixed(0)} ms, bare node ${median(bare).toFixed(0)} ms (medians of ${rounds})`,
);
console.log(`difference of the medians of pairs: ${median(pairs.map((pair) => pair.help - pair.bare)).toFixed(0)} ms`);
// other work on the machine only ever adds: the fastest runs are nearest to what starting costs
const difference = Math.min(...help) - Math.min(...bare);
console.log(
  `${difference <= limitMs ? "PASS" : "MISS"}  difference of the fastest runs: ${difference.toFixed(0)} ms (at most ${limitMs})`,
);
