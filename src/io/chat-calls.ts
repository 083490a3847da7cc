import type { ChatCompletionSettings, TokenLimitField } from "../domain/server/chat-completion.js";
import type { ChatReply } from "../domain/server/chat-model.js";
import type { EvalError } from "../domain/eval-error.js";
import {
  hopeless,
  maxExhaustedInARow,
  maxRejectedInARow,
  mostSilentRounds,
  noSilence,
  recordCall,
  retryDelayMs,
  silenceAfterTimeout,
  type Silence,
  unknownServer,
  type ServerRecord,
} from "../domain/server/retry-policy.js";
import { hopelessError } from "../domain/server/server-refusal.js";
import type { HttpOutcome, HttpTransport } from "./http.js";
import type { Limiter } from "./limiter.js";
import type { OpenAIModelSettings } from "./openai-options.js";
import { readTry, type GoodReading, type ReadBody, type TryResult } from "./try-result.js";
import type { Waiter, WaitingRoom } from "./waiting-room.js";

/** What calls add up to. */
export interface CallCounts {
  /** requests sent, each try counted */
  requests: number;
  /** tries after the first of a call */
  retries: number;
  /** replies with status 429 */
  rateLimited: number;
  /** calls that ended with a reply */
  replied: number;
  /** calls that ended without */
  failed: number;
  promptTokens: number;
  completionTokens: number;
}

/** One way to ask: where its requests go, what they say, and how their replies are read. */
export interface CallKind<Request, Reading extends GoodReading> {
  /** path and query */
  readonly path: string;
  /** the whole URL for people */
  readonly shownUrl: string;
  /** whether a request goes before others that wait for the server */
  readonly goesFirst?: (request: Request) => boolean;
  /** makes the body of a request: a value to be sent as JSON, or its JSON as a text */
  readonly bodyOf: (request: Request, settings: ChatCompletionSettings) => unknown;
  /** reads the body of a reply that says success */
  readonly read: ReadBody<Reading>;
}

/** How a call ended, after one try or several. */
export type CallReply<Reading> =
  | (Reading & {
      /** time of the successful try, in milliseconds */
      readonly latencyMs: number;
      readonly attempts: number;
    })
  | Extract<ChatReply, { kind: "failed" }>;

/** What the calls of one model share. */
export interface ChatCallsParts {
  readonly settings: OpenAIModelSettings;
  readonly transport: HttpTransport;
  readonly limiter: Limiter;
  readonly room: WaitingRoom;
  /** asks what models there are, and gives up soon */
  readonly offeredModels: () => Promise<readonly string[] | undefined>;
}

/** The calls of one model, and what they learned about its server. */
export interface ChatCalls extends ChatCallsParts {
  readonly counts: CallCounts;
  tokenLimitField: TokenLimitField;
  record: ServerRecord;
  silence: Silence;
  /** why no try starts any more; it may still be on its way */
  end: EvalError | Promise<EvalError> | undefined;
}

/** One call on its way, tried once or several times. */
interface Call<Request, Reading extends GoodReading> extends Waiter {
  readonly calls: ChatCalls;
  readonly kind: CallKind<Request, Reading>;
  readonly request: Request;
  attempts: number;
  /** when the last try began, in milliseconds */
  startedMs: number;
  goOn(result: TryResult<Reading>): void;
  giveUp(error: unknown): void;
}

/** Begins with a server of which nothing is known. */
export function chatCalls(parts: ChatCallsParts): ChatCalls {
  const { settings, transport, limiter, room, offeredModels } = parts;
  const counts = {
    requests: 0,
    retries: 0,
    rateLimited: 0,
    replied: 0,
    failed: 0,
    promptTokens: 0,
    completionTokens: 0,
  };
  return {
    settings,
    transport,
    limiter,
    room,
    offeredModels,
    counts,
    tokenLimitField: "max_tokens",
    record: unknownServer,
    silence: noSilence,
    end: undefined,
  };
}

/** The one retry layer. Each try takes a permit and gives it back before any pause. */
export function retryingCall<Request, Reading extends GoodReading>(
  calls: ChatCalls,
  kind: CallKind<Request, Reading>,
): (request: Request, signal?: AbortSignal) => Promise<CallReply<Reading>> {
  const { settings, counts, room } = calls;
  return async function ask(request, signal) {
    const call: Call<Request, Reading> = {
      calls,
      kind,
      request,
      signal,
      attempts: 0,
      startedMs: 0,
      goOn: ignore,
      giveUp: ignore,
    };
    for (;;) {
      if (calls.end !== undefined) throw await calls.end;
      const result = await tryWhenPermitted(call);
      if (result.kind === "replied") return replied(call, result);
      if (result.kind === "failed") return failed(call, result);
      // a refusal has ended the calls, a new name for the bound is tried at once: either shows at the top
      if (result.kind !== "retry") continue;
      if (call.attempts > settings.maxRetries) return failed(call, result);
      counts.retries += 1;
      // where the calls ended while this one was on its way, nobody would wake it
      if (!hasEnded(calls)) await room.sleep(retryDelayMs(call.attempts, result.delayMs, settings), signal);
    }
  };
}

/** Makes every waiting and every later call reject with this error, unless another came first. */
export function endCalls(calls: ChatCalls, error: EvalError | Promise<EvalError>): void {
  if (calls.end !== undefined) return;
  calls.end = error;
  void Promise.resolve(error).then((error) => {
    calls.room.clear(error);
  });
}

function hasEnded({ end }: ChatCalls): boolean {
  return end !== undefined;
}

function tryWhenPermitted<Request, Reading extends GoodReading>(
  call: Call<Request, Reading>,
): Promise<TryResult<Reading>> {
  return new Promise((resolve, reject) => {
    call.goOn = resolve;
    call.giveUp = reject;
    const { calls, kind, request } = call;
    calls.room.enter(call);
    if (kind.goesFirst?.(request) === true) void calls.limiter.runFirst(tryWithPermit, call);
    else void calls.limiter.run(tryWithPermit, call);
  });
}

async function tryWithPermit<Request, Reading extends GoodReading>(call: Call<Request, Reading>): Promise<void> {
  const { calls } = call;
  // the call may have been told to give up while it waited
  if (!calls.room.leave(call)) return;
  try {
    if (calls.end !== undefined) throw await calls.end;
    const { round } = calls.limiter;
    const result = await tryOnce(call);
    learn(calls, result, round);
    if (result.kind === "retry" && result.reason === "timeout") endAfterSilence(call, result.message);
    else calls.silence = noSilence;
    call.goOn(result);
  } catch (error) {
    call.giveUp(error);
  }
}

async function tryOnce<Request, Reading extends GoodReading>(
  call: Call<Request, Reading>,
): Promise<TryResult<Reading>> {
  const { shownUrl, read } = call.kind;
  const { counts, settings, tokenLimitField, record } = call.calls;
  call.attempts += 1;
  counts.requests += 1;
  call.startedMs = performance.now();
  const outcome = await send(call, tokenLimitField);
  const context = { settings, shownUrl, tokenLimitField, everSucceeded: record.everSucceeded };
  const result = readTry(outcome, context, read);
  // asking in other words is no further try
  if (result.kind === "rename-token-limit") call.attempts -= 1;
  return result;
}

/** Apart from what waits for the reply, which would keep the text of the body as long. */
function send<Request>(
  { kind, request, calls }: Call<Request, GoodReading>,
  tokenLimitField: TokenLimitField,
): Promise<HttpOutcome> {
  const { model, extraBody, headers, timeoutMs } = calls.settings;
  const said = kind.bodyOf(request, { model, tokenLimitField, extraBody });
  const body = typeof said === "string" ? said : JSON.stringify(said);
  return calls.transport.request({ method: "POST", path: kind.path, headers, body, timeoutMs });
}

/** Takes in what a try says about the server. */
function learn(calls: ChatCalls, result: TryResult<GoodReading>, round: number): void {
  const { limiter, counts } = calls;
  if (result.kind === "replied") limiter.reportSuccess();
  else if (result.kind === "retry") {
    if (result.reason === "rate-limited") counts.rateLimited += 1;
    if (result.overloaded) limiter.reportOverload(round);
  } else if (result.kind === "rename-token-limit") calls.tokenLimitField = "max_completion_tokens";
  // the replies to what else is in flight will say the same: the first speaks for all
  else if (result.kind === "refused" && calls.end === undefined) endCalls(calls, refusalOf(calls, result));
}

function endAfterSilence<Request, Reading extends GoodReading>(
  { calls, kind, startedMs }: Call<Request, Reading>,
  message: string,
): void {
  const { timeoutMs, maxRetries } = calls.settings;
  calls.silence = silenceAfterTimeout(calls.silence, { startedMs, endedMs: performance.now(), timeoutMs });
  const callsInARow = mostSilentRounds(maxRetries);
  if (calls.silence.rounds >= callsInARow)
    endCalls(calls, hopelessError("silent", { url: kind.shownUrl, message, callsInARow }));
}

async function refusalOf(calls: ChatCalls, result: Extract<TryResult<never>, { kind: "refused" }>): Promise<EvalError> {
  return result.wantsOffered ? result.error(await calls.offeredModels()) : result.error();
}

function replied<Request, Reading extends GoodReading>(
  call: Call<Request, Reading>,
  result: Reading,
): CallReply<Reading> {
  const { calls, attempts, startedMs } = call;
  const { counts } = calls;
  counts.replied += 1;
  counts.promptTokens += result.usage?.promptTokens ?? 0;
  counts.completionTokens += result.usage?.completionTokens ?? 0;
  calls.record = recordCall(calls.record, "replied");
  return Object.assign(result, { latencyMs: performance.now() - startedMs, attempts });
}

/** Ends a call without a reply, and the others with it where the server is beyond hope. */
async function failed<Request, Reading extends GoodReading>(
  { calls, kind, attempts }: Call<Request, Reading>,
  result: Extract<TryResult<never>, { kind: "failed" | "retry" }>,
): Promise<CallReply<never>> {
  const { reason, message } = result;
  calls.counts.failed += 1;
  calls.record = recordCall(calls.record, reason);
  const hope = hopeless(calls.record);
  const finishReason = result.kind === "failed" ? result.finishReason : undefined;
  if (hope === undefined)
    return { kind: "failed", reason, message, attempts, ...(finishReason !== undefined && { finishReason }) };
  const callsInARow = hope === "gone" ? maxExhaustedInARow : maxRejectedInARow;
  const error = hopelessError(hope, { url: kind.shownUrl, message, callsInARow });
  endCalls(calls, error);
  throw await (calls.end ?? error);
}

function ignore(): void {
  // a call that does not wait has nobody to tell
}
