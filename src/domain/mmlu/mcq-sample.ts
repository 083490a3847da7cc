import { z } from "zod";
import type { McqWay } from "../scoring/multiple-choice.js";

/** What a question came to, as far as it is told to others. */
export type SampleOutcome =
  | {
      readonly kind: "chosen";
      /** index of the choice */
      readonly choice: number;
      readonly way: McqWay;
      /** natural logarithms, one per choice; null where it is not known. Empty where a written answer was read. */
      readonly logprobs: readonly (number | null)[];
      readonly text?: string;
      /** the written answer was cut off after it had named the choice */
      readonly cut?: true;
    }
  | { readonly kind: "unreadable"; readonly way: "generate"; readonly text: string }
  | { readonly kind: "failed"; readonly reason: string; readonly message: string };

/** A question as it was asked. */
export interface AskedMcq {
  readonly question: string;
  readonly choices: readonly string[];
  /** index of the right choice */
  readonly gold: number;
}

/** One question of one task with what came of it. */
export interface McqSample {
  /** lm-eval's `doc_id` */
  readonly docId: number;
  /** undefined where it failed: lm-eval's samples have no such questions */
  readonly asked: AskedMcq | undefined;
  readonly outcome: SampleOutcome;
  /** requests that it took */
  readonly requests: number;
}

/** A line of `samples_<task>_<date>.jsonl` as branchbench writes it. */
export const sampleRowSchema = z.object({
  doc_id: z.number().int().nonnegative(),
  doc: z.object({ question: z.string(), choices: z.array(z.string()) }),
  target: z.string().regex(/^\d+$/),
  filtered_resps: z.array(z.unknown()),
  branchbench: z.object({
    choice: z.number().int().nonnegative().nullable(),
    way: z.enum(["letters", "full", "letters-fallback", "generate"]),
    logprobs: z.array(z.number().nullable()).optional(),
    cut: z.literal(true).optional(),
    requests: z.number().int().nonnegative(),
  }),
});

export type SampleRow = z.infer<typeof sampleRowSchema>;

export function decodeSample(row: SampleRow): McqSample {
  const { question, choices } = row.doc;
  return {
    docId: row.doc_id,
    asked: { question, choices, gold: Number(row.target) },
    outcome: outcomeOf(row),
    requests: row.branchbench.requests,
  };
}

function outcomeOf({
  branchbench: { choice, way, logprobs = [], cut },
  filtered_resps: [written],
}: SampleRow): SampleOutcome {
  const text = way === "generate" && typeof written === "string" ? written : undefined;
  if (choice === null) return { kind: "unreadable", way: "generate", text: text ?? "" };
  return {
    kind: "chosen",
    choice,
    way,
    logprobs,
    ...(text !== undefined && { text }),
    ...(cut !== undefined && { cut }),
  };
}

/** Whether a choice is the right one; null where nothing was measured. An answer that names no choice is wrong. */
export function isRight(outcome: SampleOutcome | undefined, asked: AskedMcq | undefined): boolean | null {
  if (outcome === undefined || outcome.kind === "failed" || asked === undefined) return null;
  return outcome.kind === "chosen" && outcome.choice === asked.gold;
}
