import { z } from "zod";
import { intervalSchema, leftOutSchema, shareSchema } from "../comparison/file-comparison.js";
import { verdicts } from "../statistics/verdict.js";

const testSchema = z
  .strictObject({
    p: shareSchema.describe("one-sided, McNemar's exact test"),
    q: shareSchema.describe("the false discovery rate over the whole comparison at which it would be called"),
  })
  .nullable();

const pairFields = {
  n: z.number().int().nonnegative().describe("questions that both models were scored on"),
  baseAcc: z.number().nullable(),
  tunedAcc: z.number().nullable(),
  difference: z.number().nullable().describe("tuned − base"),
  gained: z.number().int().nonnegative().describe("questions that only the tuned model has right"),
  lost: z.number().int().nonnegative().describe("questions that only the base model has right"),
  p: shareSchema.nullable().describe("two-sided, McNemar's exact test"),
  interval: intervalSchema.describe("95 % interval of the difference"),
  detectable: z
    .number()
    .nullable()
    .describe("the smallest true difference that would have been called with 80 % power; null where none would"),
  leftOut: leftOutSchema,
};

const formSchema = z.enum(["letters", "texts"]);

const mcqTaskComparisonSchema = z.strictObject({
  task: z.string(),
  form: formSchema,
  verdict: z.enum(verdicts),
  ...pairFields,
  gain: testSchema,
  loss: testSchema,
});

const overallSchema = z.strictObject({
  form: formSchema,
  tasks: z.number().int().nonnegative().describe("tasks with at least one pair"),
  baseMean: z.number().nullable().describe("plain mean over the tasks' accuracies, as instructlab reports it"),
  tunedMean: z.number().nullable(),
  ...pairFields,
  standardError: z.number().nullable().describe("of the difference, each task a cluster"),
  verdicts: z.array(z.strictObject({ verdict: z.enum(verdicts), tasks: z.number().int().nonnegative() })).readonly(),
});

/** The JSON form of the statistics of a comparison of two models on multiple-choice tasks. */
export const mcqComparisonSchema = z.strictObject({
  kind: z.literal("branchbench-mcq-comparison"),
  settings: z.strictObject({
    fdr: shareSchema,
    solvedThreshold: shareSchema,
    minimumQuestions: z.number().int().positive(),
    detectableLimit: z.number().positive(),
    maximumLeftOut: shareSchema,
  }),
  overall: z
    .array(overallSchema)
    .readonly()
    .describe("one for the tasks scored by letters, one for those scored by texts: two protocols, never in one figure"),
  tasks: z.array(mcqTaskComparisonSchema).readonly(),
  differing: z
    .array(z.strictObject({ task: z.string(), id: z.number().int(), change: z.enum(["gained", "lost"]) }))
    .readonly()
    .describe("the questions on which the models differ"),
  leftOut: z
    .array(
      z.strictObject({
        task: z.string(),
        id: z.number().int(),
        base: z.string().nullable().describe("why the base model has no score; null where it has one"),
        tuned: z.string().nullable(),
      }),
    )
    .readonly(),
});

export type McqComparison = z.infer<typeof mcqComparisonSchema>;
export type McqTaskComparison = z.infer<typeof mcqTaskComparisonSchema>;
export type OverallComparison = z.infer<typeof overallSchema>;
