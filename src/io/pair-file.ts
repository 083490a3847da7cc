import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import { questionRowSchema } from "../domain/mt-bench/question.js";
import { parseRow, readJsonLines } from "./jsonl.js";

/** What an embedded candidate knows. */
export interface QuestionAnswerPair {
  readonly question: string;
  readonly answer: string;
}

const pairSchema = z.object({ question: z.string(), answer: z.string() });

/** Reads lines of `question` and `answer`, or a question file whose references become the answers, one pair a turn. */
export async function readPairs(path: string): Promise<QuestionAnswerPair[]> {
  const pairs: QuestionAnswerPair[] = [];
  for await (const { value, line } of readJsonLines(path)) {
    if (typeof value === "object" && value !== null && "turns" in value) {
      const { turns, reference } = parseRow(questionRowSchema, value, `${path}:${line}`);
      for (const [index, question] of turns.entries()) {
        const answer = reference?.[index] ?? "";
        if (answer !== "") pairs.push({ question, answer });
      }
    } else pairs.push(parseRow(pairSchema, value, `${path}:${line}`));
  }
  if (pairs.length === 0) throw new EvalError("input", `${path}: it holds no question with an answer`);
  return pairs;
}
