import { z } from "zod";
import { plainMean, taskAccuracy, weightedAccuracy } from "../statistics/accuracy.js";
import { shortened } from "../markdown-text.js";
import type { McqOutcome, McqTask } from "../scoring/multiple-choice.js";
import { isUndecided } from "../scoring/scoring-sentinel.js";

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

/** Adds up what the questions of several tasks came to. */
export interface ScoreCounter {
  /** Begins the next task; what is added afterwards belongs to it. */
  task(task: McqTask, selected: number): void;
  add(docId: number, gold: number, outcome: McqOutcome): void;
  scores(): MmluScores;
}

type Counts = Record<string, number>;
type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type FormCounts = Mutable<Omit<FormChoices, "chosen" | "gold">> & { chosen: number[]; gold: number[] };
type TaskCounts = Mutable<Omit<TaskScore, "acc" | "stderr" | "failed">> & { failed: Counts };

export function scoreCounter(): ScoreCounter {
  const tasks: TaskCounts[] = [];
  const failed: Counts = {};
  const ways: Counts = {};
  const chosen: number[] = [];
  const choices: FormCounts[] = [];
  let failedExample: string | null = null;
  const unfitting: { task: string; id: number }[] = [];
  let [requests, prompt, completion, cut] = [0, 0, 0, 0];
  return {
    task: ({ name, alias, category, form, docs }, selected) => {
      const counts = { size: docs.length, selected, n: 0, correct: 0, unreadable: 0, failed: {} };
      tasks.push({ task: name, alias, category: category ?? null, form, ...counts });
      if (choices.every((one) => one.form !== form)) choices.push({ form, n: 0, chosen: [], gold: [], undecided: 0 });
    },
    add: (docId, gold, outcome) => {
      const task = tasks.at(-1);
      if (task === undefined) throw new Error("a question was counted before its task");
      requests += outcome.requests;
      if (outcome.kind === "failed") {
        count(task.failed, outcome.reason);
        count(failed, outcome.reason);
        failedExample ??= shortened(outcome.message, exampleLength);
        if (outcome.reason === "context-overflow") unfitting.push({ task: task.task, id: docId });
        return;
      }
      task.n++;
      const ofForm = choices.find(({ form }) => form === task.form);
      if (ofForm !== undefined) countChoice(ofForm, gold, outcome);
      count(ways, outcome.way);
      prompt += outcome.promptTokens;
      completion += outcome.completionTokens;
      if (outcome.kind === "unreadable") task.unreadable++;
      else {
        countAt(chosen, outcome.choice);
        if (outcome.choice === gold) task.correct++;
        if (outcome.cut === true) cut++;
      }
    },
    scores: () => ({
      ...summarize(tasks.map((task) => ({ ...task, ...taskAccuracy(task) }))),
      failed,
      cut,
      ways,
      chosen,
      choices,
      failedExample,
      requests,
      tokens: { prompt, completion },
      unfitting,
    }),
  };
}

const exampleLength = 300;

function countChoice(counts: FormCounts, gold: number, outcome: Exclude<McqOutcome, { kind: "failed" }>): void {
  counts.n++;
  countAt(counts.gold, gold);
  if (outcome.kind === "chosen") countAt(counts.chosen, outcome.choice);
  if (isUndecided(outcome)) counts.undecided++;
}

function countAt(counts: number[], index: number): void {
  while (counts.length <= index) counts.push(0);
  counts[index] = (counts[index] ?? 0) + 1;
}

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
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
