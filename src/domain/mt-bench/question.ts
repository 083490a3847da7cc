import { z } from "zod";

/** Official questions are numbered; those of a taxonomy branch carry 128-bit decimals, which only a string can hold. */
export type QuestionId = string | number;

/** One question of a set, with one user message per turn. */
export interface Question {
  readonly id: QuestionId;
  readonly category: string;
  readonly turns: readonly string[];
  /** reference answer per turn as the question file holds it; an empty string is none */
  readonly reference?: readonly string[];
  /** overrides the category's temperature, as in FastChat */
  readonly requiredTemperature?: number;
  /** the taxonomy file a branch question comes from, relative to the taxonomy */
  readonly qnaFile?: string;
}

export const questionIdSchema = z.union([z.string().min(1), z.number().int()]);

/** A line of FastChat's and instructlab/eval's `question.jsonl`. Unknown keys are other people's and ignored. */
export const questionRowSchema = z.object({
  question_id: questionIdSchema,
  category: z.string(),
  turns: z.array(z.string()).min(1),
  reference: z.array(z.string()).optional(),
  required_temperature: z.number().min(0).optional(),
  qna_file: z.string().optional(),
});

export type QuestionRow = z.infer<typeof questionRowSchema>;

export function decodeQuestion(row: QuestionRow): Question {
  return {
    id: row.question_id,
    category: row.category,
    turns: row.turns,
    ...(row.reference !== undefined && { reference: row.reference }),
    ...(row.required_temperature !== undefined && { requiredTemperature: row.required_temperature }),
    ...(row.qna_file !== undefined && { qnaFile: row.qna_file }),
  };
}

/** Numbers by value before strings by code point: the order of upstream's files. */
export function compareQuestionIds(left: QuestionId, right: QuestionId): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "number") return -1;
  if (typeof right === "number") return 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
