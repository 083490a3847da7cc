import { readChatCompletion, type ChatCompletionReading, type TokenLimitField } from "../domain/chat-completion.js";
import type { RequestFailureReason } from "../domain/chat-model.js";
import type { EvalError } from "../domain/eval-error.js";
import { serverDelayMs, verdictOn, type RefusalKind } from "../domain/retry-policy.js";
import { readServerMessage } from "../domain/server-message.js";
import { refusalError, tlsError } from "../domain/server-refusal.js";
import type { HttpFailure } from "./http-failure.js";
import type { HttpOutcome, HttpReply } from "./http.js";
import type { OpenAIModelSettings } from "./openai-options.js";

/** What one try of a chat request came to. All messages are fit to be shown. */
export type TryResult =
  | Extract<ChatCompletionReading, { kind: "replied" }>
  /** another try would end alike */
  | { readonly kind: "failed"; readonly reason: RequestFailureReason; readonly message: string }
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
  readonly everSucceeded: boolean;
  /** how this try named its bound */
  readonly tokenLimitField: TokenLimitField;
}

/** Reads what came back. */
export function readTry(outcome: HttpOutcome, context: TryContext): TryResult {
  if (outcome.kind === "failed") return readFailure(outcome, context);
  if (outcome.status < 200 || outcome.status > 299) return readErrorReply(outcome, context);
  const reading = readChatCompletion(outcome.body);
  if (reading.kind === "replied") return reading;
  const { reason } = reading;
  const message = context.settings.shown(reading.message);
  // a proxy in trouble sends its error page with status 200, so this may pass
  return reason === "bad-reply"
    ? { kind: "retry", reason, message, overloaded: false }
    : { kind: "failed", reason, message };
}

function readFailure(failure: HttpFailure, { settings }: TryContext): TryResult {
  const { reason } = failure;
  const message = settings.shown(failure.message);
  if (reason === "certificate" || reason === "not-tls") {
    const error = tlsError(reason, { url: settings.baseUrl.shownUrl, message });
    return { kind: "refused", wantsOffered: false, error: () => error };
  }
  if (reason === "too-large") return { kind: "failed", reason: "bad-reply", message };
  return { kind: "retry", reason: reason === "timeout" ? "timeout" : "connection", message, overloaded: true };
}

function readErrorReply(reply: HttpReply, context: TryContext): TryResult {
  const { status, headers } = reply;
  const serverMessage = readServerMessage(reply.body);
  const said = context.settings.shown(serverMessage.text);
  const message = said === "" ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  const verdict = verdictOn(status, serverMessage, context);
  if (verdict.kind === "retry") return { ...verdict, message, delayMs: serverDelayMs(headers, untilDateMs) };
  if (verdict.kind === "failed") return { ...verdict, message };
  if (verdict.kind === "rename-token-limit") return verdict;
  return refused(verdict.refusal, { reply, said, settings: context.settings });
}

interface Refused {
  readonly reply: HttpReply;
  readonly said: string;
  readonly settings: OpenAIModelSettings;
}

function refused(kind: RefusalKind, { reply, said, settings }: Refused): TryResult {
  const { baseUrl, model, shown } = settings;
  const location = reply.headers["location"];
  const refusal = {
    url: baseUrl.shownUrl,
    model,
    status: reply.status,
    said,
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
