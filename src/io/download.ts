import { EvalError } from "../domain/eval-error.js";
import type { HttpReply, HttpTransport, ProxySettings } from "./http.js";
import { httpTransport } from "./http.js";

/** How files are fetched. */
export interface DownloadSettings {
  /** for one file, from the first byte to the last */
  readonly timeoutMs?: number;
  readonly proxy?: ProxySettings;
  /** PEM text of private authorities */
  readonly ca?: string;
  readonly signal?: AbortSignal;
}

/** A whole file. */
export interface Download {
  readonly bytes: Buffer;
  /** what the hub says of the file it leads to: a sha256 or a git blob id, without quotes */
  readonly linkedTag?: string;
}

/** Fetches files one after another, over connections that are kept. */
export interface Downloader {
  /** @throws EvalError `server` where the file does not come whole, `interrupted` where the signal says so */
  get(address: string): Promise<Download>;
  close(): Promise<void>;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;

/** @param offlineHint what to do without internet */
export function openDownloader(settings: DownloadSettings, offlineHint: string): Downloader {
  const transports = new Map<string, HttpTransport>();
  const transportTo = (origin: string): HttpTransport => {
    const open = transports.get(origin);
    if (open !== undefined) return open;
    const { ca, proxy } = settings;
    const transport = httpTransport({
      origin,
      connectTimeoutMs: 10_000,
      maxConnections: 1,
      maxReplyBytes: 64 * 1024 * 1024,
      ca,
      proxy,
    });
    transports.set(origin, transport);
    return transport;
  };

  async function fetchOnce(url: URL, address: string): Promise<HttpReply> {
    const outcome = await transportTo(url.origin).request({
      method: "GET",
      path: `${url.pathname}${url.search}`,
      headers: ["accept", "*/*"],
      timeoutMs: settings.timeoutMs ?? 60_000,
      encoding: "latin1",
      cancel: settings.signal,
    });
    if (outcome.kind === "reply") return outcome;
    if (outcome.reason === "cancelled")
      throw new EvalError("interrupted", "stopped before the end; the files that are whole are kept");
    throw new EvalError("server", `cannot download ${address}: ${outcome.message}`, { hint: offlineHint });
  }

  return {
    async get(address) {
      let url = httpUrl(address);
      let linkedTag: string | undefined;
      for (let hop = 0; hop <= maxRedirects; hop++) {
        const reply = await fetchOnce(url, address);
        linkedTag ??= tagOf(reply);
        const { status, headers } = reply;
        const location = headers["location"];
        if (status === 200)
          return { bytes: Buffer.from(reply.body, "latin1"), ...(linkedTag !== undefined && { linkedTag }) };
        if (!redirects.has(status) || typeof location !== "string")
          throw new EvalError("server", `cannot download ${address}: HTTP ${status}`, { hint: offlineHint });
        url = redirected(url, location, address);
      }
      throw new EvalError("server", `cannot download ${address}: it leads from page to page`, { hint: offlineHint });
    },
    async close() {
      for (const transport of transports.values()) await transport.close();
    },
  };
}

/** An address below another, whether or not that ends in a slash. */
export function below(address: string, path: string): string {
  return `${address.replace(/\/+$/, "")}/${path}`;
}

function httpUrl(address: string): URL {
  if (URL.canParse(address) && /^https?:/i.test(address)) return new URL(address);
  throw new EvalError("input", `${address} is not an http(s) address`);
}

/** Where a reply leads; never from an encrypted connection to an open one. */
function redirected(from: URL, location: string, address: string): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && from.protocol === "http:");
  if (url !== undefined && isSafe) return url;
  throw new EvalError("server", `cannot download ${address}: it leads to an address that is not followed`);
}

function tagOf({ headers }: HttpReply): string | undefined {
  const tag = headers["x-linked-etag"];
  return typeof tag === "string" ? /^(?:W\/)?"?([0-9a-f]+)"?$/.exec(tag)?.[1] : undefined;
}

/** @param why what shows it */
export function notPublished(url: string, why: string): EvalError {
  return new EvalError("server", `${url} is not the published file (${why}); nothing was kept`, {
    hint: "the download was cut or altered on the way: try again, or from another network",
  });
}
