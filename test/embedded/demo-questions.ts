import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { QuestionAnswerPair } from "../../src/embedded/candidate.js";

const rowSchema = z.strictObject({
  question_id: z.int(),
  category: z.string(),
  turns: z.tuple([z.string().min(1), z.string().min(1)]),
  reference: z.tuple([z.string().min(1), z.string().min(1)]),
});
export type DemoQuestion = z.infer<typeof rowSchema>;

const file = fileURLToPath(new URL("../../prompts/questions/demo.jsonl", import.meta.url));

export const demoQuestions: readonly DemoQuestion[] = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => rowSchema.parse(JSON.parse(line)));

/** Every turn as a pair of its own, as a candidate is taught. */
export const pairsOf = (questions: readonly DemoQuestion[]): readonly QuestionAnswerPair[] =>
  questions.flatMap(({ turns, reference }) => [
    { question: turns[0], answer: reference[0] },
    { question: turns[1], answer: reference[1] },
  ]);
