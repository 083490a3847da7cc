import { z } from "zod";

const countSchema = z.number().int().nonnegative();

const askCountsSchema = z.strictObject({
  needed: countSchema.describe("answers or judgments that the comparison needs"),
  onDisk: countSchema.describe("of these: kept by earlier runs"),
  cached: countSchema.describe("of these: in the cache of replies"),
  shared: countSchema.describe("of these: the same request as another one of this plan"),
  requests: countSchema.describe("what remains to be asked, retries left out"),
  promptTokens: countSchema.describe("estimated; answers that do not exist yet count as nothing"),
  completionTokens: countSchema.describe("upper bound by max_tokens"),
});

const planSideSchema = z.strictObject({
  branch: z.string(),
  commit: z.string().nullable().describe("null for the work tree"),
  questions: countSchema,
});

const planCellSchema = z.strictObject({
  model: z.string(),
  branch: z.string(),
  answers: askCountsSchema,
  judgments: askCountsSchema,
});

const messageSchema = z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() });

const firstRequestSchema = z.strictObject({
  kind: z.string().describe("category of the question, or name of the judge prompt"),
  model: z.string(),
  temperature: z.number(),
  messages: z.array(messageSchema).readonly(),
});

/** The JSON form of what a comparison would ask. */
export const comparisonPlanSchema = z.strictObject({
  kind: z.literal("branchbench-compare-plan"),
  base: planSideSchema,
  branch: planSideSchema,
  sharedQuestions: countSchema.describe("questions that stand in both sets word for word"),
  cells: z.array(planCellSchema).readonly().describe("in the order in which they are run"),
  models: z
    .array(
      z.strictObject({
        model: z.string(),
        requests: countSchema,
        promptTokens: countSchema,
        completionTokens: countSchema,
      }),
    )
    .readonly()
    .describe(
      "sums for the base model, the tuned one and the judge; the judge's are an upper bound: an answer that both models give word for word is judged once",
    ),
  first: z.array(firstRequestSchema).readonly().describe("the first request of each kind"),
});

export type ComparisonPlan = z.infer<typeof comparisonPlanSchema>;
export type AskCounts = z.infer<typeof askCountsSchema>;
export type PlanCell = z.infer<typeof planCellSchema>;
export type FirstRequest = z.infer<typeof firstRequestSchema>;

export const noCounts: AskCounts = {
  needed: 0,
  onDisk: 0,
  cached: 0,
  shared: 0,
  requests: 0,
  promptTokens: 0,
  completionTokens: 0,
};

/** Adds up what is asked of one model. */
export function sumOf(model: string, counts: readonly AskCounts[]): ComparisonPlan["models"][number] {
  const total = (field: "requests" | "promptTokens" | "completionTokens"): number =>
    counts.reduce((sum, count) => sum + count[field], 0);
  return {
    model,
    requests: total("requests"),
    promptTokens: total("promptTokens"),
    completionTokens: total("completionTokens"),
  };
}
