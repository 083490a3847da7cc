import { z } from "zod";
import type { ComparisonGate } from "../comparison/branch-comparison.js";
import type { Verdict } from "../statistics/verdict.js";
import { mcqComparisonSchema, type McqComparison } from "./mcq-comparison-schema.js";
import { mmluReportSchema } from "./mmlu-report.js";

const exampleSchema = z.strictObject({
  task: z.string(),
  id: z.number().int().nonnegative(),
  question: z.string(),
  choices: z.array(z.string()).readonly(),
  gold: z.number().int().nonnegative().describe("index of the right choice"),
});

/** The JSON form of a comparison of two models on multiple-choice tasks. */
export const mmluComparisonSchema = z.strictObject({
  kind: z.literal("branchbench-mmlu-comparison"),
  sentence: z.string().describe("the result in plain words"),
  models: z.strictObject({ base: z.string(), tuned: z.string() }),
  tasksFrom: z.string().describe("folder of the tasks"),
  comparison: mcqComparisonSchema,
  reports: z.strictObject({ base: mmluReportSchema, tuned: mmluReportSchema }),
  gains: z
    .array(exampleSchema)
    .readonly()
    .describe("the first of the questions that only the tuned model has right; `comparison.differing` has all"),
  losses: z.array(exampleSchema).readonly().describe("likewise, that only the base model has right"),
  caveats: z.array(z.string()).readonly(),
  reproduce: z.strictObject({ command: z.string(), manifestSha256: z.string() }),
});

export type MmluComparison = z.infer<typeof mmluComparisonSchema>;
export type McqExample = z.infer<typeof exampleSchema>;

const counted: Readonly<Record<Verdict, readonly [one: string, more: string]>> = {
  learned: ["learned", "learned"],
  regressed: ["regressed", "regressed"],
  "no-difference": ["shows no difference", "show no difference"],
  "already-solved": ["was solved before", "were solved before"],
  "too-few-questions": ["has too few questions to tell", "have too few questions to tell"],
  "not-measured": ["could not be measured", "could not be measured"],
};

/** The result in one sentence, for somebody who reads nothing else. */
export function mcqSentence({ tasks, overall }: Pick<McqComparison, "tasks" | "overall">): string {
  if (tasks.length === 0) return "There is no task to compare.";
  const counts = new Map<Verdict, number>();
  for (const { verdicts } of overall)
    for (const { verdict, tasks: count } of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + count);
  const said = [...counts]
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${words(verdict, count)}`);
  return `Of ${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}, ${said.join(", ")}.`;
}

function words(verdict: Verdict, count: number): string {
  const [one, more] = counted[verdict];
  return count === 1 ? one : more;
}

/** Of the questions that a model gained or lost, how many are not among the examples. */
export function moreThanShown({ comparison, gains, losses }: MmluComparison, change: "gained" | "lost"): number {
  const all = comparison.differing.filter((entry) => entry.change === change).length;
  return all - (change === "gained" ? gains : losses).length;
}

/** The conditions of `gates` that the comparison does not meet. */
export function failedMcqGates({ tasks, leftOut }: McqComparison, gates: readonly ComparisonGate[]): ComparisonGate[] {
  const isBroken: Readonly<Record<ComparisonGate, boolean>> = {
    regression: tasks.some(({ verdict }) => verdict === "regressed"),
    "not-learned": tasks.some(({ verdict }) => verdict !== "learned" && verdict !== "already-solved"),
    error: leftOut.length > 0 || tasks.some(({ verdict }) => verdict === "not-measured"),
  };
  return gates.filter((gate) => isBroken[gate]);
}
