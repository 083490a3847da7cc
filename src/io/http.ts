import { X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates } from "node:tls";
import { EnvHttpProxyAgent, Pool, type Dispatcher } from "undici";
import { EvalError } from "../domain/eval-error.js";
import { httpFailure, type HttpFailure } from "./http-failure.js";

/** Proxies, as the usual environment variables hold them. Loopback addresses are always reached directly. */
export interface ProxySettings {
  /** proxy for http:// addresses (HTTP_PROXY) */
  readonly httpProxy?: string | undefined;
  /** proxy for https:// addresses (HTTPS_PROXY) */
  readonly httpsProxy?: string | undefined;
  /** hosts reached without proxy, separated by commas; `*` for all (NO_PROXY) */
  readonly noProxy?: string | undefined;
}

/** How to reach one server. */
export interface HttpTransportOptions {
  /** `https://host:port` */
  readonly origin: string;
  readonly connectTimeoutMs: number;
  /** PEM text of private authorities, trusted beside the usual ones */
  readonly ca?: string | undefined;
  readonly proxy?: ProxySettings | undefined;
  /** connections open at most; further requests wait for one to become free */
  readonly maxConnections: number;
  /** longest reply accepted, in bytes */
  readonly maxReplyBytes: number;
}

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** path and query */
  readonly path: string;
  /** names and values in turn */
  readonly headers: string[];
  readonly body?: string;
  /** from the first byte sent to the last byte received, connecting included */
  readonly timeoutMs: number;
  /** how the reply's body becomes text: UTF-8 unless told; `latin1` keeps each byte as one character, for files that are no text */
  readonly encoding?: "utf8" | "latin1";
  /** gives up the request; each use costs a listener, so the many requests of a run do without */
  readonly cancel?: AbortSignal | undefined;
}

/** A complete reply, of any status. */
export interface HttpReply {
  readonly kind: "reply";
  readonly status: number;
  /** names are in lower case */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type HttpOutcome = HttpReply | HttpFailure;

/** Connections to one server. */
export interface HttpTransport {
  /** One try. Never rejects: what goes wrong on the way is an outcome of kind `failed`. Redirects are not followed. */
  request(request: HttpRequest): Promise<HttpOutcome>;
  /** Cuts what is in flight and closes all connections. */
  close(): Promise<void>;
}

/** Opens kept-alive connections to one server as they are needed. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  const { origin } = options;
  const { host } = new URL(origin);
  const dispatcher = openDispatcher(options);
  return {
    request(request) {
      return new Promise((resolve) => {
        const exchange = new Exchange(request, host, resolve);
        const { method, path, headers, body = null } = request;
        dispatcher.dispatch({ origin, method, path, headers, body }, exchange);
      });
    },
    async close() {
      await dispatcher.destroy();
    },
  };
}

function openDispatcher(options: HttpTransportOptions): Dispatcher {
  const { origin, connectTimeoutMs, ca, proxy, maxConnections, maxReplyBytes } = options;
  const url = new URL(origin);
  const connect = { timeout: connectTimeoutMs, ...(ca !== undefined && { secureContext: trusting(ca) }) };
  const limits = {
    // each request has a timeout of its own, which covers all of it
    headersTimeout: 0,
    bodyTimeout: 0,
    connections: maxConnections,
    pipelining: 1,
    maxResponseSize: maxReplyBytes,
  };
  const proxyText = url.protocol === "https:" ? proxy?.httpsProxy : proxy?.httpProxy;
  if (proxyText === undefined || proxyText === "" || isLoopback(url.hostname))
    return new Pool(origin, { ...limits, connect });
  const uri = parseProxyUrl(proxyText).href;
  return new EnvHttpProxyAgent({
    ...limits,
    connect,
    requestTls: connect,
    proxyTls: connect,
    httpProxy: uri,
    httpsProxy: uri,
    noProxy: proxy?.noProxy ?? "",
    // proxies commonly refuse tunnels to ports other than 443
    proxyTunnel: false,
  });
}

/**
 * Reads a proxy's address, which commonly lacks its scheme.
 *
 * @throws {EvalError} `input`; the address is not repeated since it may hold a password
 */
function parseProxyUrl(text: string): URL {
  const withScheme = text.includes("://") ? text : `http://${text}`;
  // a lone percent sign in a password cannot be decoded
  if (!/^https?:/i.test(withScheme) || !URL.canParse(withScheme) || /%(?![\da-f]{2})/i.test(withScheme))
    throw new EvalError("input", "the proxy's address is not an http or https URL", {
      hint: "for example http://proxy.example.com:3128",
    });
  return new URL(withScheme);
}

/** Made once: parsing some 140 root certificates for each connection would take longer than connecting. */
function trusting(ca: string): ReturnType<typeof createSecureContext> {
  try {
    const certificates = ca.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [""];
    // a secure context leaves out what it cannot read, without a word
    certificates.map((certificate) => new X509Certificate(certificate));
    return createSecureContext({ ca: [...rootCertificates, ca] });
  } catch (error) {
    throw new EvalError("input", "the file of certificate authorities cannot be read as PEM", {
      hint: "--ca-file takes a text file with -----BEGIN CERTIFICATE----- lines",
      cause: error,
    });
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/** A reply as it comes in. A class, since one is made per request and closures for each event would cost more than the rest. */
class Exchange implements Dispatcher.DispatchHandler {
  // not the whole request: its body, once on its way, would only be kept
  readonly timeoutMs: number;
  readonly encoding: HttpRequest["encoding"];
  readonly cancel: AbortSignal | undefined;
  readonly host: string;
  readonly timer: NodeJS.Timeout;
  readonly chunks: Buffer[] = [];
  resolve: ((outcome: HttpOutcome) => void) | undefined;
  onCancel: (() => void) | undefined;
  controller: Dispatcher.DispatchController | undefined;
  status = 0;
  headers: HttpReply["headers"] = {};

  constructor({ timeoutMs, encoding, cancel }: HttpRequest, host: string, resolve: (outcome: HttpOutcome) => void) {
    this.timeoutMs = timeoutMs;
    this.encoding = encoding;
    this.cancel = cancel;
    this.host = host;
    this.resolve = resolve;
    this.timer = setTimeout(onTimeout, timeoutMs, this);
    if (cancel !== undefined) listenForCancel(this, cancel);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.chunks.length = 0;
    if (this.resolve === undefined) controller.abort(givenUp);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpReply["headers"]): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { status, headers, chunks, encoding = "utf8" } = this;
    const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    this.settle({ kind: "reply", status, headers, body: bytes?.toString(encoding) ?? "" });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.settle(httpFailure(error, { host: this.host, replyHasBegun: this.status >= 200 }));
  }

  settle(outcome: HttpOutcome): void {
    clearTimeout(this.timer);
    if (this.onCancel !== undefined) this.cancel?.removeEventListener("abort", this.onCancel);
    const { resolve } = this;
    this.resolve = undefined;
    resolve?.(outcome);
  }

  /** A request that still waits for its connection has no controller yet: `onRequestStart` sees that it is settled. */
  giveUp(failure: HttpFailure): void {
    this.settle(failure);
    this.controller?.abort(givenUp);
  }
}

/** Never seen: an exchange is settled before it is aborted. One for all, since a stack is costly. */
const givenUp = new Error("given up");

function onTimeout(exchange: Exchange): void {
  const seconds = exchange.timeoutMs / 1_000;
  const begun = exchange.status >= 200 ? "it had begun" : "none had begun";
  exchange.giveUp({ kind: "failed", reason: "timeout", message: `no complete reply within ${seconds} s (${begun})` });
}

function listenForCancel(exchange: Exchange, cancel: AbortSignal): void {
  const failure: HttpFailure = { kind: "failed", reason: "cancelled", message: "given up" };
  if (cancel.aborted) {
    exchange.giveUp(failure);
    return;
  }
  exchange.onCancel = () => {
    exchange.giveUp(failure);
  };
  cancel.addEventListener("abort", exchange.onCancel);
}
