import { parseBaseUrl, shownBase } from "../domain/server/base-url.js";
import { EvalError } from "../domain/eval-error.js";
import { shownName } from "../domain/printable.js";
import { readTextFile } from "../io/data-sets.js";
import type { EndpointLimiters } from "../io/endpoint-limiters.js";
import { endpointLimiters } from "../io/endpoint-limiters.js";
import type { OpenAIModel } from "../io/openai.js";
import { openAIModel } from "../io/openai.js";
import type { CachedEndpoint } from "../io/response-cache.js";
import { checkServer } from "../pipeline/preflight.js";
import type { ServerFacts } from "../pipeline/run-manifest.js";
import type { Host } from "./host.js";
import type { BaseServerOptions, JudgeServerOptions, RequestOptions, ServerOptions } from "./options.js";

/** Which server plays which part. */
export interface ServerChoice extends ServerOptions {
  readonly model: string;
  /** environment variable read where `--api-key-env` names none */
  readonly defaultKeyEnv: string;
  /** the option that names the variable of its key */
  readonly keyOption: string;
  /** what its options begin with, such as `judge-`; nothing for the candidate */
  readonly flagPrefix?: string;
}

function flag({ flagPrefix = "" }: ServerChoice, name: string): string {
  return `--${flagPrefix}${name}`;
}

export function candidateServer(options: ServerOptions & { readonly model: string }): ServerChoice {
  return { ...options, defaultKeyEnv: "BRANCHBENCH_API_KEY", keyOption: "--api-key-env" };
}

export function judgeServer(options: JudgeServerOptions & { readonly judgeModel: string }): ServerChoice {
  return {
    model: options.judgeModel,
    serverUrl: options.judgeServerUrl,
    maxWorkers: options.judgeMaxWorkers,
    defaultKeyEnv: "BRANCHBENCH_JUDGE_API_KEY",
    keyOption: "--judge-api-key-env",
    flagPrefix: "judge-",
    ...(options.judgeApiKeyEnv !== undefined && { apiKeyEnv: options.judgeApiKeyEnv }),
    ...(options.judgeExtraBody !== undefined && { extraBody: options.judgeExtraBody }),
    ...(options.judgeExtraHeader !== undefined && { extraHeader: options.judgeExtraHeader }),
  };
}

/** What decides the answers is the same for both models unless it is told otherwise; keys and headers only go to the same server. */
export function baseServer(options: ServerOptions & BaseServerOptions & { readonly baseModel: string }): ServerChoice {
  const isSameServer = options.baseServerUrl === undefined;
  const extraBody = options.baseExtraBody ?? options.extraBody;
  const extraHeader = options.baseExtraHeader ?? (isSameServer ? options.extraHeader : undefined);
  const apiKeyEnv = options.baseApiKeyEnv ?? (isSameServer ? options.apiKeyEnv : undefined);
  return {
    model: options.baseModel,
    serverUrl: options.baseServerUrl ?? options.serverUrl,
    ...(extraBody !== undefined && { extraBody }),
    ...(extraHeader !== undefined && { extraHeader }),
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    maxWorkers: options.baseMaxWorkers ?? (isSameServer ? options.maxWorkers : "auto"),
    defaultKeyEnv: "BRANCHBENCH_API_KEY",
    keyOption: isSameServer && options.baseApiKeyEnv === undefined ? "--api-key-env" : "--base-api-key-env",
  };
}

/** What tells the replies of this model from others in the cache. */
export async function endpointOf(choice: ServerChoice): Promise<CachedEndpoint> {
  const { serverUrl, model, extraBody } = choice;
  const url = parseBaseUrl(serverUrl).shownUrl;
  if (extraBody === undefined) return { url, model };
  return { url, model, extraBody: await jsonObject(extraBody, flag(choice, "extra-body")) };
}

/** One limiter for each server among these. */
export function sharedLimiters(...choices: readonly ServerChoice[]): EndpointLimiters {
  return endpointLimiters(choices.map(({ serverUrl, maxWorkers }) => ({ baseUrl: serverUrl, maxWorkers })));
}

export interface CheckedModel {
  readonly client: OpenAIModel;
  readonly server: ServerFacts;
}

/** Opens a model, makes sure its server offers it, and closes it after the work. */
export async function withModel<Result>(
  choice: ServerChoice,
  context: {
    readonly requests: RequestOptions;
    readonly host: Host;
    readonly signal: AbortSignal;
    /** where several models are open at the same time, which may share a server */
    readonly limiters?: EndpointLimiters;
    /** `any` where other calls than that of chats may be made */
    readonly calls?: "chats" | "any";
  },
  work: (model: CheckedModel) => Promise<Result>,
): Promise<Result> {
  const { requests, host, signal } = context;
  const extraBody =
    choice.extraBody === undefined ? undefined : await jsonObject(choice.extraBody, flag(choice, "extra-body"));
  if (Object.hasOwn(choice.extraHeader ?? {}, ""))
    throw new EvalError("usage", `${flag(choice, "extra-header")} is not of the form 'Name: value'`);
  const client = openAIModel({
    baseUrl: choice.serverUrl,
    model: choice.model,
    apiKey: apiKey(choice, host),
    keyOption: choice.keyOption,
    maxWorkers: choice.maxWorkers,
    limiter: context.limiters?.(choice.serverUrl),
    timeoutMs: requests.timeout,
    connectTimeoutMs: requests.connectTimeout,
    maxRetries: requests.maxRetries,
    extraBody,
    extraHeaders: choice.extraHeader,
    ca: requests.caFile === undefined ? undefined : await readTextFile(requests.caFile),
    proxy: proxySettings(host),
  });
  try {
    const address = context.calls === "any" ? shownBase(client.url) : client.url;
    host.stderr.write(`${shownName(choice.model)}: ${address}\n`);
    const server = await checkServer(client, choice.model, {
      waitMs: requests.waitForServer ?? 0,
      allowUnlisted: requests.allowUnlistedModel === true,
      signal,
    });
    const extraHeaderNames = Object.keys(choice.extraHeader ?? {});
    return await work({
      client,
      server: { ...server, extraHeaderNames, ...(extraBody !== undefined && { extraBody }) },
    });
  } finally {
    await client.close();
  }
}

/** OPENAI_API_KEY goes to OpenAI only, never to whatever server was named. */
function apiKey(choice: ServerChoice, host: Host): string | undefined {
  if (choice.apiKeyEnv !== undefined) {
    const key = host.env[choice.apiKeyEnv];
    if (key !== undefined && key !== "") return key;
    throw new EvalError(
      "input",
      `the environment variable ${shownName(choice.apiKeyEnv)}, which should hold the key, is not set`,
      {
        hint: `set it (export ${shownName(choice.apiKeyEnv)}=…), or name another with ${choice.keyOption}`,
      },
    );
  }
  const own = host.env[choice.defaultKeyEnv];
  if (own !== undefined && own !== "") return own;
  return /^https:\/\/api\.openai\.com(\/|$)/.test(choice.serverUrl) ? host.env["OPENAI_API_KEY"] : undefined;
}

export function proxySettings(host: Host): {
  httpProxy?: string | undefined;
  httpsProxy?: string | undefined;
  noProxy?: string | undefined;
} {
  const { env } = host;
  return {
    httpProxy: env["http_proxy"] ?? env["HTTP_PROXY"],
    httpsProxy: env["https_proxy"] ?? env["HTTPS_PROXY"],
    noProxy: env["no_proxy"] ?? env["NO_PROXY"],
  };
}

/** The text itself, or the content of the file after an `@`. */
export async function textOrFile(value: string): Promise<string> {
  return value.startsWith("@") ? readTextFile(value.slice(1)) : value;
}

async function jsonObject(value: string, flag: string): Promise<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await textOrFile(value));
  } catch (error) {
    if (error instanceof EvalError) throw error;
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  // a file is mended, a command line is typed anew
  throw new EvalError(value.startsWith("@") ? "input" : "usage", `${flag} is not a JSON object`, {
    hint: `for example '{"top_p": 0.9}', or @FILE`,
  });
}
