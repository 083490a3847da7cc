import { counted } from "../domain/counted.js";
import { failureKinds } from "../domain/server/failure-kinds.js";
import { outputTree } from "../io/output-tree.js";
import type { McqPrompts } from "../domain/mmlu/mmlu-report.js";
import type { McqTask } from "../domain/scoring/multiple-choice.js";
import { dryRunMcq } from "../pipeline/mcq-dry-run.js";
import type { McqAsking } from "../pipeline/mcq-scoring.js";
import { prepareDryRun } from "../pipeline/mcq-scoring.js";
import type { MmluSummary } from "../pipeline/mmlu.js";
import type { McqScoring, MmluInput } from "../pipeline/mmlu-input.js";
import { mcqDryRunText } from "../render/mcq-dry-run-text.js";
import { printable } from "../domain/printable.js";
import { commandLine } from "./command-line.js";
import type { McqOptions } from "./commands/mmlu.js";
import type { Host } from "./host.js";
import { printResult } from "./run-context.js";
import { textOrFile } from "./server-model.js";

/** What the stage is told before a server is asked. */
export type McqBase = Omit<MmluInput, "promptOf" | "prompts" | "model">;

export interface McqData {
  readonly bench: string;
  readonly tasks: readonly McqTask[];
  readonly notes: readonly string[];
  readonly fewShotsFrom: McqPrompts["fewShotsFrom"];
  /** in words, where tasks were left out on purpose */
  readonly tasksLeftOut?: string;
}

/** Names separated by commas; none where the option is absent. */
export function taskNames(tasks: string | undefined): string[] {
  return tasks === undefined ? [] : tasks.split(",");
}

export function mcqBase(options: McqOptions, data: McqData): McqBase {
  const { bench, tasks, notes, tasksLeftOut } = data;
  const output = outputTree(options.outputDir, bench);
  // a name that cannot name a folder is refused before anybody is asked
  output.outcomes(options.model);
  return {
    bench,
    output,
    tasks,
    dataNotes: notes,
    ...(options.firstN !== undefined && { firstN: options.firstN }),
    ...(tasksLeftOut !== undefined && { tasksLeftOut }),
    ...(options.fresh === true && { fresh: options.fresh }),
  };
}

export async function mcqAsking(options: McqOptions, { tasks, fewShotsFrom }: McqData): Promise<McqAsking> {
  const { mode, fewShots, maxLength, maxTokens } = options;
  const isChat = options.applyChatTemplate === true;
  const systemPrompt = options.systemPrompt === undefined ? undefined : await textOrFile(options.systemPrompt);
  return {
    tasks,
    mode,
    fewShots,
    fewShotsFrom,
    maxTokens,
    form: { systemPrompt, chat: isChat ? (options.fewshotAsMultiturn === true ? "multi-turn" : "one-turn") : "none" },
    ...(maxLength !== undefined && { maxLength }),
    ...(options.addBos === true && { addBos: "yes" }),
  };
}

/** The command that makes a page of stored results again. */
export function mmluPageCommand(page: {
  readonly bench: string;
  readonly outputDir: string;
  readonly models: readonly string[];
}): string {
  return commandLine("branchbench report --format html", [
    ["--bench", page.bench],
    ["--output-dir", page.outputDir],
    ...page.models.map((model) => ["--model", model] as const),
  ]);
}

/** Shows what would be asked; asks nobody. */
export async function showMcqPlan(
  options: McqOptions,
  { base, asking, models }: { readonly base: McqBase; readonly asking: McqAsking; readonly models: readonly string[] },
  host: Host,
): Promise<number> {
  const prepared = await prepareDryRun(asking);
  const plans = [];
  for (const model of models) plans.push(await dryRunMcq({ ...base, ...prepared, model }));
  printResult(
    host,
    { ...((options.json === true || options.format === "json") && { json: true }) },
    { value: plans.length === 1 ? plans[0] : plans, text: plans.map(mcqDryRunText).join("\n") },
  );
  return 0;
}

/** Says how questions will be scored, and what the server was found to be able to do. */
export function showScoring(
  model: string,
  { modes, findings }: McqScoring,
  { host, options }: { readonly host: Host; readonly options: Pick<McqOptions, "fewShots" | "isFewShotsGiven"> },
): void {
  const ways = new Set(Object.values(modes));
  host.stderr.write(`${printable(model)}: scored with --mode ${[...ways].join(", ")}\n`);
  if (ways.has("generate") && options.isFewShotsGiven === true && options.fewShots > 0)
    host.stderr.write(
      `note: --few-shots ${options.fewShots} does not apply to --mode generate: written answers are asked for without examples\n`,
    );
  for (const finding of findings) host.stderr.write(`  ${printable(finding)}\n`);
}

/** Where a run's results lie, and why questions have none. */
export function showFinished({ resultsFile, failed, failedExample, paths, total }: MmluSummary, host: Host): void {
  host.stderr.write(`results: ${resultsFile}\n`);
  const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
  if (failures === 0) return;
  const kinds = failureKinds({ failed, ...(failedExample !== undefined && { failedExample }) });
  host.stderr.write(`failures: ${paths.failed} (${failures} of ${counted(total, "question")}: ${kinds})\n`);
}

export function showNotes(notes: readonly string[], host: Host): void {
  for (const note of notes) host.stderr.write(`note: ${printable(note)}\n`);
}
