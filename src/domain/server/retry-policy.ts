import type { TokenLimitField } from "./chat-completion.js";
import type { RequestFailureReason } from "./chat-model.js";
import { isContextOverflow, isOutOfCredit, wantsMaxCompletionTokens, type ServerMessage } from "./server-message.js";

/** Why no further request to this server makes sense. */
export type RefusalKind = "key" | "credit" | "forbidden" | "not-found" | "redirected";

/** What an error reply means for the call that met it. */
export type Verdict =
  /** worth another try later; `overloaded` asks for fewer requests at a time */
  | { readonly kind: "retry"; readonly reason: RequestFailureReason; readonly overloaded: boolean }
  /** this request will never do, others may */
  | { readonly kind: "failed"; readonly reason: "context-overflow" | "rejected" }
  /** the same once more at once, with `max_completion_tokens` */
  | { readonly kind: "rename-token-limit" }
  | { readonly kind: "refused"; readonly refusal: RefusalKind };

/** What is known when an error reply is judged. */
export interface VerdictContext {
  /** whether any request to this server and model got a reply */
  readonly everSucceeded: boolean;
  /** how the request that failed named its bound */
  readonly tokenLimitField: TokenLimitField;
}

/** Judges a reply whose status is not 2xx. */
export function verdictOn(status: number, message: ServerMessage, context: VerdictContext): Verdict {
  const refusal = refusalOf(status, message, context.everSucceeded);
  if (refusal !== undefined) return { kind: "refused", refusal };
  if (status === 429) return { kind: "retry", reason: "rate-limited", overloaded: true };
  if (status >= 400 && isContextOverflow(message)) return { kind: "failed", reason: "context-overflow" };
  if (status === 400 && context.tokenLimitField === "max_tokens" && wantsMaxCompletionTokens(message))
    return { kind: "rename-token-limit" };
  if (status === 408) return { kind: "retry", reason: "timeout", overloaded: true };
  if (status === 409 || status === 425 || status < 400 || status >= 500)
    return { kind: "retry", reason: "server-error", overloaded: status === 503 || status === 504 || status === 529 };
  return { kind: "failed", reason: "rejected" };
}

/**
 * 401, 402, 404 and an empty account end a run at any time. 403, 405 and redirects do so until something worked: afterwards a 403 is a
 * moderated prompt, and a redirect a server under maintenance.
 */
function refusalOf(status: number, message: ServerMessage, everSucceeded: boolean): RefusalKind | undefined {
  if (status === 401) return "key";
  if (status === 402 || (status === 429 && isOutOfCredit(message))) return "credit";
  if (status === 404) return "not-found";
  if (everSucceeded) return undefined;
  if (status === 403) return "forbidden";
  if (status === 405) return "not-found";
  return status >= 300 && status < 400 ? "redirected" : undefined;
}

/** How long to wait between tries. */
export interface RetrySchedule {
  /** upper bound of the first wait, in milliseconds; it doubles with each try */
  readonly retryBaseMs: number;
  /** longest `Retry-After` that is honoured, in milliseconds */
  readonly maxRetryAfterMs: number;
  /** uniform in [0, 1) */
  readonly random: () => number;
}

const longestBackoffMs = 60_000;

/**
 * Exponential back-off with full jitter (Brooker, "Exponential Backoff and Jitter", 2015), at least as long as the server asked for.
 *
 * @param failedTries at least 1
 * @param serverDelayMs what the server asked for, in milliseconds
 */
export function retryDelayMs(failedTries: number, serverDelayMs: number | undefined, schedule: RetrySchedule): number {
  const upperBoundMs = Math.min(longestBackoffMs, schedule.retryBaseMs * 2 ** (failedTries - 1));
  const backoffMs = schedule.random() * upperBoundMs;
  return Math.max(backoffMs, Math.min(serverDelayMs ?? 0, schedule.maxRetryAfterMs));
}

/** The header fields by which a server asks for a pause. */
export interface PauseHeaders {
  /** seconds, or an HTTP date */
  readonly "retry-after"?: unknown;
  /** milliseconds; OpenAI and Azure send it beside the other */
  readonly "retry-after-ms"?: unknown;
}

/**
 * Milliseconds that a server asks to wait, or undefined.
 *
 * @param untilDateMs milliseconds from now until a date; the caller has the clock
 */
export function serverDelayMs(headers: PauseHeaders, untilDateMs: (date: string) => number): number | undefined {
  const exact = decimal(headers["retry-after-ms"]);
  if (exact !== undefined) return exact;
  const seconds = decimal(headers["retry-after"]);
  if (seconds !== undefined) return seconds * 1_000;
  const date = headers["retry-after"];
  const delayMs = typeof date === "string" ? untilDateMs(date) : Number.NaN;
  return Number.isNaN(delayMs) ? undefined : Math.max(0, delayMs);
}

function decimal(value: unknown): number | undefined {
  return typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

/** How the calls to a server ended so far; a new one begins with zeros. */
export interface ServerRecord {
  readonly everSucceeded: boolean;
  /** calls since the last success that the server does not accept */
  readonly rejectedInARow: number;
  /** calls since the last sign of life that used up their tries */
  readonly exhaustedInARow: number;
}

/** The record of a server that was not asked yet. */
export const unknownServer: ServerRecord = { everSucceeded: false, rejectedInARow: 0, exhaustedInARow: 0 };

/** Adds how a call ended. Being rate-limited is a sign of life. */
export function recordCall(record: ServerRecord, ended: "replied" | RequestFailureReason): ServerRecord {
  if (ended === "replied" || ended === "no-content")
    return { everSucceeded: true, rejectedInARow: 0, exhaustedInARow: 0 };
  if (ended === "rejected" || ended === "context-overflow")
    return { ...record, rejectedInARow: record.rejectedInARow + 1, exhaustedInARow: 0 };
  if (ended === "rate-limited") return { ...record, exhaustedInARow: 0 };
  return { ...record, exhaustedInARow: record.exhaustedInARow + 1 };
}

/** Rejections in a row, before any success, after which the server is taken to reject every request. */
export const maxRejectedInARow = 10;
/** Calls in a row that used up their tries after which the server is taken to be gone. */
export const maxExhaustedInARow = 20;
/** Timeouts one after the other, with no sign of life between them, after which the server is taken to hang. */
const silentRounds = 10;
/** A timeout that came sooner than this share of ours was told by the server, which is alive then. */
const ownTimeoutShare = 0.9;

/** Tries without any reply, one begun after the other had ended, since the last sign of life. */
export interface Silence {
  readonly rounds: number;
  /** when the last of them ended, in milliseconds */
  readonly sinceMs: number;
}

export const noSilence: Silence = { rounds: 0, sinceMs: -Infinity };

/** When a try began and ended, and how long it was given, in milliseconds. */
interface TryTimes {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly timeoutMs: number;
}

/**
 * A server that hangs is asked by one call at a time after a while, and a further try stands behind all calls that wait: until some had used up their
 * tries, hours could go by. Timeouts of tries that went side by side are one silence.
 */
export function silenceAfterTimeout(silence: Silence, { startedMs, endedMs, timeoutMs }: TryTimes): Silence {
  if (endedMs - startedMs < timeoutMs * ownTimeoutShare) return noSilence;
  return startedMs < silence.sinceMs ? silence : { rounds: silence.rounds + 1, sinceMs: endedMs };
}

/** How many rounds of silence end a run: never fewer than one call's own tries. */
export function mostSilentRounds(maxRetries: number): number {
  return Math.max(silentRounds, maxRetries + 1);
}

/** Whether a server is beyond hope. */
export function hopeless(record: ServerRecord): "rejects-everything" | "gone" | undefined {
  if (!record.everSucceeded && record.rejectedInARow >= maxRejectedInARow) return "rejects-everything";
  return record.exhaustedInARow >= maxExhaustedInARow ? "gone" : undefined;
}
