import { EvalError } from "../eval-error.js";

/** A server's address, taken apart. */
export interface BaseUrl {
  /** scheme, host and port: `https://host:port` */
  readonly origin: string;
  /** path and query of the chat completions call */
  readonly chatPath: string;
  /** path of the API itself: `/v1` */
  readonly base: string;
  /** what follows each path: `?api-version=1`, or nothing */
  readonly query: string;
  /** path and query of the list of models */
  readonly modelsPath: string;
  /** whole URL of the chat completions call for people: query values that may be secret read `***` */
  readonly shownUrl: string;
  /** likewise, of the list of models */
  readonly shownModelsUrl: string;
  /** query values that must never be shown */
  readonly secrets: readonly string[];
}

/** One call of a server: where to send it, and its URL for people. */
export interface ServerCall {
  /** path and query */
  readonly path: string;
  readonly shownUrl: string;
}

/** A call as servers name it: one of the API (`/completions`), or one of the server itself, beside `/v1` (`/tokenize`). */
export interface CallPlace {
  readonly place: "api" | "server";
  /** begins with a slash */
  readonly path: string;
}

/** Where a call goes. */
export function serverCall(url: BaseUrl, { place, path: call }: CallPlace): ServerCall {
  const path = (place === "api" ? url.base : url.base.replace(/\/v\d+$/, "")) + call;
  const shownQuery = /\?.*$/.exec(url.shownUrl)?.[0] ?? "";
  return { path: path + url.query, shownUrl: url.origin + path + shownQuery };
}

/** The address of the API itself, given that of its chats (`BaseUrl.shownUrl`); a query is kept. */
export function shownBase(shownUrl: string): string {
  return shownUrl.replace(/\/chat\/completions(?=\?|$)/, "");
}

/**
 * Reads what people type as the address of an OpenAI-compatible server.
 *
 * | typed | called |
 * | --- | --- |
 * | `http://h:8000`, `http://h:8000/` | `/v1/chat/completions`: only a missing path becomes `/v1` |
 * | `https://h/openai/v1/`, `https://h/api` | the path as typed, then `/chat/completions` |
 * | `https://h/v1/chat/completions`, `https://h/v1/completions`, `https://h/v1/models` | the pasted call's own path is the base, even where that is `/` |
 * | `https://h/deployments/d?api-version=1` | the query goes with every call |
 * | `localhost:8000`, `10.0.0.5`, `gpu01` | `http://` |
 * | `api.example.com/v1` | `https://`: a full name without port is a public service, and a key must not travel in clear text |
 *
 * @throws {EvalError} `input` where it is no http or https URL, or where it holds a user name or password
 */
export function parseBaseUrl(typed: string): BaseUrl {
  const text = typed.trim();
  const url = parsed(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new EvalError("input", `base URL: ${url.protocol}// is not supported`, {
      hint: "an address begins with http:// or https://",
    });
  if (url.username !== "" || url.password !== "")
    throw new EvalError("input", "base URL: a user name or password inside the URL would end up in logs and reports", {
      hint: "pass the key with --api-key-env, or another credential with --extra-header",
    });
  const base = basePath(url.pathname);
  const shownSearch = withoutSecrets(url.searchParams);
  return {
    origin: url.origin,
    chatPath: `${base}/chat/completions${url.search}`,
    base,
    query: url.search,
    modelsPath: `${base}/models${url.search}`,
    shownUrl: `${url.origin}${base}/chat/completions${shownSearch}`,
    shownModelsUrl: `${url.origin}${base}/models${shownSearch}`,
    secrets: secretsOf(url),
  };
}

function parsed(text: string): URL {
  const withScheme = text.includes("://") ? text : `${schemeFor(text)}//${text}`;
  // only the host part is repeated in the message: the rest may hold a secret
  const shown = /^(?:\w+:\/\/)?[^/?#@]*/.exec(text)?.[0] ?? "";
  if (!URL.canParse(withScheme))
    throw new EvalError("input", `base URL: "${text.includes("@") ? "…" : shown}" is not a URL`, {
      hint: "for example http://localhost:8000/v1",
    });
  return new URL(withScheme);
}

function schemeFor(text: string): "http:" | "https:" {
  const host = /^[^/?#]*/.exec(text)?.[0] ?? "";
  const isFullName = /^[\w-]+(\.[\w-]+)*\.[a-z][\w-]*$/i.test(host);
  return isFullName ? "https:" : "http:";
}

/** Paths of calls that people paste whole. */
const calls = /\/(chat\/completions|completions|models)$/;

function basePath(pathname: string): string {
  const path = pathname.replaceAll(/\/{2,}/g, "/").replace(/\/$/, "");
  if (path === "") return "/v1";
  return path.replace(calls, "");
}

/** Everything else in a query is taken for a secret. */
function isPublic(name: string): boolean {
  return /^(api-?version|version|deployment|model|region)$/i.test(name);
}

/** Both as typed, percent signs and all, and as meant. */
function secretsOf(url: URL): string[] {
  const parts = url.search
    .slice(1)
    .split("&")
    .filter((part) => part !== "");
  const typed = parts.map((part) => part.replace(/^[^=]*=?/, ""));
  return [...url.searchParams].flatMap(([name, value], index) =>
    isPublic(name) ? [] : [value, typed[index] ?? value],
  );
}

function withoutSecrets(query: URLSearchParams): string {
  const parts = [...query].map(([name, value]) => `${name}=${isPublic(name) ? value : "***"}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}
