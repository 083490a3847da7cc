import { createHash } from "node:crypto";
import { z } from "zod";
import type { Answer, AnswerChoice, AnswerFailure, AnswerTurn } from "./answer.js";
import { requestFailureReasons } from "../server/chat-model.js";
import type { TokenUsage } from "../server/chat-model.js";
import type { Judgment, JudgmentFacts, RatedJudgment } from "./judgment.js";
import { questionIdSchema } from "./question.js";
import { unscoredReasons } from "./rating.js";
import type { Rating } from "./rating.js";

/*
 * The lines of InstructLab's and FastChat's result files. This is the only place that knows their markers: a score of -1 and the
 * text `$ERROR$`. Field order is upstream's; branchbench's own facts follow in extra fields, which upstream's readers ignore.
 */

const errorMarker = "$ERROR$";

const tokensSchema = z.number().int().nonnegative();

const usageFields = {
  finish_reason: z.string().optional(),
  prompt_tokens: tokensSchema.optional(),
  completion_tokens: tokensSchema.optional(),
  latency_ms: z.number().nonnegative().optional(),
  attempts: z.number().int().positive().optional(),
  reasoning: z.string().optional(),
};

const choiceSchema = z.object({
  index: z.number().int().nonnegative(),
  turns: z.array(z.string()),
  details: z.array(z.object(usageFields)).optional(),
});

const answerFailureReasons = [...requestFailureReasons, "reasoning-only", "interrupted", "error-marker"] as const;

/** A line of `model_answer/<model>.jsonl`, or with `failure` of `<model>.failed.jsonl`. */
export const answerRowSchema = z.object({
  question_id: questionIdSchema,
  answer_id: z.string().optional(),
  model_id: z.string(),
  choices: z.array(choiceSchema),
  tstamp: z.number().optional(),
  failure: z
    .object({
      reason: z.enum(answerFailureReasons),
      message: z.string(),
      turn: z.number().int().positive(),
      prompt_tokens: tokensSchema.optional(),
      completion_tokens: tokensSchema.optional(),
    })
    .optional(),
});

export type AnswerRow = z.infer<typeof answerRowSchema>;

type UsageRow = z.infer<z.ZodObject<typeof usageFields>>;

function encodeUsage(facts: Omit<AnswerTurn, "text">): UsageRow {
  const row: UsageRow = {};
  if (facts.finishReason !== undefined) row.finish_reason = facts.finishReason;
  if (facts.usage !== undefined) {
    row.prompt_tokens = facts.usage.promptTokens;
    row.completion_tokens = facts.usage.completionTokens;
  }
  if (facts.latencyMs !== undefined) row.latency_ms = facts.latencyMs;
  if (facts.attempts !== undefined) row.attempts = facts.attempts;
  if (facts.reasoning !== undefined) row.reasoning = facts.reasoning;
  return row;
}

function decodeTokens(row: Pick<UsageRow, "prompt_tokens" | "completion_tokens">): TokenUsage | undefined {
  return row.prompt_tokens === undefined || row.completion_tokens === undefined
    ? undefined
    : { promptTokens: row.prompt_tokens, completionTokens: row.completion_tokens };
}

/** Field by field: spreading what may be missing takes ten times as long, and this is done for each record of a report. */
function decodeTurn(text: string, row: UsageRow): AnswerTurn {
  const facts: Writable<AnswerTurn> = { text };
  const usage = decodeTokens(row);
  if (row.finish_reason !== undefined) facts.finishReason = row.finish_reason;
  if (usage !== undefined) facts.usage = usage;
  if (row.latency_ms !== undefined) facts.latencyMs = row.latency_ms;
  if (row.attempts !== undefined) facts.attempts = row.attempts;
  if (row.reasoning !== undefined) facts.reasoning = row.reasoning;
  return facts;
}

/** While it is made. */
type Writable<Facts> = { -readonly [Name in keyof Facts]: Facts[Name] };

function encodeChoice(choice: AnswerChoice): AnswerRow["choices"][number] {
  return {
    index: choice.index,
    turns: choice.turns.map((turn) => turn.text),
    details: choice.turns.map(encodeUsage),
  };
}

export function encodeAnswer(answer: Answer): AnswerRow {
  const row: AnswerRow = {
    question_id: answer.questionId,
    answer_id: answer.answerId,
    model_id: answer.model,
    choices: answer.choices.map(encodeChoice),
    tstamp: answer.tstamp,
  };
  if (answer.kind === "failed") row.failure = encodeFailure(answer);
  return row;
}

function encodeFailure({ reason, message, turn, usage }: AnswerFailure): AnswerRow["failure"] {
  const tokens = usage && { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens };
  return { reason, message, turn, ...tokens };
}

function decodeFailure(row: NonNullable<AnswerRow["failure"]>): AnswerFailure {
  const { reason, message, turn } = row;
  const usage = decodeTokens(row);
  return { kind: "failed", reason, message, turn, ...(usage !== undefined && { usage }) };
}

/** Files of other tools may lack an `answer_id`; one made from the content keeps reading them repeatable. */
function derivedAnswerId(row: AnswerRow): string {
  return createHash("sha256")
    .update(JSON.stringify([row.model_id, row.question_id, row.choices]))
    .digest("hex")
    .slice(0, 22);
}

/** Our own lines, which have details, say a failure in its own field: there the marker would be what the model wrote. */
function firstMarkedTurn(row: AnswerRow): number | undefined {
  const turns = row.choices
    .map((choice) => (choice.details === undefined ? choice.turns.indexOf(errorMarker) : -1))
    .filter((turn) => turn !== -1);
  return turns.length === 0 ? undefined : Math.min(...turns) + 1;
}

export function decodeAnswer(row: AnswerRow): Answer {
  const marked = firstMarkedTurn(row);
  const failure = row.failure === undefined ? markerFailure(marked) : decodeFailure(row.failure);
  const choices = row.choices.map((choice): AnswerChoice => {
    const turns = marked === undefined ? choice.turns : choice.turns.slice(0, marked - 1);
    return {
      index: choice.index,
      turns: turns.map((text, position) => decodeTurn(text, choice.details?.[position] ?? {})),
    };
  });
  const facts = {
    questionId: row.question_id,
    answerId: row.answer_id ?? derivedAnswerId(row),
    model: row.model_id,
    choices,
    tstamp: row.tstamp ?? 0,
  };
  return failure === undefined ? { kind: "answered", ...facts } : { ...facts, ...failure };
}

function markerFailure(turn: number | undefined): AnswerFailure | undefined {
  if (turn === undefined) return undefined;
  return { kind: "failed", reason: "error-marker", message: `the file says ${errorMarker}`, turn };
}

/** A line of `model_judgment/<judge>_single.jsonl`, or with `failure` of `<judge>_single.failed.jsonl`. */
export const judgmentRowSchema = z.object({
  question_id: questionIdSchema,
  model: z.string(),
  judge: z.tuple([z.string(), z.string()]),
  user_prompt: z.string(),
  judgment: z.string(),
  score: z.number(),
  turn: z.number().int().positive(),
  tstamp: z.number().optional(),
  choice: z.number().int().nonnegative().optional(),
  repeat: z.number().int().positive().optional(),
  unscored: z.enum(unscoredReasons).optional(),
  prompt_hash: z.string().optional(),
  answer_hash: z.string().optional(),
  ...usageFields,
  reasoning_inline: z.literal(true).optional(),
  failure: z.object({ reason: z.enum([...requestFailureReasons, "error-marker"]), message: z.string() }).optional(),
});

export type JudgmentRow = z.infer<typeof judgmentRowSchema>;

function scoreField(judgment: Judgment): number {
  return judgment.kind === "rated" && judgment.rating.kind === "scored" ? judgment.rating.score : -1;
}

export function encodeJudgment(judgment: Judgment): JudgmentRow {
  const row: JudgmentRow = {
    question_id: judgment.questionId,
    model: judgment.model,
    judge: [judgment.judge, judgment.promptName],
    user_prompt: judgment.userPrompt,
    judgment: judgment.kind === "rated" ? judgment.text : errorMarker,
    score: scoreField(judgment),
    turn: judgment.turn,
    tstamp: judgment.tstamp,
    choice: judgment.choice,
  };
  if (judgment.repeat !== undefined) row.repeat = judgment.repeat;
  if (judgment.promptHash !== undefined) row.prompt_hash = judgment.promptHash;
  if (judgment.answerHash !== undefined) row.answer_hash = judgment.answerHash;
  if (judgment.kind === "failed") return { ...row, failure: { reason: judgment.reason, message: judgment.message } };
  if (judgment.rating.kind === "unscored") row.unscored = judgment.rating.reason;
  return { ...row, ...encodeUsage(judgment), ...(judgment.reasoningInline === true && { reasoning_inline: true }) };
}

function decodeRating(row: JudgmentRow): Rating {
  if (row.unscored !== undefined) return { kind: "unscored", reason: row.unscored };
  return row.score === -1 ? { kind: "unscored", reason: "missing" } : { kind: "scored", score: row.score };
}

export function decodeJudgment(row: JudgmentRow): Judgment {
  const facts: Writable<JudgmentFacts> = {
    questionId: row.question_id,
    model: row.model,
    judge: row.judge[0],
    promptName: row.judge[1],
    userPrompt: row.user_prompt,
    turn: row.turn,
    choice: row.choice ?? 0,
    tstamp: row.tstamp ?? 0,
  };
  if (row.repeat !== undefined) facts.repeat = row.repeat;
  if (row.prompt_hash !== undefined) facts.promptHash = row.prompt_hash;
  if (row.answer_hash !== undefined) facts.answerHash = row.answer_hash;
  if (row.failure !== undefined) return { kind: "failed", ...facts, ...row.failure };
  // Our own lines, which have a choice, say a failure in its own field.
  if (row.judgment === errorMarker && row.choice === undefined)
    return { kind: "failed", ...facts, reason: "error-marker", message: `the file says ${errorMarker}` };
  const judgment: RatedJudgment = {
    kind: "rated",
    ...facts,
    ...decodeTurn(row.judgment, row),
    rating: decodeRating(row),
  };
  return row.reasoning_inline === true ? { ...judgment, reasoningInline: true } : judgment;
}
