import { answerRowSchema } from "../domain/mt-bench/eval-output.js";
import { EvalError } from "../domain/eval-error.js";
import type { QuestionId } from "../domain/mt-bench/question.js";
import type { References } from "../domain/mt-bench/references.js";
import { parseRow, readJsonLines } from "./jsonl.js";
import { sha256OfFile } from "./question-file.js";

/** Reads a FastChat reference file: answers of a model that serve as references. The last line of an id wins, as upstream. */
export async function readReferenceFile(path: string): Promise<References> {
  const byQuestion = new Map<QuestionId, readonly string[]>();
  for await (const { value, line } of readJsonLines(path)) {
    const row = parseRow(answerRowSchema, value, `${path}:${line}`);
    const first = row.choices[0];
    if (first === undefined) throw new EvalError("input", `${path}:${line}: field choices: it is empty`);
    byQuestion.set(row.question_id, first.turns);
  }
  return { source: path, hash: await sha256OfFile(path), byQuestion };
}
