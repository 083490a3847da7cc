import { createHash } from "node:crypto";
import { EvalError } from "../domain/eval-error.js";
import type { ComparedTask, McqComparisonSettings, McqResult } from "../domain/mmlu/mcq-comparison.js";
import type { McqComparison } from "../domain/mmlu/mcq-comparison-schema.js";
import { compareMcq } from "../domain/mmlu/mcq-comparison.js";
import { mcqManifestSchema } from "../domain/mmlu/mcq-manifest.js";
import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import { planMcq } from "../domain/mmlu/mcq-plan.js";
import type { McqExample, MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { mcqSentence } from "../domain/mmlu/mmlu-comparison.js";
import { readJsonFile, writeJsonFile } from "../io/json-file.js";
import { comparisonPath } from "../io/result-file.js";
import { readMcqResults } from "./mcq-results.js";
import { mmlu, type MmluSummary } from "./mmlu.js";
import type { MmluInput, MmluPorts } from "./mmlu-input.js";
import { together } from "./together.js";
import { counted } from "../domain/counted.js";

export interface MmluBranchInput {
  /** what both models are asked; the model's name is `models.tuned` or `models.base` */
  readonly asked: Omit<MmluInput, "model">;
  readonly models: { readonly base: string; readonly tuned: string };
  /** folder of the tasks */
  readonly tasksFrom: string;
  readonly settings?: Partial<McqComparisonSettings>;
  /** the command that does it again, without secrets */
  readonly command: string;
}

export interface MmluBranchPorts extends Pick<MmluPorts, "progress" | "signal"> {
  readonly base: Pick<MmluPorts, "scoring" | "server" | "width">;
  readonly tuned: Pick<MmluPorts, "scoring" | "server" | "width">;
}

export interface MmluBranchSummary {
  readonly base: MmluSummary;
  readonly tuned: MmluSummary;
  readonly result: MmluComparison;
  /** where the result is kept */
  readonly comparisonFile: string;
}

/** Asks two models the same questions at the same time, compares them question by question, and keeps the result. */
export async function mmluBranch(input: MmluBranchInput, ports: MmluBranchPorts): Promise<MmluBranchSummary> {
  requireComparable(input, ports);
  const { asked, models } = input;
  const run = (role: "base" | "tuned") => (signal: AbortSignal) =>
    mmlu(
      { ...asked, model: models[role] },
      { ...ports[role], signal, ...(ports.progress !== undefined && { progress: ports.progress }) },
    );
  const [base, tuned] = await together([run("base"), run("tuned")], ports.signal);
  const result = await readComparison(input, base, tuned);
  const comparisonFile = comparisonPath({ base: base.paths.records, tuned: tuned.paths.records });
  await writeJsonFile(comparisonFile, result);
  return { base, tuned, result, comparisonFile };
}

function requireComparable({ models }: MmluBranchInput, { base, tuned }: MmluBranchPorts): void {
  if (models.base === models.tuned)
    throw new EvalError(
      "input",
      `base and tuned model have the same name (${models.base}), so their records could not be told apart`,
      { hint: "serve them under different names (vLLM: --served-model-name)" },
    );
  for (const form of ["letters", "texts"] as const) {
    const [one, other] = [base.scoring.modes[form], tuned.scoring.modes[form]];
    if (one !== other)
      throw new EvalError(
        "input",
        `${models.base} would be scored with --mode ${one} and ${models.tuned} with --mode ${other}: their scores could not be compared`,
        { hint: "name a --mode that both servers allow, or serve both models alike" },
      );
  }
}

async function readComparison(input: MmluBranchInput, base: MmluSummary, tuned: MmluSummary): Promise<MmluComparison> {
  const plan = planMcq(input.asked.tasks, input.asked.firstN);
  const results = { base: await readMcqResults(base.paths, plan), tuned: await readMcqResults(tuned.paths, plan) };
  const comparison = compareMcq(
    plan.map((planned) => comparedTask(planned, results)),
    input.settings,
  );
  const examples = (change: "gained" | "lost"): McqExample[] =>
    comparison.differing
      .filter((entry) => entry.change === change)
      .slice(0, 5)
      .flatMap(exampleFinder(plan));
  return {
    kind: "branchbench-mmlu-comparison",
    sentence: mcqSentence(comparison),
    models: { base: input.models.base, tuned: input.models.tuned },
    tasksFrom: input.tasksFrom,
    comparison,
    reports: { base: base.report, tuned: tuned.report },
    gains: examples("gained"),
    losses: examples("lost"),
    caveats: caveatsOf(comparison, base, tuned),
    reproduce: { command: input.command, manifestSha256: await manifestHash([base, tuned]) },
  };
}

type Results = ReadonlyMap<string, ReadonlyMap<number, McqResult>>;

function comparedTask(
  { task, docs }: PlannedTask,
  results: { readonly base: Results; readonly tuned: Results },
): ComparedTask {
  const notAsked: McqResult = { kind: "unscored", reason: "not asked" };
  const of = (role: "base" | "tuned", id: number): McqResult => results[role].get(task.name)?.get(id) ?? notAsked;
  const questions = docs.map(({ id }) => ({ id, base: of("base", id), tuned: of("tuned", id) }));
  return { task: task.name, form: task.form, questions };
}

function exampleFinder(plan: readonly PlannedTask[]): (found: { task: string; id: number }) => McqExample[] {
  return ({ task, id }) => {
    const doc = plan.find((planned) => planned.task.name === task)?.docs.find((candidate) => candidate.id === id);
    if (doc === undefined) return [];
    const { question, choices, gold } = doc;
    return [{ task, id, question, choices: [...choices], gold }];
  };
}

/** What both reports say is said once. */
function caveatsOf(comparison: McqComparison, base: MmluSummary, tuned: MmluSummary): string[] {
  const shared = base.report.caveats.filter((caveat) => tuned.report.caveats.includes(caveat));
  const own = [base, tuned].flatMap(({ report }) =>
    report.caveats.filter((caveat) => !shared.includes(caveat)).map((caveat) => `${report.model}: ${caveat}`),
  );
  const few = comparison.tasks.filter(({ verdict }) => verdict === "too-few-questions").length;
  return [
    ...shared,
    ...own,
    ...(comparison.overall.length > 1
      ? [
          "some tasks are scored by letters and some by the texts of their choices: two protocols, so there is no figure over all",
        ]
      : []),
    ...(few > 0
      ? [
          `${few} ${few === 1 ? "task has" : "tasks have"} too few questions to tell; more questions would show smaller differences`,
        ]
      : []),
    ...(comparison.leftOut.length > 0
      ? [
          `${counted(comparison.leftOut.length, "question lacks", "questions lack")} an outcome of one of the models: left out of the comparison`,
        ]
      : []),
  ];
}

/** One hash over the settings and data of both runs: the same hash, the same measurement. */
async function manifestHash(runs: readonly MmluSummary[]): Promise<string> {
  const parts: unknown[] = [];
  for (const { paths } of runs) {
    const manifest = await readJsonFile(paths.manifest, mcqManifestSchema);
    const data = Object.entries(manifest?.data ?? {}).map(([task, { sha256 }]) => [task, sha256]);
    parts.push(manifest?.settings ?? null, data);
  }
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
