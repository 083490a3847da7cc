import type { QuestionRow } from "./question.js";

/*
 * Going through the schema takes longer than parsing, and there may be questions by the ten thousand. Of the rows that branchbench writes every
 * day this says in a tenth of the time that the schema would take them as they are. Of all others it says nothing: they go through the
 * schema, which knows what is wrong with them.
 */

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isAbsent: Check = (value) => value === undefined;
const isId: Check = (value) => (typeof value === "string" ? value !== "" : Number.isSafeInteger(value));
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);

function orAbsent(check: Check): Check {
  return (value) => value === undefined || check(value);
}

const checks = Object.entries({
  question_id: isId,
  category: isText,
  turns: (value) => isTexts(value) && Array.isArray(value) && value.length > 0,
  reference: orAbsent(isTexts),
  required_temperature: isAbsent,
  qna_file: orAbsent(isText),
} satisfies Record<keyof QuestionRow, Check>);

export function isUsualQuestionRow(row: unknown): row is QuestionRow {
  if (!isObject(row)) return false;
  for (const [name, check] of checks) if (!check(row[name])) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
