import { z } from "zod";
import { choiceCount } from "./mmlu-task.js";
import type { McqDoc } from "../scoring/multiple-choice.js";
import { choiceLetter } from "./mmlu-prompt.js";

/** One line of an MMLU-Branch task's data file; SDG writes many more fields, which are kept. */
export const taskRowSchema = z.looseObject({
  question: z.string(),
  choices: z.array(z.string()).length(choiceCount, `a question has ${choiceCount} choices`),
  answer: z
    .int("it must be a whole number from 0 to 3")
    .min(0, "it must be a whole number from 0 to 3")
    .max(choiceCount - 1, "it must be a whole number from 0 to 3"),
});

export type TaskRow = z.infer<typeof taskRowSchema>;

/** A row's question, and where its right answer was found to be wrong. */
export interface CheckedRow {
  readonly doc: McqDoc;
  /** the field that says otherwise, and what it says */
  readonly repaired?: { readonly field: string; readonly says: string; readonly written: string };
}

/** Fields that hold the right answer as the model wrote it, `B) text`: of SDG, and of its older form. */
const writtenAnswers = ["mmlubench_answer", "targets"] as const;

/**
 * The question of a row. SDG numbers only the letters that occur among a file's answers, so that in a file without A the answer B becomes
 * 0: the letter of the written answer is right then.
 */
export function checkRow(row: TaskRow, id: number): CheckedRow {
  const { question, choices, answer } = row;
  const doc = { id, question, choices, gold: answer, row };
  for (const field of writtenAnswers) {
    const written = row[field];
    const gold = typeof written === "string" ? letterIndex(written) : -1;
    if (gold === -1) continue;
    if (gold === answer) break;
    const repaired = { field, says: choiceLetter(gold), written: choiceLetter(answer) };
    return { doc: { ...doc, gold }, repaired };
  }
  return { doc };
}

/** The index of the letter before the first bracket; -1 where there is none from A to D. */
function letterIndex(written: string): number {
  const end = written.indexOf(")");
  const letter = end === -1 ? "" : written.slice(0, end).trim();
  return ["A", "B", "C", "D"].indexOf(letter);
}
