import { mmluCaveats } from "../../domain/mmlu/mmlu-caveats.js";
import { mmluSubjects } from "../../domain/mmlu/mmlu-subjects.js";
import type { MmluReport } from "../../domain/mmlu/mmlu-report.js";
import { readMmluTasks } from "../../io/mmlu-data.js";
import { prepareScoring } from "../../pipeline/mcq-scoring.js";
import type { Document } from "../../io/document-file.js";
import { htmlDocument } from "../../pipeline/html-document.js";
import type { MmluSummary } from "../../pipeline/mmlu.js";
import { mmlu } from "../../pipeline/mmlu.js";
import { collectMmluPage } from "../../pipeline/mmlu-page.js";
import { mmluBench, questionsUnderWay } from "../../pipeline/mmlu-input.js";
import { mmluIlab } from "../../render/mmlu-ilab.js";
import { mmluMarkdown } from "../../render/mmlu-markdown.js";
import { mmluText } from "../../render/mmlu-text.js";
import type { McqOptions, McqTextFormat, MmluOptions } from "../commands/mmlu.js";
import { checkOutput } from "../check-output.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import type { McqData } from "../mcq-run.js";
import {
  mcqAsking,
  mcqBase,
  mmluPageCommand,
  showMcqPlan,
  showFinished,
  showNotes,
  showScoring,
  taskNames,
} from "../mcq-run.js";
import { mcqTableRenderers } from "../mcq-tables.js";
import { progressDisplay } from "../progress.js";
import { dataDir, gate, interruptible } from "../run-context.js";
import { candidateServer, withModel } from "../server-model.js";

/** One entry a format that needs no more than the report. */
export const mmluRenderers: Readonly<Record<McqTextFormat, (report: MmluReport) => string>> = {
  text: mmluText,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  markdown: mmluMarkdown,
  ilab: mmluIlab,
};

export async function mmluAction(options: MmluOptions, host: Host): Promise<number> {
  await checkOutput(options);
  const data = await readData(options, host);
  showNotes(data.notes, host);
  const base = mcqBase(options, data);
  const asking = await mcqAsking(options, data);
  const { model } = options;
  if (options.dryRun === true) return showMcqPlan(options, { base, asking, models: [model] }, host);
  return interruptible(host, (signal) =>
    withModel(
      candidateServer(options),
      { requests: options, host, signal, calls: "any" },
      async ({ client, server }) => {
        const { scoring, ...prepared } = await prepareScoring(client, asking, signal);
        showScoring(model, scoring, { host, options });
        const display = progressDisplay(host.stderr);
        const summary = await mmlu(
          { ...base, ...prepared, model },
          { scoring, server, progress: display.listener, signal, width: questionsUnderWay(options.maxWorkers) },
        ).finally(() => display.stop());
        showFinished(summary, host);
        await deliver(mmluDocument(summary, options, host), { file: options.output, name: "result" }, host);
        return gate(summary, options.maxErrorRate, host);
      },
    ),
  );
}

/** One model's result, as the run that made it leaves it. */
export function mmluDocument(
  { report, resultsFile }: Pick<MmluSummary, "report" | "resultsFile">,
  options: Pick<McqOptions, "format" | "json" | "level" | "outputDir">,
  host: Host,
): Document {
  const format = options.json === true ? "json" : options.format;
  const stored = [{ path: resultsFile, report }];
  if (format === "csv" || format === "xlsx")
    return mcqTableRenderers[format](stored, { level: options.level, about: mmluCaveats([report]), host });
  if (format !== "html") return mmluRenderers[format](report);
  const { bench, model } = report;
  const command = mmluPageCommand({ bench, outputDir: options.outputDir, models: [model] });
  return htmlDocument(`branchbench ${bench}`, (sink) => collectMmluPage({ bench, stored, command }, sink));
}

/** `INSTRUCTLAB_EVAL_MMLU_MIN_TASKS`, whatever it says, stands for the first four subjects, as in instructlab. */
async function readData(options: MmluOptions, host: Host): Promise<McqData> {
  const isMinimal = options.tasks === undefined && host.env["INSTRUCTLAB_EVAL_MMLU_MIN_TASKS"] !== undefined;
  const minimal = mmluSubjects.slice(0, 4).map(({ name }) => name);
  if (isMinimal)
    host.stderr.write("note: INSTRUCTLAB_EVAL_MMLU_MIN_TASKS is set: only the first four subjects are asked\n");
  const { tasks, notes } = await readMmluTasks({
    source:
      options.mmluData === undefined
        ? { kind: "pulled", dataDir: dataDir(options, host) }
        : { kind: "csv", folder: options.mmluData },
    names: isMinimal ? minimal : taskNames(options.tasks),
    fewShots: options.fewShots,
  });
  const isPartial = tasks.length < mmluSubjects.length;
  return {
    bench: mmluBench,
    tasks,
    notes,
    fewShotsFrom: "dev",
    ...(isPartial && { tasksLeftOut: `${tasks.length} of ${mmluSubjects.length} subjects` }),
  };
}
