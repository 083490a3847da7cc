import { z } from "zod";
import { plainMean, taskAccuracy, weightedAccuracy } from "../statistics/accuracy.js";
import { shortened } from "../markdown-text.js";
import type { McqOutcome } from "../scoring/multiple-choice.js";
import { isUndecided } from "../scoring/scoring-sentinel.js";
import type { PlannedTask } from "./mcq-plan.js";

const countSchema = z.number().int().nonnegative();
const accuracyFields = {
  acc: z.number().min(0).max(1).nullable().describe("null where nothing was scored"),
  stderr: z.number().nonnegative().nullable().describe('null where it cannot be known (lm-eval\'s "N/A")'),
};

const taskScoreSchema = z.strictObject({
  task: z.string(),
  alias: z.string(),
  category: z.string().nullable(),
  form: z.enum(["letters", "texts"]).describe("whether letters or the texts of the choices are scored"),
  size: countSchema.describe("questions of the task's file"),
  selected: countSchema.describe("of these, asked for"),
  n: countSchema.describe("of these, scored; what failed is no wrong answer"),
  correct: countSchema,
  unreadable: countSchema.describe("written answers that name no choice; they count as wrong"),
  failed: z.record(z.string(), countSchema).describe("by reason"),
  ...accuracyFields,
});

const groupScoreSchema = z.strictObject({
  name: z.string(),
  alias: z.string(),
  tasks: countSchema,
  n: countSchema,
  mean: z.number().nullable().describe("plain mean over tasks"),
  ...accuracyFields,
});

const formChoicesSchema = z.strictObject({
  form: z.enum(["letters", "texts"]),
  n: countSchema.describe("questions scored"),
  chosen: z.array(countSchema).readonly().describe("how often the first, second, … choice was taken"),
  gold: z.array(countSchema).readonly().describe("how often it is the right one"),
  undecided: countSchema.describe("questions of which all choices have the same log-probability"),
});

/** The scores of one model on multiple-choice tasks. */
export const mmluScoresSchema = z.strictObject({
  mean: z
    .number()
    .nullable()
    .describe("plain mean over the tasks, what instructlab reports as overall; null where they are of two forms"),
  weighted: z
    .strictObject({ n: countSchema, ...accuracyFields })
    .describe("each task by its size, with pooled standard error, as lm-eval's group `mmlu`"),
  forms: z
    .array(groupScoreSchema)
    .readonly()
    .describe("tasks scored by letters and tasks scored by texts: two protocols, never in one figure"),
  categories: z.array(groupScoreSchema).readonly().describe("weighted by size, as lm-eval's groups"),
  tasks: z.array(taskScoreSchema).readonly(),
  selected: countSchema,
  failed: z.record(z.string(), countSchema),
  unreadable: countSchema,
  cut: countSchema
    .default(0)
    .describe(
      "written answers that the token limit cut off after they had named their choice; not counted by older versions",
    ),
  ways: z.record(z.string(), countSchema).describe("how the choices were found"),
  chosen: z.array(countSchema).readonly().describe("how often the first, second, … choice was taken"),
  choices: z
    .array(formChoicesSchema)
    .readonly()
    .default([])
    .describe("by what is scored; none in files of versions that did not count them"),
  failedExample: z.string().nullable().default(null).describe("what was said to the first question that failed"),
  requests: countSchema,
  tokens: z.strictObject({ prompt: countSchema, completion: countSchema }),
  unfitting: z
    .array(z.strictObject({ task: z.string(), id: countSchema }))
    .readonly()
    .describe("questions whose prompts do not fit the model's context"),
});

export type MmluScores = z.infer<typeof mmluScoresSchema>;
export type FormChoices = z.infer<typeof formChoicesSchema>;
export type TaskScore = z.infer<typeof taskScoreSchema>;

/** What the questions of one task add up to. */
export interface TaskTally {
  readonly score: Omit<TaskScore, "acc" | "stderr">;
  /** how its choices were found */
  readonly ways: Counts;
  /** how often the first, second, … choice was taken, and how often it is the right one */
  readonly chosen: readonly number[];
  readonly gold: readonly number[];
  /** questions of which all choices have the same log-probability */
  readonly undecided: number;
  /** answers that were cut off after they had named their choice */
  readonly cut: number;
  readonly requests: number;
  readonly tokens: MmluScores["tokens"];
  readonly failedExample: string | null;
  /** questions whose prompts do not fit the model's context */
  readonly unfitting: readonly number[];
}

type Counts = Readonly<Record<string, number>>;

/**
 * Adds up what a task's questions came to.
 *
 * @param outcomeOf what a question came to, by its id; undefined where it was not asked
 */
export function tallyTask(
  { task, docs }: PlannedTask,
  outcomeOf: (docId: number) => McqOutcome | undefined,
): TaskTally {
  const failed: Record<string, number> = {};
  const ways: Record<string, number> = {};
  const [chosen, gold]: [number[], number[]] = [[], []];
  const unfitting: number[] = [];
  const sums = { n: 0, correct: 0, unreadable: 0, undecided: 0, cut: 0, requests: 0, prompt: 0, completion: 0 };
  let failedExample: string | null = null;
  for (const doc of docs) {
    const outcome = outcomeOf(doc.id);
    if (outcome === undefined) continue;
    sums.requests += outcome.requests;
    if (outcome.kind === "failed") {
      count(failed, outcome.reason);
      failedExample ??= shortened(outcome.message, exampleLength);
      if (outcome.reason === "context-overflow") unfitting.push(doc.id);
      continue;
    }
    sums.n++;
    count(ways, outcome.way);
    countAt(gold, doc.gold);
    if (isUndecided(outcome)) sums.undecided++;
    sums.prompt += outcome.promptTokens;
    sums.completion += outcome.completionTokens;
    if (outcome.kind === "unreadable") sums.unreadable++;
    else {
      countAt(chosen, outcome.choice);
      if (outcome.choice === doc.gold) sums.correct++;
      if (outcome.cut === true) sums.cut++;
    }
  }
  const { name, alias, category = null, form } = task;
  const { n, correct, unreadable, undecided, cut, requests, prompt, completion } = sums;
  const sizes = { size: task.docs.length, selected: docs.length };
  return {
    score: { task: name, alias, category, form, ...sizes, n, correct, unreadable, failed },
    ways,
    chosen,
    gold,
    undecided,
    cut,
    requests,
    tokens: { prompt, completion },
    failedExample,
    unfitting,
  };
}

const exampleLength = 300;

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function countAt(counts: number[], index: number): void {
  while (counts.length <= index) counts.push(0);
  counts[index] = (counts[index] ?? 0) + 1;
}

/** The scores of tasks, which are listed in the order given. */
export function mmluScores(tallies: readonly TaskTally[]): MmluScores {
  const forms = [...new Set(tallies.map(({ score }) => score.form))];
  const { unreadable, ...sums } = summarize(tallies.map(({ score }) => ({ ...score, ...taskAccuracy(score) })));
  return {
    ...sums,
    failed: sumCounts(tallies.map(({ score }) => score.failed)),
    unreadable,
    cut: sumOf(tallies, ({ cut }) => cut),
    ways: sumCounts(tallies.map(({ ways }) => ways)),
    chosen: sumPlaces(tallies.map(({ chosen }) => chosen)),
    choices: forms.map((form) =>
      formChoices(
        form,
        tallies.filter(({ score }) => score.form === form),
      ),
    ),
    failedExample: tallies.find((tally) => tally.failedExample !== null)?.failedExample ?? null,
    requests: sumOf(tallies, ({ requests }) => requests),
    tokens: {
      prompt: sumOf(tallies, ({ tokens }) => tokens.prompt),
      completion: sumOf(tallies, ({ tokens }) => tokens.completion),
    },
    unfitting: tallies.flatMap(({ score, unfitting }) => unfitting.map((id) => ({ task: score.task, id }))),
  };
}

function formChoices(form: FormChoices["form"], tallies: readonly TaskTally[]): FormChoices {
  return {
    form,
    n: sumOf(tallies, ({ score }) => score.n),
    chosen: sumPlaces(tallies.map(({ chosen }) => chosen)),
    gold: sumPlaces(tallies.map(({ gold }) => gold)),
    undecided: sumOf(tallies, ({ undecided }) => undecided),
  };
}

function sumOf(tallies: readonly TaskTally[], partOf: (tally: TaskTally) => number): number {
  return tallies.reduce((sum, tally) => sum + partOf(tally), 0);
}

function sumCounts(all: readonly Counts[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [name, number] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + number;
  return sums;
}

function sumPlaces(all: readonly (readonly number[])[]): number[] {
  const places = Math.max(0, ...all.map(({ length }) => length));
  return Array.from({ length: places }, (_, place) => all.reduce((sum, counts) => sum + (counts[place] ?? 0), 0));
}

type Sums = Pick<MmluScores, "mean" | "weighted" | "forms" | "categories" | "tasks" | "selected" | "unreadable">;

function summarize(tasks: readonly TaskScore[]): Sums {
  const categories = [...new Set(tasks.flatMap(({ category }) => category ?? []))];
  const forms = [...new Set(tasks.map(({ form }) => form))];
  const isOneProtocol = forms.length < 2;
  return {
    mean: isOneProtocol ? meanOf(tasks) : null,
    weighted: { n: total(tasks, "n"), ...(isOneProtocol ? weightedAccuracy(tasks) : { acc: null, stderr: null }) },
    forms: forms.map((form) =>
      groupScore(
        { name: form, alias: form },
        tasks.filter((task) => task.form === form),
      ),
    ),
    categories: categories.map((category) =>
      groupScore(
        { name: `mmlu_${category}`, alias: category.replaceAll("_", " ") },
        tasks.filter((task) => task.category === category),
      ),
    ),
    tasks,
    selected: total(tasks, "selected"),
    unreadable: total(tasks, "unreadable"),
  };
}

function groupScore(
  names: { readonly name: string; readonly alias: string },
  tasks: readonly TaskScore[],
): MmluScores["forms"][number] {
  return { ...names, tasks: tasks.length, n: total(tasks, "n"), mean: meanOf(tasks), ...weightedAccuracy(tasks) };
}

function meanOf(tasks: readonly TaskScore[]): number | null {
  return plainMean(tasks.flatMap(({ acc }) => acc ?? []));
}

function total(tasks: readonly TaskScore[], part: "n" | "selected" | "unreadable"): number {
  return tasks.reduce((sum, task) => sum + task[part], 0);
}
