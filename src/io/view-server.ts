import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { EvalError } from "../domain/eval-error.js";
import { listenOnLoopback, loopbackHost } from "./loopback-server.js";

/** What is served; where it comes from is not the server's business. */
export interface ViewSite {
  /** the page at `/`, and what it is allowed to do (Content-Security-Policy) */
  readonly page: () => Promise<{ readonly html: string; readonly contentSecurityPolicy: string }>;
  /** answers `GET /api/<name>?…` with JSON; undefined is 404 */
  readonly read: (name: string, query: Readonly<Record<string, string>>) => Promise<unknown>;
  /** answers `POST /api/<name>` with JSON; undefined is 404 */
  readonly write: (name: string, body: unknown) => Promise<unknown>;
  /** the lines of `GET /api/changes`, until the signal is aborted */
  readonly changes: (signal: AbortSignal) => AsyncIterable<object>;
}

/** A running viewer; `await using` closes it. */
export interface ViewServer extends AsyncDisposable {
  /** address of the page with the token that opens it */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** The header in which the page sends its token: unlike a cookie, the browser never adds it by itself, and not for another port. */
export const tokenHeader = "x-branchbench-token";

const tokenBytes = 32;
const maxBodyBytes = 64 * 1024;

/**
 * Serves the viewer on 127.0.0.1 to whoever knows the token. Every request needs it, the page in its address and the rest in a header; a
 * request for another host (DNS rebinding) or from another origin is refused.
 *
 * @throws EvalError `input` where the port cannot be used
 */
export async function startViewServer(site: ViewSite, options: { readonly port?: number } = {}): Promise<ViewServer> {
  const token = randomBytes(tokenBytes).toString("base64url");
  const closing = new AbortController();
  // known once the server listens, which is before the first request
  const own: { hosts: readonly string[] } = { hosts: [] };
  const app = createApp(site, { token, closing: closing.signal, hosts: () => own.hosts });
  const server = await listenOnLoopback({ fetch: app.fetch, port: options.port ?? 0, what: "the viewer" });
  own.hosts = [`${loopbackHost}:${server.port}`, `localhost:${server.port}`];
  const close = async (): Promise<void> => {
    closing.abort();
    await server.close();
  };
  const url = `http://${loopbackHost}:${server.port}/?token=${token}`;
  return { url, port: server.port, token, close, [Symbol.asyncDispose]: close };
}

interface Door {
  readonly token: string;
  /** aborted when the server closes */
  readonly closing: AbortSignal;
  /** host and port under which the server may be asked */
  readonly hosts: () => readonly string[];
}

function createApp(site: ViewSite, door: Door): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const refusal = refusalOf(context, door);
    if (refusal === undefined) await next();
    else context.res = refuse(context, 403, refusal);
    for (const [name, value] of Object.entries(safeHeaders)) context.header(name, value);
    // what is not the page needs nothing at all
    if (!context.res.headers.has("content-security-policy"))
      context.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  });
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (context) => refuse(context, 413, `the body is larger than ${maxBodyBytes} bytes`),
    }),
  );

  app.get("/", async (context) => {
    const { html, contentSecurityPolicy } = await site.page();
    return context.html(html, 200, { "content-security-policy": withoutFrames(contentSecurityPolicy) });
  });
  app.get("/api/changes", (context) => changes(site, AbortSignal.any([context.req.raw.signal, door.closing])));
  app.get("/api/:name", async (context) =>
    reply(context, await site.read(context.req.param("name"), context.req.query())),
  );
  app.post("/api/:name", async (context) => {
    const body = await readBody(context);
    if (body === undefined) return refuse(context, 400, "the body is not JSON");
    return reply(context, await site.write(context.req.param("name"), body.value));
  });
  app.notFound((context) => refuse(context, 404, "there is no such page"));
  app.onError((error, context) => {
    if (!(error instanceof EvalError)) return refuse(context, 500, error.message);
    return refuse(context, error.code === "locked" || error.code === "conflict" ? 409 : 400, sentence(error));
  });
  return app;
}

const safeHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Why a request is not answered at all; nothing is read before this. */
function refusalOf(context: Context, { token, hosts }: Door): string | undefined {
  const { req } = context;
  if (!hosts().includes(req.header("host") ?? "")) return "this server answers for its own address only";
  const origin = req.header("origin");
  const isWrite = req.method !== "GET" && req.method !== "HEAD";
  if (origin === undefined ? isWrite : !hosts().some((host) => origin === `http://${host}`))
    return "this server answers its own pages only";
  // the page is opened by its address; what the page asks for carries a header
  const given = req.path === "/" && !isWrite ? req.query("token") : req.header(tokenHeader);
  return given !== undefined && isSame(given, token)
    ? undefined
    : "the token is missing or wrong: open the address that branchbench view printed";
}

/** Takes the same time however much of the token is right. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** A header can forbid frames; a page cannot do so by itself. */
function withoutFrames(policy: string): string {
  return /(^|;)\s*frame-ancestors\s/.test(policy) ? policy : `${policy}; frame-ancestors 'none'`;
}

const refuse = (context: Context, status: 400 | 403 | 404 | 409 | 413 | 500, message: string): Response =>
  context.json({ error: message }, status);

function reply(context: Context, value: unknown): Response {
  return value === undefined ? refuse(context, 404, "there is no such thing") : context.json(value);
}

function sentence({ message, hint }: EvalError): string {
  return hint === undefined ? message : `${message} (${hint})`;
}

async function readBody(context: Context): Promise<{ readonly value: unknown } | undefined> {
  if (!/^application\/json\s*(;|$)/i.test(context.req.header("content-type") ?? "")) return undefined;
  try {
    return { value: await context.req.json() };
  } catch (error) {
    // the limit of the body's size is told by an error of its own
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** One JSON document a line for as long as somebody listens. */
function changes(site: ViewSite, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const stopped = new AbortController();
  const all = AbortSignal.any([signal, stopped.signal]);
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const change of site.changes(all)) yield encoder.encode(`${JSON.stringify(change)}\n`);
  }
  const iterator = lines();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => stopped.abort(),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}
