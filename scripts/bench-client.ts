/**
 * What the client costs: requests per second and processor time against a stub server in another process, as ratios of what is measured
 * in the same run, since absolute figures are the machine's. `npm run bench:client [-- --rounds N] [-- --million]`.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { buildScripts } from "./support/built-script.js";
import { startChild } from "./support/child.js";
import { resultSchema, type PointResult, type PointSettings } from "./support/client-point-settings.js";
import { judge, median, row } from "./support/figures.js";

const inFlight = 256;
const slowLatencyMs = 50;
const idealPerSecond = (inFlight * 1_000) / slowLatencyMs;
const memoryLimitMegabytes = 250;

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, million: { type: "boolean", default: false } },
});

const built = await buildScripts(["client-point", "stub-server", "write-questions"]);

async function stubServer(latencyMs: number) {
  const child = startChild(built("stub-server"), [String(latencyMs)]);
  const { port } = await child.message(z.object({ port: z.number() }));
  return { port, close: () => child[Symbol.asyncDispose]() };
}

async function measurePoint(settings: PointSettings): Promise<PointResult> {
  await using child = startChild(built("client-point"), [JSON.stringify(settings)]);
  return await child.message(resultSchema);
}

const fast = await stubServer(0);
const slow = await stubServer(slowLatencyMs);
const points = {
  undici: { client: "undici", port: fast.port, inFlight, warmUp: 8_000, requests: 30_000 },
  sdk: { client: "sdk", port: fast.port, inFlight, warmUp: 1_500, requests: 5_000 },
  stage: { client: "stage", port: fast.port, inFlight, warmUp: 6_000, requests: 30_000 },
  slow: { client: "stage", port: slow.port, inFlight, warmUp: 4_000, requests: 20_000 },
} as const satisfies Record<string, PointSettings>;
const results: Record<keyof typeof points, PointResult[]> = { undici: [], sdk: [], stage: [], slow: [] };
for (let round = 0; round < Number(flags.rounds); round++)
  for (const name of ["undici", "sdk", "stage", "slow"] as const) results[name].push(await measurePoint(points[name]));

const rate = (name: keyof typeof points): number => median(results[name].map(({ perSecond }) => perSecond));
console.log(row("bare undici.request", results.undici));
console.log(row("openai SDK, default fetch", results.sdk));
console.log(row("gen-answers, end to end", results.stage));
console.log(row(`gen-answers, ${slowLatencyMs} ms server`, results.slow));
console.log(judge("gen-answers / openai SDK", rate("stage") / rate("sdk"), { atLeast: 2 }));
console.log(judge("gen-answers / bare undici.request", rate("stage") / rate("undici"), { atLeast: 0.45 }));
console.log(
  judge(`share of the ideal ${idealPerSecond}/s at ${slowLatencyMs} ms`, rate("slow") / idealPerSecond, {
    atLeast: 0.6,
  }),
);

const requests = flags.million ? 1_000_000 : 100_000;
const large = await measurePoint({ client: "stage", port: fast.port, inFlight, warmUp: 1_000, requests });
console.log(row(`gen-answers, ${requests} questions`, [large]));
console.log(
  judge(`MiB at most in use over ${requests} questions`, large.peakMegabytes, { atMost: memoryLimitMegabytes }),
);
await fast.close();
await slow.close();
