import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { z } from "zod";

/** What the server does with one request, as plain data; see `answer`. */
export type Behaviour =
  /** a whole reply */
  | { readonly kind: "reply"; readonly status: number; readonly headers: Headers; readonly body: string }
  /** the connection is reset: before the headers, or in the middle of the body */
  | { readonly kind: "reset"; readonly at: Break; readonly body: string }
  /** nothing more comes, and the connection stays open: before the headers, or in the middle of the body */
  | { readonly kind: "stall"; readonly at: Break; readonly body: string }
  /** the body comes byte by byte */
  | { readonly kind: "drip"; readonly everyMs: number; readonly body: string }
  /** the body comes in pieces of so many bytes, each in a packet of its own */
  | { readonly kind: "pieces"; readonly size: number; readonly body: string };

type Break = "headers" | "body";
type Headers = Readonly<Record<string, string>>;

/** Parts of a chat completion that a test cares about. */
export interface CompletionParts {
  readonly content?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly refusal?: unknown;
  readonly finishReason?: string | null;
  readonly usage?: unknown;
}

/** The body of a chat completion. */
export function completionBody(parts: CompletionParts = {}): string {
  const {
    finishReason = "stop",
    usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    ...message
  } = parts;
  return JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finishReason }],
    usage,
  });
}

function json(status: number, value: unknown, headers: Headers = {}): Behaviour {
  return {
    kind: "reply",
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(value),
  };
}

function error(
  status: number,
  message: string,
  more: { code?: string | number; type?: string; headers?: Headers } = {},
): Behaviour {
  const { code = null, type = "error", headers = {} } = more;
  return json(status, { error: { message, type, param: null, code } }, headers);
}

function html(status: number, title: string): Behaviour {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body>…</body></html>`;
  return { kind: "reply", status, headers: { "content-type": "text/html" }, body };
}

const overflows = {
  openai: error(400, "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens.", {
    code: "context_length_exceeded",
  }),
  vllm: json(400, {
    object: "error",
    message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens in the messages.",
    type: "BadRequestError",
    code: 400,
  }),
  llamacpp: error(400, "the request exceeds the available context size, try increasing it", {
    code: 400,
    type: "exceed_context_size_error",
  }),
  sglang: json(400, {
    object: "error",
    message: "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
    code: 400,
  }),
} as const;

/** Everything a server does, well or badly. */
export const answer = {
  ok: (content = "ok", parts: Omit<CompletionParts, "content"> = {}): Behaviour =>
    answer.body(completionBody({ content, ...parts })),
  /** status 200 with this body */
  body: (body: string, headers: Headers = { "content-type": "application/json" }): Behaviour => ({
    kind: "reply",
    status: 200,
    headers,
    body,
  }),
  json,
  error,
  /** plain text of any status, as proxies send it */
  text: (status: number, body: string): Behaviour => ({
    kind: "reply",
    status,
    headers: { "content-type": "text/plain" },
    body,
  }),
  redirect: (location: string): Behaviour => ({ kind: "reply", status: 302, headers: { location }, body: "" }),
  rateLimited: (headers: Headers = {}): Behaviour =>
    error(429, "Rate limit reached", { code: "rate_limit_exceeded", headers }),
  outOfCredit: (): Behaviour => error(429, "You exceeded your current quota", { code: "insufficient_quota" }),
  serverError: (): Behaviour => error(500, "internal error"),
  unavailable: (headers: Headers = {}): Behaviour => error(503, "Loading model", { headers }),
  badGateway: (): Behaviour => html(502, "502 Bad Gateway"),
  /** 401, repeating the key as some servers do */
  unauthorized: (key = "sk-…"): Behaviour =>
    error(401, `Incorrect API key provided: ${key}.`, { code: "invalid_api_key" }),
  contextOverflow: (server: keyof typeof overflows = "vllm"): Behaviour => overflows[server],
  htmlPage: (title = "Welcome"): Behaviour => html(200, title),
  garbageJson: (): Behaviour => answer.body('{"choices": [{"mess'),
  emptyChoices: (): Behaviour => answer.body('{"id":"x","object":"chat.completion","choices":[]}'),
  nullContent: (): Behaviour => answer.body(completionBody({ content: null, finishReason: "tool_calls" })),
  resetBeforeHeaders: (): Behaviour => ({ kind: "reset", at: "headers", body: "" }),
  halfBodyThenReset: (): Behaviour => ({ kind: "reset", at: "body", body: completionBody({ content: "half" }) }),
  stallBeforeHeaders: (): Behaviour => ({ kind: "stall", at: "headers", body: "" }),
  stallInBody: (): Behaviour => ({ kind: "stall", at: "body", body: completionBody({ content: "stalled" }) }),
  slowDrip: (everyMs = 20): Behaviour => ({ kind: "drip", everyMs, body: completionBody({ content: "slow" }) }),
  inPieces: (content: string, size = 1): Behaviour => ({ kind: "pieces", size, body: completionBody({ content }) }),
};

/** A chat request as it arrived. */
export interface ModelRequest {
  /** 0 for the first chat request of this server */
  readonly index: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** what was sent, to the byte */
  readonly text: string;
  /** what was sent, parsed */
  readonly body: Readonly<Record<string, unknown>>;
  /** content of the last message */
  readonly prompt: string;
  /** when it had arrived, in milliseconds of `performance.now()` */
  readonly startMs: number;
  /** when its reply was sent or its connection ended */
  endMs?: number;
}

/** What is known besides the request. */
interface ReplyContext {
  /** chat requests that arrived before */
  readonly index: number;
  /** chat requests that wait for their reply, this one included */
  readonly inFlight: number;
}

/** Decides what happens to a chat request; a promise holds the request back until it is resolved. */
export type Reply = (request: ModelRequest, context: ReplyContext) => Behaviour | Promise<Behaviour>;

/** A behaviour for each chat request in turn; the last one stays. */
export function inTurn(...behaviours: [Behaviour, ...Behaviour[]]): Reply {
  return (_, { index }) => behaviours[Math.min(index, behaviours.length - 1)] ?? behaviours[0];
}

/** So many good answers, then something else for ever. */
export function afterGood(count: number, behaviour: Behaviour): Reply {
  return (_, { index }) => (index < count ? answer.ok() : behaviour);
}

/** What OpenAI's reasoning models say to `max_tokens`. */
export function wantsMaxCompletionTokens(otherwise: Reply = () => answer.ok()): Reply {
  return (request, context) =>
    "max_tokens" in request.body
      ? error(
          400,
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          {
            code: "unsupported_parameter",
          },
        )
      : otherwise(request, context);
}

/** Opens on demand: what waits for `opened` goes on once `open` was called. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

/** A closed gate, to hold replies back. */
export function gate(): Gate {
  let open = ignore;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export interface ModelServerOptions {
  /** default: every request is answered with `ok` */
  readonly reply?: Reply;
  /** what GET /models lists; left out: 404 */
  readonly models?: readonly string[];
  /** replaces the list of models by anything else */
  readonly modelsReply?: () => Behaviour;
  /** where the API is; default `/v1` */
  readonly basePath?: string;
  /** serves https */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** What a server saw. */
interface ServerLog {
  /** chat requests in the order of their arrival */
  readonly requests: ModelRequest[];
  /** most chat requests that were in flight at the same time */
  maxInFlight: number;
  /** connections that were opened */
  connections: number;
  /** number of requests for the list of models */
  modelsRequests: number;
  /** headers of the last request for the list of models */
  modelsHeaders: IncomingHttpHeaders | undefined;
}

/** A server on a free port of the loopback interface; `await using` closes it. */
export interface ModelServer extends Readonly<ServerLog>, AsyncDisposable {
  /** with the base path */
  readonly url: string;
  readonly origin: string;
  /** resolves when so many chat requests have arrived */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server that behaves as told. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const { basePath = "/v1", tls } = options;
  const log: ServerLog = { requests: [], maxInFlight: 0, connections: 0, modelsRequests: 0, modelsHeaders: undefined };
  const sockets = new Set<Socket>();
  const arrivals = new EventEmitter();
  const onRequest = requestListener(options, log, arrivals);
  const server = tls === undefined ? createServer(onRequest) : createSecureServer(tls, onRequest);
  server.on("connection", (socket: Socket) => {
    log.connections += 1;
    sockets.add(socket);
    socket.on("error", ignore);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const origin = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }

  async function arrived(count: number): Promise<void> {
    while (log.requests.length < count) await once(arrivals, "chat");
  }

  return Object.assign(log, { url: `${origin}${basePath}`, origin, arrived, close, [Symbol.asyncDispose]: close });
}

type Listener = (incoming: IncomingMessage, response: ServerResponse) => void;

function requestListener(options: ModelServerOptions, log: ServerLog, arrivals: EventEmitter): Listener {
  const { reply = () => answer.ok(), models, modelsReply, basePath = "/v1" } = options;
  let inFlight = 0;

  async function onChat(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = requestOf(incoming, await textOf(incoming), log.requests.length);
    log.requests.push(request);
    inFlight += 1;
    log.maxInFlight = Math.max(log.maxInFlight, inFlight);
    response.once("close", () => {
      inFlight -= 1;
      request.endMs = performance.now();
    });
    arrivals.emit("chat");
    await perform(await reply(request, { index: request.index, inFlight }), response);
  }

  async function onModels(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    log.modelsRequests += 1;
    log.modelsHeaders = incoming.headers;
    const data = models?.map((id) => ({ id, object: "model", created: 1_700_000_000, owned_by: "test" }));
    const usual = data === undefined ? answer.error(404, "Not Found") : answer.json(200, { object: "list", data });
    await perform(modelsReply?.() ?? usual, response);
  }

  return (incoming, response) => {
    const call = `${incoming.method} ${incoming.url?.replace(/\?.*/, "")}`;
    response.on("error", ignore);
    if (call === `POST ${basePath}/chat/completions`) void onChat(incoming, response);
    else if (call === `GET ${basePath}/models`) void onModels(incoming, response);
    else void perform(answer.error(404, "Not Found"), response);
  };
}

function ignore(): void {
  // connections break here on purpose
}

const bodySchema = z.looseObject({ messages: z.array(z.looseObject({ content: z.string() })).catch([]) });

function requestOf(incoming: IncomingMessage, text: string, index: number): ModelRequest {
  const body = bodySchema.parse(JSON.parse(text));
  return {
    index,
    path: incoming.url ?? "",
    headers: incoming.headers,
    text,
    body,
    prompt: body.messages.at(-1)?.content ?? "",
    startMs: performance.now(),
  };
}

async function perform(behaviour: Behaviour, response: ServerResponse): Promise<void> {
  const bytes = Buffer.from(behaviour.body);
  if (behaviour.kind === "reply") {
    response.writeHead(behaviour.status, { ...behaviour.headers, "content-length": bytes.length }).end(bytes);
    return;
  }
  const isBreak = behaviour.kind === "reset" || behaviour.kind === "stall";
  if (!isBreak || behaviour.at === "body")
    response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length });
  if (behaviour.kind === "drip") await sendPieces(response, bytes, { size: 1, everyMs: behaviour.everyMs });
  if (behaviour.kind === "pieces") await sendPieces(response, bytes, { size: behaviour.size, everyMs: 0 });
  if (isBreak && behaviour.at === "body") await sendHalf(response, bytes);
  if (behaviour.kind === "reset") response.socket?.resetAndDestroy();
}

function sendHalf(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes.subarray(0, bytes.length / 2), () => resolve());
  });
}

async function sendPieces(
  response: ServerResponse,
  bytes: Buffer,
  { size, everyMs }: { size: number; everyMs: number },
): Promise<void> {
  for (let start = 0; start < bytes.length && !response.destroyed; start += size) {
    response.write(bytes.subarray(start, start + size));
    await new Promise((resolve) => {
      setTimeout(resolve, everyMs);
    });
  }
  response.end();
}
