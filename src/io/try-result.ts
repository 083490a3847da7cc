import type { TokenLimitField } from "../domain/server/chat-completion.js";
import type { RequestFailureReason, TokenUsage } from "../domain/server/chat-model.js";
import type { EvalError } from "../domain/eval-error.js";
import { serverDelayMs, verdictOn, type RefusalKind } from "../domain/server/retry-policy.js";
import { readServerMessage } from "../domain/server/server-message.js";
import { refusalError, tlsError } from "../domain/server/server-refusal.js";
import type { HttpFailure } from "./http-failure.js";
import type { HttpOutcome, HttpReply } from "./http.js";
import type { OpenAIModelSettings } from "./openai-options.js";

/** What a good reply of any kind has. */
export interface GoodReading {
  readonly kind: "replied";
  readonly usage?: TokenUsage;
}

/** A reply with status 200 that does not hold what was asked for. */
export interface BadReading {
  readonly kind: "failed";
  readonly reason: "bad-reply" | "no-content" | "rejected" | "context-overflow";
  readonly message: string;
  /** why the reply ended, as the server says */
  readonly finishReason?: string;
}

/** Reads the body of a reply that says success; with the parameters that the user added to the request, where these decide. */
export type ReadBody<Reading> = (
  body: string,
  settings: Pick<OpenAIModelSettings, "extraBody">,
) => Reading | BadReading;

/** What one try came to. All messages are fit to be shown. */
export type TryResult<Reading> =
  | Reading
  /** another try would end alike */
  | {
      readonly kind: "failed";
      readonly reason: RequestFailureReason;
      readonly message: string;
      readonly finishReason?: string;
    }
  | {
      readonly kind: "retry";
      readonly reason: RequestFailureReason;
      readonly message: string;
      /** fewer requests at a time might help */
      readonly overloaded: boolean;
      /** what the server asked to wait, in milliseconds */
      readonly delayMs?: number | undefined;
    }
  /** the server wants the bound as `max_completion_tokens` */
  | { readonly kind: "rename-token-limit" }
  /** no request to this server will do */
  | {
      readonly kind: "refused";
      /** whether the error is more helpful with the models that the server offers */
      readonly wantsOffered: boolean;
      readonly error: (offered?: readonly string[]) => EvalError;
    };

/** What a try is read against. */
export interface TryContext {
  readonly settings: OpenAIModelSettings;
  /** where the request went, for people */
  readonly shownUrl: string;
  readonly everSucceeded: boolean;
  /** how this try named its bound */
  readonly tokenLimitField: TokenLimitField;
}

type NoReading = TryResult<never>;

/**
 * Reads what came back.
 *
 * @param read reads the body of a reply that says success
 */
export function readTry<Reading extends GoodReading>(
  outcome: HttpOutcome,
  context: TryContext,
  read: ReadBody<Reading>,
): TryResult<Reading> {
  if (outcome.kind === "failed") return readFailure(outcome, context);
  if (outcome.status < 200 || outcome.status > 299) return readErrorReply(outcome, context);
  const reading = read(outcome.body, context.settings);
  return reading.kind === "replied" ? reading : readBadReply(reading, context);
}

function readBadReply({ reason, message: said, finishReason }: BadReading, { settings }: TryContext): NoReading {
  const message = settings.shown(said);
  // a proxy in trouble sends its error page with status 200, so this may pass
  return reason === "bad-reply"
    ? { kind: "retry", reason, message, overloaded: false }
    : { kind: "failed", reason, message, ...(finishReason !== undefined && { finishReason }) };
}

function readFailure(failure: HttpFailure, { settings, shownUrl }: TryContext): NoReading {
  const { reason } = failure;
  const message = settings.shown(failure.message);
  if (reason === "certificate" || reason === "not-tls") {
    const error = tlsError(reason, { url: shownUrl, message });
    return { kind: "refused", wantsOffered: false, error: () => error };
  }
  if (reason === "too-large") return { kind: "failed", reason: "bad-reply", message };
  return { kind: "retry", reason: reason === "timeout" ? "timeout" : "connection", message, overloaded: true };
}

function readErrorReply(reply: HttpReply, context: TryContext): NoReading {
  const { status, headers } = reply;
  const serverMessage = readServerMessage(reply.body);
  const said = context.settings.shown(serverMessage.text);
  const message = said === "" ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  const verdict = verdictOn(status, serverMessage, context);
  if (verdict.kind === "retry") return { ...verdict, message, delayMs: serverDelayMs(headers, untilDateMs) };
  if (verdict.kind === "failed") return { ...verdict, message };
  if (verdict.kind === "rename-token-limit") return verdict;
  return refused(verdict.refusal, { reply, said, context });
}

interface Refused {
  readonly reply: HttpReply;
  readonly said: string;
  readonly context: TryContext;
}

function refused(kind: RefusalKind, { reply, said, context }: Refused): NoReading {
  const { model, keyOption, shown } = context.settings;
  const location = reply.headers["location"];
  const refusal = {
    url: context.shownUrl,
    model,
    status: reply.status,
    said,
    keyOption,
    // a query may hold a session
    ...(typeof location === "string" && { location: shown(location.replace(/[?#].*/, "")) }),
  };
  return {
    kind: "refused",
    wantsOffered: kind === "not-found",
    error: (offered) => refusalError(kind, offered === undefined ? refusal : { ...refusal, offered }),
  };
}

/** The clock for `serverDelayMs`. */
export function untilDateMs(date: string): number {
  return Date.parse(date) - Date.now();
}
