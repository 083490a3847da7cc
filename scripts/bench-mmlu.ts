/**
 * What scoring MMLU costs: 14,042 synthetic questions, five examples each, against a stub in another process, end to end through the
 * stage, as a ratio to bare `undici.request` with the same bodies. `npm run bench:mmlu [-- --rounds N]`.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { buildScripts } from "./support/built-script.js";
import { startChild } from "./support/child.js";
import { resultSchema, type PointResult } from "./support/client-point-settings.js";
import { judge, median, row } from "./support/figures.js";
import type { PointSettings } from "./support/mmlu-point-settings.js";

/** as many as MMLU has */
const questions = 14_042;
const inFlight = 256;

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const built = await buildScripts(["mmlu-point", "stub-server"]);
await using server = startChild(built("stub-server"), ["0", "logprobs"]);
const { port } = await server.message(z.object({ port: z.number() }));

async function measurePoint(client: PointSettings["client"]): Promise<PointResult> {
  const settings: PointSettings = { client, port, inFlight, questions };
  await using child = startChild(built("mmlu-point"), [JSON.stringify(settings)]);
  return await child.message(resultSchema);
}

const results: Record<PointSettings["client"], PointResult[]> = { undici: [], stage: [] };
for (let round = 0; round < Number(flags.rounds); round++)
  for (const client of ["undici", "stage"] as const) results[client].push(await measurePoint(client));

const rate = (client: PointSettings["client"]): number => median(results[client].map(({ perSecond }) => perSecond));
console.log(row("bare undici.request", results.undici));
console.log(row("mmlu --mode letters, end to end", results.stage));
console.log(judge("mmlu / bare undici.request", rate("stage") / rate("undici"), { atLeast: 0.45 }));
const peak = Math.max(...results.stage.map(({ peakMegabytes }) => peakMegabytes));
console.log(judge(`MiB at most in use over ${questions} questions`, peak, { atMost: 250 }));
