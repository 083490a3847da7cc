import { z } from "zod";
import { mcqFailureReasons, type McqOutcome } from "../scoring/multiple-choice.js";

/** One question of one task. */
export interface McqKey {
  readonly task: string;
  /** lm-eval's `doc_id` */
  readonly docId: number;
}

/** What a question came to, with what it takes to know that it is still the same question. */
export interface McqRecord extends McqKey {
  /** sha256 of what was asked, as lm-eval hashes it */
  readonly promptHash: string;
  /** index of the right choice, for those who watch the run; of failures, and of records of older versions, undefined */
  readonly gold?: number | undefined;
  readonly outcome: McqOutcome;
}

const keyFields = { task: z.string(), doc_id: z.number().int().nonnegative() };
const goldField = z.number().int().nonnegative().optional();
const costFields = {
  requests: z.number().int().nonnegative(),
  prompt_tokens: z.number().int().nonnegative(),
  completion_tokens: z.number().int().nonnegative(),
};

/** A line of `outcomes.jsonl`, or with `failure` of `outcomes.failed.jsonl`. */
export const mcqRowSchema = z.union([
  z.object({
    ...keyFields,
    prompt_hash: z.string(),
    gold: goldField,
    choice: z.number().int().nonnegative(),
    way: z.enum(["letters", "full", "letters-fallback", "generate"]),
    logprobs: z.array(z.number().nullable()),
    matched: z.string().optional(),
    text: z.string().optional(),
    /** left out where it was not cut off, and by versions that did not look */
    cut: z.literal(true).optional(),
    ...costFields,
  }),
  z.object({
    ...keyFields,
    prompt_hash: z.string(),
    gold: goldField,
    choice: z.null(),
    way: z.literal("generate"),
    text: z.string(),
    ...costFields,
  }),
  z.object({
    ...keyFields,
    prompt_hash: z.string(),
    failure: z.object({ reason: z.enum(mcqFailureReasons), message: z.string() }),
    requests: z.number().int().nonnegative(),
  }),
]);

export type McqRow = z.infer<typeof mcqRowSchema>;

export function encodeMcqRecord({ task, docId, promptHash, gold, outcome }: McqRecord): McqRow {
  const key = { task, doc_id: docId, prompt_hash: promptHash };
  if (outcome.kind === "failed")
    return { ...key, failure: { reason: outcome.reason, message: outcome.message }, requests: outcome.requests };
  const cost = {
    requests: outcome.requests,
    prompt_tokens: outcome.promptTokens,
    completion_tokens: outcome.completionTokens,
  };
  if (outcome.kind === "unreadable")
    return { ...key, gold, choice: null, way: outcome.way, text: outcome.text, ...cost };
  const { choice, way, logprobs, matched, text, cut, requests, promptTokens, completionTokens } = outcome;
  // field by field: spreading objects takes longer than writing the line
  const row: Extract<McqRow, { logprobs: unknown }> = {
    task,
    doc_id: docId,
    prompt_hash: promptHash,
    gold,
    choice,
    way,
    logprobs: [...logprobs],
    requests,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
  };
  if (matched !== undefined) row.matched = matched;
  if (text !== undefined) row.text = text;
  if (cut !== undefined) row.cut = cut;
  return row;
}

export function decodeMcqRecord(row: McqRow): McqRecord {
  const record = { task: row.task, docId: row.doc_id, promptHash: row.prompt_hash, outcome: decodeOutcome(row) };
  return "failure" in row || row.gold === undefined ? record : { ...record, gold: row.gold };
}

function decodeOutcome(row: McqRow): McqOutcome {
  if ("failure" in row) return { kind: "failed", ...row.failure, requests: row.requests };
  const cost = { requests: row.requests, promptTokens: row.prompt_tokens, completionTokens: row.completion_tokens };
  if (row.choice === null) return { kind: "unreadable", way: row.way, text: row.text, ...cost };
  return {
    kind: "chosen",
    choice: row.choice,
    way: row.way,
    logprobs: row.logprobs,
    ...(row.matched !== undefined && { matched: row.matched }),
    ...(row.text !== undefined && { text: row.text }),
    ...(row.cut !== undefined && { cut: row.cut }),
    ...cost,
  };
}

/** By task, then in the order of its file. */
export function compareMcqKeys(left: McqKey, right: McqKey): number {
  if (left.task !== right.task) return left.task < right.task ? -1 : 1;
  return left.docId - right.docId;
}

/** A set of questions. */
export interface McqKeySet {
  has(key: McqKey): boolean;
  add(key: McqKey): void;
}

export function mcqKeySet(): McqKeySet {
  const byTask = new Map<string, Set<number>>();
  return {
    has: ({ task, docId }) => byTask.get(task)?.has(docId) === true,
    add: ({ task, docId }) => {
      const ids = byTask.get(task) ?? new Set();
      byTask.set(task, ids.add(docId));
    },
  };
}
