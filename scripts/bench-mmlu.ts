/**
 * What scoring MMLU costs: 14,042 synthetic questions, five examples each, end to end through the stage, as a ratio to bare
 * `undici.request` with the same bodies. Once with the stub in the same process, which the limits are for, and once with a stub in a process of
 * its own. `npm run bench:mmlu [-- --rounds N]`.
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

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const built = await buildScripts(["mmlu-point", "stub-server"]);
await using server = startChild(built("stub-server"), ["0", "logprobs"]);
const { port } = await server.message(z.object({ port: z.number() }));

async function measurePoint(client: PointSettings["client"], stubPort: number | null): Promise<PointResult> {
  const settings: PointSettings = { client, port: stubPort, inFlight, questions };
  await using child = startChild(built("mmlu-point"), [JSON.stringify(settings)]);
  return await child.message(resultSchema);
}

const places = { "one process": null, "a stub in a process of its own": port } as const;
for (const [place, stubPort] of Object.entries(places)) {
  const pairs = [];
  for (let round = 0; round < Number(flags.rounds); round++)
    pairs.push({ bare: await measurePoint("undici", stubPort), stage: await measurePoint("stage", stubPort) });
  console.log(`${place}:`);
  console.log(
    row(
      "bare undici.request",
      pairs.map(({ bare }) => bare),
    ),
  );
  console.log(
    row(
      "mmlu --mode letters, end to end",
      pairs.map(({ stage }) => stage),
    ),
  );
  // of each pair, since both were measured while the machine had the same other work
  const ratio = median(pairs.map(({ bare, stage }) => stage.perSecond / bare.perSecond));
  const peaks = pairs.map(({ stage }) => stage.peakMegabytes);
  const figures = [
    { what: "mmlu / bare undici.request, median of the rounds", reached: ratio, limit: { atLeast: 0.45 } },
    { what: `MiB at most in use over ${questions} questions`, reached: Math.max(...peaks), limit: { atMost: 250 } },
  ];
  for (const { what, reached, limit } of figures)
    console.log(stubPort === null ? judge(what, reached, limit) : `      ${what}: ${reached.toFixed(2)}`);
}
