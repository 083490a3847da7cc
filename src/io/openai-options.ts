import { parseBaseUrl, type BaseUrl } from "../domain/server/base-url.js";
import { EvalError } from "../domain/eval-error.js";
import type { RetrySchedule } from "../domain/server/retry-policy.js";
import { oneLine, redactor } from "../domain/server/server-message.js";
import type { ProxySettings } from "./http.js";
import type { Limiter, MaxWorkers } from "./limiter.js";

/** How to reach a model, and how patiently. */
export interface OpenAIModelOptions {
  /** as people type it: see `parseBaseUrl` */
  readonly baseUrl: string;
  readonly model: string;
  /** Never part of an error or a message. Without it no Authorization header is sent. */
  readonly apiKey?: string | undefined;
  /** the option of the command line that names the variable of the key, for messages; default `--api-key-env` */
  readonly keyOption?: string | undefined;
  /** requests in flight at most; default `auto`: as many as the server bears */
  readonly maxWorkers?: MaxWorkers | undefined;
  /** shared by all models behind one endpoint, in place of `maxWorkers`; one of its own where left out */
  readonly limiter?: Limiter | undefined;
  /** time for one try, connecting and the whole reply included, in milliseconds; default 600,000 */
  readonly timeoutMs?: number | undefined;
  /** time to connect, in milliseconds; default 10,000 */
  readonly connectTimeoutMs?: number | undefined;
  /** tries after the first; default 5 */
  readonly maxRetries?: number | undefined;
  /** upper bound of the first pause between tries, in milliseconds; default 1,000 */
  readonly retryBaseMs?: number | undefined;
  /** longest `Retry-After` that is honoured, in milliseconds; default 300,000 */
  readonly maxRetryAfterMs?: number | undefined;
  /** PEM text of private certificate authorities, trusted beside the usual ones */
  readonly ca?: string | undefined;
  readonly proxy?: ProxySettings | undefined;
  /** parameters for the body of each request that runs the model; they win over a chat's own, but not over what scoring needs */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** header fields for each request; the values are secrets like the key */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
  /** jitter, uniform in [0, 1); default `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** Options, checked and complete. */
export interface OpenAIModelSettings extends RetrySchedule {
  readonly baseUrl: BaseUrl;
  readonly model: string;
  readonly keyOption: string;
  /** names and values in turn */
  readonly headers: string[];
  readonly maxWorkers: MaxWorkers;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxRetries: number;
  readonly extraBody: Readonly<Record<string, unknown>> | undefined;
  /** makes a stranger's text one short line without secrets */
  readonly shown: (text: string) => string;
}

/** the longest delay a timer can take */
const longestMs = 2 ** 31 - 1;

/**
 * Checks options and fills in what is left out.
 *
 * @throws {EvalError} `input` where an option cannot be used; the message never holds a key or the value of a header
 */
export function openAIModelSettings(options: OpenAIModelOptions): OpenAIModelSettings {
  const baseUrl = parseBaseUrl(options.baseUrl);
  const apiKey = options.apiKey?.trim();
  const extraHeaders = Object.entries(options.extraHeaders ?? {}).map(([name, value]) => [name, value.trim()] as const);
  const timeoutMs = duration("timeoutMs", options.timeoutMs ?? 600_000, 1);
  const secrets = [
    apiKey ?? "",
    ...extraHeaders.map(([, value]) => value),
    ...baseUrl.secrets,
    ...proxySecrets(options.proxy),
  ];
  const redact = redactor(secrets);
  return {
    baseUrl,
    model: options.model,
    keyOption: options.keyOption ?? "--api-key-env",
    headers: headerFields(apiKey, extraHeaders),
    maxWorkers: checkedWorkers(options.maxWorkers ?? "auto"),
    timeoutMs,
    connectTimeoutMs: Math.min(timeoutMs, duration("connectTimeoutMs", options.connectTimeoutMs ?? 10_000, 1)),
    maxRetries: duration("maxRetries", options.maxRetries ?? 5, 0),
    retryBaseMs: duration("retryBaseMs", options.retryBaseMs ?? 1_000, 0),
    maxRetryAfterMs: duration("maxRetryAfterMs", options.maxRetryAfterMs ?? 300_000, 0),
    extraBody: checkedExtraBody(options.extraBody),
    random: options.random ?? Math.random,
    shown: (text) => oneLine(text, redact),
  };
}

function duration(name: string, value: number, min: number): number {
  if (!(value >= min)) throw new EvalError("input", `${name} must be a number of at least ${min}, not ${value}`);
  return Math.min(value, longestMs);
}

function checkedWorkers(maxWorkers: MaxWorkers): MaxWorkers {
  if (maxWorkers === "auto" || (Number.isInteger(maxWorkers) && maxWorkers >= 1)) return maxWorkers;
  throw new EvalError("input", `maxWorkers must be "auto" or a whole number of at least 1, not ${maxWorkers}`);
}

/** What would make the reply something else than one chat completion of this model. */
const ownParameters = ["model", "messages", "stream"];

function checkedExtraBody(extraBody: OpenAIModelOptions["extraBody"]): OpenAIModelOptions["extraBody"] {
  const taken = ownParameters.find((name) => extraBody !== undefined && name in extraBody);
  if (taken !== undefined)
    throw new EvalError("input", `the extra parameter "${taken}" cannot be set: branchbench sets it itself`);
  return extraBody;
}

/** Fields that describe the connection, not the request. */
const transportFields = /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect)$/i;

function headerFields(apiKey: string | undefined, extraHeaders: readonly (readonly [string, string])[]): string[] {
  const fields = new Map<string, string>([
    ["content-type", "application/json"],
    ["accept", "application/json"],
    ["user-agent", "branchbench"],
  ]);
  if (apiKey !== undefined && apiKey !== "")
    fields.set("authorization", `Bearer ${checkedValue("the API key", apiKey)}`);
  for (const [name, value] of extraHeaders) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || transportFields.test(name))
      throw new EvalError("input", `"${name}" cannot be the name of an extra header`);
    fields.set(name.toLowerCase(), checkedValue(`the value of the header "${name}"`, value));
  }
  return [...fields].flat();
}

function checkedValue(what: string, value: string): string {
  if (/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) return value;
  throw new EvalError("input", `${what} holds a character that cannot be sent in a header, such as a line break`, {
    hint: "check the variable or file that it comes from",
  });
}

/** What stands before the `@` of a proxy's address, both as typed and decoded; a proxy that is not used may be anything. */
function proxySecrets(proxy: ProxySettings | undefined): string[] {
  return [proxy?.httpProxy, proxy?.httpsProxy].flatMap((address) => {
    const credentials = /^(?:\w+:\/\/)?(.*)@/.exec(address ?? "")?.[1] ?? "";
    const parts = [credentials, ...credentials.split(":")];
    return [...parts, ...parts.filter((part) => !/%(?![\da-f]{2})/i.test(part)).map(decodeURIComponent)];
  });
}
