import { isDeepStrictEqual } from "node:util";
import type { MmluComparison } from "../../domain/mmlu/mmlu-comparison.js";
import { failedMcqGates } from "../../domain/mmlu/mmlu-comparison.js";
import type { Document } from "../../io/document-file.js";
import { readTaskFolder } from "../../io/task-folder.js";
import { htmlDocument } from "../../pipeline/html-document.js";
import { prepareScoring } from "../../pipeline/mcq-scoring.js";
import { mmlu } from "../../pipeline/mmlu.js";
import type { MmluBranchSummary } from "../../pipeline/mmlu-branch.js";
import { mmluBranch } from "../../pipeline/mmlu-branch.js";
import { collectMmluPage } from "../../pipeline/mmlu-page.js";
import { mmluBranchBench, questionsUnderWay } from "../../pipeline/mmlu-input.js";
import { mmluComparisonIlab } from "../../render/mmlu-ilab.js";
import { mmluComparisonMarkdown } from "../../render/mmlu-comparison-markdown.js";
import { mmluComparisonText } from "../../render/mmlu-comparison-text.js";
import type { McqTextFormat } from "../commands/mmlu.js";
import type { MmluBranchOptions } from "../commands/mmlu-branch.js";
import { checkOutput } from "../check-output.js";
import { commandLine } from "../command-line.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import type { McqData } from "../mcq-run.js";
import { mcqAsking, mcqBase, showMcqPlan, showFinished, showNotes, showScoring, taskNames } from "../mcq-run.js";
import { mcqTableRenderers } from "../mcq-tables.js";
import { progressDisplay } from "../progress.js";
import { gate, interruptible } from "../run-context.js";
import { baseServer, candidateServer, sharedLimiters, withModel } from "../server-model.js";
import { mmluDocument } from "./mmlu.js";

/** One entry a format that needs no more than the comparison. */
export const mmluComparisonRenderers: Readonly<Record<McqTextFormat, (result: MmluComparison) => string>> = {
  text: mmluComparisonText,
  json: (result) => `${JSON.stringify(result, null, 2)}\n`,
  markdown: mmluComparisonMarkdown,
  ilab: mmluComparisonIlab,
};

export async function mmluBranchAction(options: MmluBranchOptions, host: Host): Promise<number> {
  await checkOutput(options);
  const data = await readData(options);
  showNotes(data.notes, host);
  const { baseModel } = options;
  if (options.dryRun === true) {
    const models = baseModel === undefined ? [options.model] : [baseModel, options.model];
    return showMcqPlan(options, { base: mcqBase(options, data), asking: await mcqAsking(options, data), models }, host);
  }
  return baseModel === undefined ? measureOne(options, data, host) : compareTwo({ ...options, baseModel }, data, host);
}

async function readData(options: MmluBranchOptions): Promise<McqData> {
  const fewShotsFrom = options.fewshotLeak === true ? "leak" : "others";
  const { tasks, notes } = await readTaskFolder({
    folder: options.tasksDir,
    names: taskNames(options.tasks),
    fewShots: options.fewShots,
    fewShotsFrom,
    wrongGold: options.strict === true ? "refuse" : "repair",
    workingFolder: ".",
  });
  return {
    bench: mmluBranchBench,
    tasks,
    notes,
    fewShotsFrom,
    ...(options.tasks !== undefined && { tasksLeftOut: `only the tasks ${options.tasks}` }),
  };
}

function measureOne(options: MmluBranchOptions, data: McqData, host: Host): Promise<number> {
  return interruptible(host, (signal) =>
    withModel(
      candidateServer(options),
      { requests: options, host, signal, calls: "any" },
      async ({ client, server }) => {
        const { scoring, ...prepared } = await prepareScoring(client, await mcqAsking(options, data), signal);
        showScoring(options.model, scoring, { host, options });
        const display = progressDisplay(host.stderr);
        const summary = await mmlu(
          { ...mcqBase(options, data), ...prepared, model: options.model },
          { scoring, server, progress: display.listener, signal, width: questionsUnderWay(options.maxWorkers) },
        ).finally(() => display.stop());
        showFinished(summary, host);
        await deliver(mmluDocument(summary, options, host), { file: options.output, name: "result" }, host);
        return gate(summary, options.maxErrorRate, host);
      },
    ),
  );
}

async function compareTwo(
  options: MmluBranchOptions & { readonly baseModel: string },
  data: McqData,
  host: Host,
): Promise<number> {
  const choices = { base: baseServer(options), tuned: candidateServer(options) };
  const limiters = sharedLimiters(choices.base, choices.tuned);
  const asking = await mcqAsking(options, data);
  const models = { base: options.baseModel, tuned: options.model };
  const width = {
    base: questionsUnderWay(choices.base.maxWorkers),
    tuned: questionsUnderWay(choices.tuned.maxWorkers),
  };
  const { base, tuned, result, comparisonFile } = await interruptible(host, (signal) => {
    const context = { requests: options, host, signal, limiters, calls: "any" } as const;
    return withModel(choices.base, context, (baseModel) =>
      withModel(choices.tuned, context, async (tunedModel) => {
        const prepared = {
          base: await prepareScoring(baseModel.client, asking, signal),
          tuned: await prepareScoring(tunedModel.client, asking, signal),
        };
        const { base, tuned } = prepared;
        const isAlike = isDeepStrictEqual(
          [base.scoring.modes, base.scoring.findings],
          [tuned.scoring.modes, tuned.scoring.findings],
        );
        if (!isAlike) showScoring(models.base, base.scoring, { host, options });
        showScoring(isAlike ? `${models.base}, ${models.tuned}` : models.tuned, tuned.scoring, { host, options });
        const { promptOf, prompts } = prepared.tuned;
        const display = progressDisplay(host.stderr);
        return mmluBranch(
          {
            asked: { ...mcqBase(options, data), promptOf, prompts },
            models,
            tasksFrom: options.tasksDir,
            settings: { fdr: options.fdr },
            command: commandOf(options),
          },
          {
            base: { scoring: base.scoring, server: baseModel.server, width: width.base },
            tuned: { scoring: tuned.scoring, server: tunedModel.server, width: width.tuned },
            progress: display.listener,
            signal,
          },
        ).finally(() => display.stop());
      }),
    );
  });
  for (const summary of [base, tuned]) showFinished(summary, host);
  host.stderr.write(`comparison: ${comparisonFile}\n`);
  await deliver(
    comparisonDocument({ base, tuned, result }, options, host),
    { file: options.output, name: "result" },
    host,
  );
  const failed = failedMcqGates(result.comparison, options.failOn ?? []);
  if (failed.length > 0) host.stderr.write(`--fail-on ${failed.join(",")}: ${result.sentence}\n`);
  const worst = base.errorRate > tuned.errorRate ? base : tuned;
  return Math.max(failed.length > 0 ? 3 : 0, gate(worst, options.maxErrorRate, host));
}

function comparisonDocument(
  { base, tuned, result }: Pick<MmluBranchSummary, "base" | "tuned" | "result">,
  options: MmluBranchOptions,
  host: Host,
): Document {
  const format = options.json === true ? "json" : options.format;
  const stored = [base, tuned].map(({ resultsFile, report }) => ({ path: resultsFile, report }));
  if (format === "csv" || format === "xlsx")
    return mcqTableRenderers[format](stored, {
      level: options.level,
      about: [result.sentence, ...result.caveats],
      host,
    });
  if (format !== "html") return mmluComparisonRenderers[format](result);
  const page = { bench: mmluBranchBench, stored, command: result.reproduce.command, comparison: result };
  return htmlDocument(`branchbench ${mmluBranchBench}`, (sink) => collectMmluPage(page, sink));
}

/** Enough to do it again; keys and headers are no part of it. */
function commandOf(options: MmluBranchOptions): string {
  const switches: readonly (readonly [string, true | undefined])[] = [
    ["--apply-chat-template", options.applyChatTemplate],
    ["--fewshot-as-multiturn", options.fewshotAsMultiturn],
    ["--add-bos", options.addBos],
    ["--fewshot-leak", options.fewshotLeak],
    ["--strict", options.strict],
  ];
  const command = commandLine("branchbench mmlu-branch", [
    ["--tasks-dir", options.tasksDir],
    ["--base-model", options.baseModel],
    ["--model", options.model],
    ["--tasks", options.tasks],
    // written answers are asked for without examples
    ["--few-shots", options.mode === "generate" ? undefined : options.fewShots],
    ["--first-n", options.firstN],
    ["--mode", options.mode],
    ["--max-tokens", options.mode === "generate" ? options.maxTokens : undefined],
    ["--system-prompt", options.systemPrompt],
    ["--max-length", options.maxLength],
    ["--extra-body", options.extraBody],
    ["--base-extra-body", options.baseExtraBody],
    ["--fdr", options.fdr],
  ]);
  const chosen = switches.flatMap(([name, isOn]) => (isOn === true ? [name] : []));
  return [command, ...chosen, "--base-server-url … --server-url …"].join(" ");
}
