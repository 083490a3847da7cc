import { EvalError } from "../eval-error.js";
import type { RefusalKind } from "./retry-policy.js";

/** Who refused, and in which words; everything here is fit to be shown. */
export interface Refusal {
  readonly url: string;
  readonly model: string;
  readonly status: number;
  readonly said: string;
  /** the option that names the variable of this server's key */
  readonly keyOption: string;
  /** where a redirect points */
  readonly location?: string;
  /** models that the server offers, where it lists them */
  readonly offered?: readonly string[];
}

/** The error that ends a run because a server will not serve it. */
export function refusalError(kind: RefusalKind, refusal: Refusal): EvalError {
  const { what, wayOut } = wordings[kind];
  const said = refusal.said === "" ? "" : `: ${refusal.said}`;
  return new EvalError("server", `${refusal.url}: ${what(refusal)} (HTTP ${refusal.status})${said}`, {
    hint: wayOut(refusal),
  });
}

type Wording = (refusal: Refusal) => string;

const wordings: Readonly<Record<RefusalKind, { readonly what: Wording; readonly wayOut: Wording }>> = {
  key: {
    what: () => "the server does not accept the API key",
    wayOut: ({ keyOption }) => `check the key, and that ${keyOption} names the variable that holds it`,
  },
  credit: {
    what: () => "the account has no credit left",
    wayOut: () =>
      "top up the account or use another key; what is finished is saved, and the same command goes on from there",
  },
  forbidden: {
    what: () => "the server denies access",
    wayOut: ({ model }) => `check that the key may use the model "${model}", and that no proxy stands in between`,
  },
  redirected: {
    what: () => "the server redirects elsewhere",
    wayOut: ({ location }) =>
      location === undefined ? "check the base URL" : `it points to ${location}: use an address there as the base URL`,
  },
  "not-found": {
    what: ({ model, offered }) =>
      offered === undefined || offered.includes(model) ? "not found" : `unknown model "${model}"`,
    wayOut: wayOutOfNotFound,
  },
};

const mostNamed = 10;

function wayOutOfNotFound({ url, model, offered }: Refusal): string {
  if (offered === undefined)
    return `unknown model "${model}" or wrong URL: a base URL usually ends in /v1, and ${url} was called`;
  if (offered.includes(model)) return `the server lists the model "${model}", so the path of the URL is probably wrong`;
  const more = offered.length > mostNamed ? ` and ${offered.length - mostNamed} more` : "";
  return `the server offers: ${offered.slice(0, mostNamed).join(", ")}${more}`;
}

/** The error that ends a run because a server answered no call as it should. */
export function hopelessError(
  kind: "rejects-everything" | "gone" | "silent",
  last: { readonly url: string; readonly message: string; readonly callsInARow: number },
): EvalError {
  const { url, message, callsInARow } = last;
  if (kind === "silent")
    return new EvalError("server", `${url}: no reply to ${callsInARow} requests one after the other: ${message}`, {
      hint: "the server hangs, or --timeout is too short for it; the same command goes on where this one stopped",
    });
  if (kind === "gone")
    return new EvalError(
      "server",
      `${url}: ${callsInARow} requests in a row failed with all their tries, the last one: ${message}`,
      {
        hint: "start the server again, then run the same command: it goes on where it stopped",
      },
    );
  return new EvalError(
    "server",
    `${url}: the server rejected each of the first ${callsInARow} requests, the last one: ${message}`,
    {
      hint: "mend what the server complains about: model, token limit, extra parameters; what was asked stands in the .failed.jsonl",
    },
  );
}

/** The error that ends a run because no secure connection can be made; trying again would not help. */
export function tlsError(
  kind: "certificate" | "not-tls",
  { url, message }: { url: string; message: string },
): EvalError {
  return new EvalError("server", `${url}: ${message}`, {
    hint:
      kind === "certificate"
        ? "--ca-file names a PEM file with the certificate of a private authority"
        : "use an address that begins with http://, or the port on which the server speaks https",
  });
}
