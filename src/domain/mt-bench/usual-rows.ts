import type { AnswerRow, JudgmentRow } from "./eval-output.js";
import type { QuestionRow } from "./question.js";

/*
 * Reports read rows by the hundred thousand, and going through the schema takes longer than parsing. Of the rows that branchbench writes
 * every day this says in a tenth of the time that the schema would take them as they are. Of all others it says nothing: they go through the
 * schema, which knows what is wrong with them.
 */

type Check = (value: unknown) => boolean;
type Checks = readonly (readonly [name: string, check: Check])[];

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = Number.isFinite;
const isWhole: Check = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isPositive: Check = (value) => value !== 0 && isWhole(value);
const isAbsent: Check = (value) => value === undefined;
const isId: Check = (value) => (typeof value === "string" ? value !== "" : Number.isSafeInteger(value));
const isPair: Check = (value) => Array.isArray(value) && value.length === 2 && value.every(isText);

function orAbsent(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

const isTexts = listOf(isText);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function objectOf(checks: Checks): Check {
  return (value) => {
    if (!isObject(value)) return false;
    for (const [name, check] of checks) if (!check(value[name])) return false;
    return true;
  };
}

type Choice = AnswerRow["choices"][number];
type Usage = NonNullable<Choice["details"]>[number];

const usage = {
  finish_reason: orAbsent(isText),
  prompt_tokens: orAbsent(isWhole),
  completion_tokens: orAbsent(isWhole),
  latency_ms: orAbsent((value) => isNumber(value) && Number(value) >= 0),
  attempts: orAbsent(isPositive),
  reasoning: orAbsent(isText),
} satisfies Record<keyof Usage, Check>;

const choice = {
  index: isWhole,
  turns: listOf(isText),
  details: orAbsent(listOf(objectOf(Object.entries(usage)))),
} satisfies Record<keyof Choice, Check>;

const answer = {
  question_id: isId,
  // one that is derived depends on what the schema leaves out
  answer_id: isText,
  model_id: isText,
  choices: listOf(objectOf(Object.entries(choice))),
  tstamp: orAbsent(isNumber),
  failure: isAbsent,
} satisfies Record<keyof AnswerRow, Check>;

const judgment = {
  question_id: isId,
  model: isText,
  judge: isPair,
  user_prompt: isText,
  judgment: isText,
  score: isNumber,
  turn: isPositive,
  tstamp: orAbsent(isNumber),
  choice: orAbsent(isWhole),
  repeat: orAbsent(isPositive),
  unscored: isAbsent,
  prompt_hash: orAbsent(isText),
  answer_hash: orAbsent(isText),
  ...usage,
  reasoning_inline: orAbsent((value) => value === true),
  failure: isAbsent,
} satisfies Record<keyof JudgmentRow, Check>;

const question = {
  question_id: isId,
  category: isText,
  turns: (value) => isTexts(value) && Array.isArray(value) && value.length > 0,
  reference: orAbsent(isTexts),
  required_temperature: isAbsent,
  qna_file: orAbsent(isText),
} satisfies Record<keyof QuestionRow, Check>;

const isAnswer = objectOf(Object.entries(answer));
const isJudgment = objectOf(Object.entries(judgment));
const isQuestion = objectOf(Object.entries(question));

export function isUsualAnswerRow(row: unknown): row is AnswerRow {
  return isAnswer(row);
}

export function isUsualQuestionRow(row: unknown): row is QuestionRow {
  return isQuestion(row);
}

export function isUsualJudgmentRow(row: unknown): row is JudgmentRow {
  return isJudgment(row);
}
