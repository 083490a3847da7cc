import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import {
  chatCompletionBody,
  readChatCompletion,
  type ChatCompletionReading,
  type ChatCompletionSettings,
} from "../domain/server/chat-completion.js";
import type { ChatModel, ChatRequest } from "../domain/server/chat-model.js";
import { serverCall, type CallPlace, type ServerCall } from "../domain/server/base-url.js";
import { EvalError } from "../domain/eval-error.js";
import { retryDelayMs, serverDelayMs } from "../domain/server/retry-policy.js";
import { readServerMessage } from "../domain/server/server-message.js";
import { refusalError, tlsError } from "../domain/server/server-refusal.js";
import { chatCalls, endCalls, retryingCall, type CallCounts, type CallKind, type CallReply } from "./chat-calls.js";
import type { HttpFailure } from "./http-failure.js";
import { httpTransport, type HttpOutcome, type HttpTransport } from "./http.js";
import { limiter } from "./limiter.js";
import { openAIModelSettings, type OpenAIModelOptions, type OpenAIModelSettings } from "./openai-options.js";
import { untilDateMs, type GoodReading } from "./try-result.js";
import type { Probe, Probed } from "./wait-for-server.js";
import { interrupted, waitingRoom, type WaitingRoom } from "./waiting-room.js";

export type { OpenAIModelOptions } from "./openai-options.js";
export { waitForServer } from "./wait-for-server.js";

/** A model behind an OpenAI-compatible server. */
export interface OpenAIModel extends Probed {
  readonly chat: ChatModel;
  /** the model's name at its server */
  readonly name: string;
  /** where another call of this server goes; a function, since a query may be secret */
  at(call: CallPlace): ServerCall;
  /** Any other request, with the retries, the limit and the connections that chat requests have. */
  calling<Request, Reading extends GoodReading>(kind: CallKind<Request, Reading>): Calling<Request, Reading>;
  /** One POST and whatever came back, tried again only where that may pass: to find out what a server can do. */
  tryOut(
    call: ServerCall,
    bodyOf: (settings: ChatCompletionSettings) => unknown,
    signal?: AbortSignal,
  ): Promise<HttpOutcome>;
  /** makes a stranger's text one short line without secrets */
  readonly shown: (text: string) => string;
  /** the URL that chat requests go to, without secrets */
  readonly url: string;
  /**
   * Ids of the models that the server offers, or undefined where it has no such list.
   *
   * @throws {EvalError} `server` where it cannot be reached or does not accept the key, `interrupted` after an abort
   */
  listModels(signal?: AbortSignal): Promise<readonly string[] | undefined>;
  /** Asks once whether a server is there; an answer with an error below 500 is a yes. */
  probe(signal?: AbortSignal): Promise<Probe>;
  /** Counts so far, for a progress display. */
  statistics(): ModelStatistics;
  /** Cuts what is in flight and closes all connections; calls that still wait reject. */
  close(): Promise<void>;
}

/** Asks in one way; fails and stops like a `ChatModel`. */
type Calling<Request, Reading extends GoodReading> = (
  request: Request,
  signal?: AbortSignal,
) => Promise<CallReply<Reading>>;

/** What a model did so far. */
interface ModelStatistics extends Readonly<CallCounts> {
  /** requests in flight */
  readonly inFlight: number;
  /** most requests in flight at present */
  readonly limit: number;
}

/** 64 MiB; a reply of a million tokens has some 4 MiB */
const maxReplyBytes = 2 ** 26;
/** how often a status 500 is asked for when a server is tried out */
const triesOfServerErrors = 3;
/** for a probe or the list of models */
const modelsTimeoutMs = 10_000;
/** for the list of models where it only makes a hint more helpful */
const hintTimeoutMs = 3_000;

/**
 * Makes a model. Nothing is sent before the first call, and `close` must be called at the end.
 *
 * @throws {EvalError} `input` where an option cannot be used
 */
export function openAIModel(options: OpenAIModelOptions): OpenAIModel {
  const settings = openAIModelSettings(options);
  const { baseUrl, connectTimeoutMs } = settings;
  const { ca, proxy } = options;
  const requestLimiter = options.limiter ?? limiter(settings.maxWorkers);
  // one more, for the list of models while all workers are busy
  const maxConnections = requestLimiter.largestLimit + 1;
  const transport = httpTransport({
    origin: baseUrl.origin,
    connectTimeoutMs,
    ca,
    proxy,
    maxConnections,
    maxReplyBytes,
  });
  const room = waitingRoom();
  const server: ModelsServer = { settings, transport, room };
  const chatKind: CallKind<ChatRequest, ChatReading> = {
    path: baseUrl.chatPath,
    shownUrl: baseUrl.shownUrl,
    goesFirst: ({ goesFirst = false }) => goesFirst,
    bodyOf,
    read: readChatCompletion,
  };
  const { maxRetries } = settings;
  const timeoutMs = Math.min(modelsTimeoutMs, settings.timeoutMs);
  const calls = chatCalls({
    settings,
    transport,
    limiter: requestLimiter,
    room,
    offeredModels: () => offeredModels(server, { maxRetries: 0, timeoutMs: hintTimeoutMs }).catch(() => undefined),
  });
  return {
    chat: retryingCall(calls, chatKind),
    name: settings.model,
    at: (call) => serverCall(baseUrl, call),
    calling: (kind) => retryingCall(calls, kind),
    tryOut(call, bodyOf, signal) {
      const { model, extraBody } = settings;
      const body = JSON.stringify(bodyOf({ model, tokenLimitField: "max_tokens", extraBody }));
      return tryOut(server, { path: call.path, body }, signal);
    },
    shown: settings.shown,
    url: baseUrl.shownUrl,
    listModels: (signal) => offeredModels(server, { maxRetries, timeoutMs, signal }),
    probe: (signal) => probe(server, timeoutMs, signal),
    statistics: () => ({ ...calls.counts, inFlight: requestLimiter.inFlight, limit: requestLimiter.limit }),
    async close() {
      endCalls(calls, new EvalError("interrupted", "the model was closed"));
      await transport.close();
    },
  };
}

type ChatReading = Extract<ChatCompletionReading, { kind: "replied" }>;

/** The type of the result is OpenAI's, so that the compiler checks what the rules of `domain` build. */
function bodyOf(request: ChatRequest, settings: ChatCompletionSettings): ChatCompletionCreateParamsNonStreaming {
  return chatCompletionBody(request, settings);
}

/** What it takes to ask a server for its models. */
interface ModelsServer {
  readonly settings: OpenAIModelSettings;
  readonly transport: HttpTransport;
  readonly room: WaitingRoom;
}

interface Patience {
  readonly maxRetries: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** whether another try may end otherwise; the usual rule where left out */
  readonly mayPass?: (outcome: HttpOutcome) => boolean;
}

/**
 * The client of the openai package, which is loaded here only since it takes a tenth of a second, reads the list; the requests go our
 * way. It never gets the key, nor anything from the environment.
 */
async function offeredModels(server: ModelsServer, patience: Patience): Promise<readonly string[] | undefined> {
  const { baseUrl, model, keyOption, shown } = server.settings;
  const { APIConnectionError, APIError, OpenAI } = await import("openai");
  const client = new OpenAI({
    baseURL: baseUrl.origin,
    apiKey: "not used: the transport sends its own headers",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    // the transport has its own
    timeout: 2 ** 31 - 1,
    logLevel: "off",
    fetch: () => getModels(server, patience),
  });
  try {
    const { data } = await client.models.list();
    const ids = data.map(({ id }) => id).filter((id) => typeof id === "string");
    // an HTML page is an empty list to the client
    return ids.length === 0 ? undefined : ids;
  } catch (error) {
    if (error instanceof APIConnectionError && error.cause instanceof EvalError) throw error.cause;
    if (error instanceof APIError && error.status === 401)
      throw refusalError("key", {
        url: baseUrl.shownModelsUrl,
        model,
        status: 401,
        said: shown(error.message),
        keyOption,
      });
    return undefined;
  }
}

async function getModels(server: ModelsServer, patience: Patience): Promise<Response> {
  const { timeoutMs, signal } = patience;
  const outcome = await patiently(server, patience, () => requestModels(server, timeoutMs, signal));
  return responseOf(outcome, server.settings);
}

function tryOut(
  server: ModelsServer,
  { path, body }: { path: string; body: string },
  signal?: AbortSignal,
): Promise<HttpOutcome> {
  const { settings, transport } = server;
  const { headers, timeoutMs, maxRetries } = settings;
  let triesLeft = triesOfServerErrors;
  const request = (): Promise<HttpOutcome> =>
    transport.request({ method: "POST", path, headers, body, timeoutMs, cancel: signal });
  // some servers say by 500 what they cannot do, and others have a bad moment
  const mayPassHere = (outcome: HttpOutcome): boolean =>
    mayPass(outcome) || (outcome.kind === "reply" && outcome.status === 500 && --triesLeft > 0);
  return patiently(server, { maxRetries, timeoutMs, signal, mayPass: mayPassHere }, request);
}

async function patiently(
  { settings, room }: ModelsServer,
  { maxRetries, signal, mayPass: isWorthAnother = mayPass }: Patience,
  request: () => Promise<HttpOutcome>,
): Promise<HttpOutcome> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await request();
    if (signal?.aborted === true) throw interrupted();
    if (tries > maxRetries || !isWorthAnother(outcome)) return outcome;
    const delayMs = outcome.kind === "reply" ? serverDelayMs(outcome.headers, untilDateMs) : undefined;
    await room.sleep(retryDelayMs(tries, delayMs, settings), signal);
  }
}

function requestModels(
  { settings, transport }: ModelsServer,
  timeoutMs: number,
  cancel?: AbortSignal,
): Promise<HttpOutcome> {
  const { baseUrl, headers } = settings;
  return transport.request({ method: "GET", path: baseUrl.modelsPath, headers, timeoutMs, cancel });
}

/** Whether the same question may get another answer soon. */
function mayPass(outcome: HttpOutcome): boolean {
  if (outcome.kind === "failed") return outcome.reason === "connection" || outcome.reason === "timeout";
  return outcome.status === 429 || (outcome.status >= 502 && outcome.status <= 504);
}

function responseOf(outcome: HttpOutcome, settings: OpenAIModelSettings): Response {
  if (outcome.kind === "failed") throw failureError(outcome, settings);
  return new Response(outcome.body, { status: outcome.status, headers: { "content-type": "application/json" } });
}

function failureError({ reason, message }: HttpFailure, { baseUrl, shown }: OpenAIModelSettings): EvalError {
  const failure = { url: baseUrl.shownModelsUrl, message: shown(message) };
  if (reason === "certificate" || reason === "not-tls") return tlsError(reason, failure);
  return new EvalError("server", `${failure.url}: ${failure.message}`, {
    hint: "start the server, or check the base URL",
  });
}

async function probe(server: ModelsServer, timeoutMs: number, signal?: AbortSignal): Promise<Probe> {
  const { settings } = server;
  const outcome = await requestModels(server, timeoutMs, signal);
  if (signal?.aborted === true) throw interrupted();
  if (outcome.kind === "failed") {
    const error = failureError(outcome, settings);
    const cannotMend = outcome.reason === "certificate" || outcome.reason === "not-tls";
    return { kind: "dead", error, waitingHelps: !cannotMend };
  }
  if (outcome.status < 500) return { kind: "alive" };
  const said = settings.shown(`HTTP ${outcome.status}: ${readServerMessage(outcome.body).text}`);
  const error = new EvalError("server", `${settings.baseUrl.shownModelsUrl}: ${said}`, {
    hint: "wait until the server is ready",
  });
  return { kind: "dead", error, waitingHelps: true };
}
