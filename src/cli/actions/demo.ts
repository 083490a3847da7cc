import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedServer } from "../../embedded/server.js";
import { limiter } from "../../io/limiter.js";
import type { OpenAIModel } from "../../io/openai.js";
import { openAIModel } from "../../io/openai.js";
import type { DemoModel, DemoPorts, DemoSummary } from "../../pipeline/demo.js";
import { demo, embeddedNames, planDemo } from "../../pipeline/demo.js";
import { checkServer } from "../../pipeline/preflight.js";
import { comparisonText } from "../../render/comparison-text.js";
import { mmluComparisonText } from "../../render/mmlu-comparison-text.js";
import { reportText } from "../../render/report-text.js";
import type { DemoOptions } from "../commands/demo.js";
import type { Host } from "../host.js";
import { progressDisplay } from "../progress.js";
import { interruptible, printResult } from "../run-context.js";

export async function demoAction(options: DemoOptions, host: Host): Promise<number> {
  host.stderr.write("two embedded models answer, an embedded judge rates them; nothing leaves this machine\n");
  const display = progressDisplay(host.stderr);
  const summary = await interruptible(host, (signal) =>
    runDemo(options.outputDir, { progress: display.listener, signal }),
  ).finally(() => display.stop());
  const text = [
    "",
    "1. Sixteen questions: the tuned model knows all answers, the base model every second one.",
    "",
    reportText(summary.report),
    "2. Two branches of the sample taxonomy: the tuned model has learned what the branch rc adds.",
    "",
    comparisonText(summary.comparison),
    "3. Multiple-choice questions on the knowledge of the branch rc, scored by letters and by texts: the tuned model has learned it.",
    "",
    mmluComparisonText(summary.knowledge),
    `The results lie in ${summary.folder}; see the first again with: branchbench report --output-dir ${summary.folder}`,
    `All as pages for a browser: ${Object.values(summary.pages).join(", ")}`,
    "",
  ].join("\n");
  printResult(host, options, { value: summary, text });
  return 0;
}

type DemoContext = Required<Omit<DemoPorts, "models">>;

/** Serves the embedded models for as long as the demo asks them. */
async function runDemo(outputDir: string, context: DemoContext): Promise<DemoSummary> {
  const workDir = await mkdtemp(join(tmpdir(), "branchbench-demo-"));
  try {
    const plan = await planDemo({ outputDir, workDir });
    await using server = await startEmbeddedServer({ models: plan.models });
    return await withEmbeddedModels(server.url, context.signal, (models) => demo(plan, { models, ...context }));
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function withEmbeddedModels<Result>(
  url: string,
  signal: AbortSignal,
  work: (models: DemoPorts["models"]) => Promise<Result>,
): Promise<Result> {
  const clients: OpenAIModel[] = [];
  const shared = limiter("auto");
  const open = async (model: string): Promise<DemoModel> => {
    const client = openAIModel({ baseUrl: url, model, limiter: shared });
    clients.push(client);
    return {
      client,
      model: client.chat,
      server: await checkServer(client, model, { waitMs: 0, allowUnlisted: false, signal }),
    };
  };
  try {
    return await work({
      base: await open(embeddedNames.base),
      tuned: await open(embeddedNames.tuned),
      judge: await open(embeddedNames.judge),
    });
  } finally {
    for (const client of clients) await client.close();
  }
}
