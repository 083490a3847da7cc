/** Why an exchange gave no complete reply. */
type HttpFailureReason =
  | "connection"
  | "timeout"
  /** the server's certificate is not trusted */
  | "certificate"
  /** https was spoken to a server that does not speak it */
  | "not-tls"
  /** the reply is longer than what is accepted */
  | "too-large"
  /** the caller gave up */
  | "cancelled";

/** An exchange without a complete reply. */
export interface HttpFailure {
  readonly kind: "failed";
  readonly reason: HttpFailureReason;
  readonly message: string;
}

/** What errors of sockets, TLS and undici carry. */
interface CodedError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

const certificateCode =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH)/;
const notTlsCode = /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/;

/** Puts an error of the transport into a few words. Nothing of the error is kept: it may hold the request with its headers. */
export function httpFailure(error: unknown, context: { host: string; replyHasBegun: boolean }): HttpFailure {
  const coded = codedError(error);
  const code = typeof coded.code === "string" ? coded.code : "";
  if (certificateCode.test(code))
    return {
      kind: "failed",
      reason: "certificate",
      message: `the certificate of ${context.host} is not trusted: ${text(coded)}`,
    };
  if (notTlsCode.test(code))
    return { kind: "failed", reason: "not-tls", message: `${context.host} does not speak TLS (https) on this port` };
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE")
    return { kind: "failed", reason: "too-large", message: "the reply is too large" };
  return { kind: "failed", reason: "connection", message: connectionMessage(code, coded, context) };
}

/** The innermost error: several addresses were tried, or a proxy's TLS error is wrapped. */
function codedError(error: unknown): CodedError {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const coded: CodedError = error;
  if (Array.isArray(coded.errors) && coded.errors.length > 0) return codedError(coded.errors.at(-1));
  return coded.code === "UND_ERR_PRX_TLS" ? codedError(coded.cause) : coded;
}

function text({ message }: CodedError): string {
  return typeof message === "string" ? message : "";
}

type Wording = (host: string) => string;

const inTime: Wording = (host) => `${host} did not accept the connection in time`;
const noRoute: Wording = (host) => `no route to ${host}`;

const wordings: ReadonlyMap<string, Wording> = new Map([
  ["ENOTFOUND", (host) => `the host name of ${host} is unknown`],
  ["EAI_AGAIN", (host) => `the host name of ${host} cannot be looked up at present`],
  ["EHOSTUNREACH", noRoute],
  ["ENETUNREACH", noRoute],
  ["ETIMEDOUT", inTime],
  ["UND_ERR_CONNECT_TIMEOUT", inTime],
]);

const breakCode = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/;
const proxyRefusal = /^Proxy (?:response \((\d+)\)|Authentication Required \((407)\))/;

function connectionMessage(code: string, error: CodedError, context: { host: string; replyHasBegun: boolean }): string {
  const { host, replyHasBegun } = context;
  if (code === "ECONNREFUSED")
    return `connection refused by ${typeof error.address === "string" ? `${error.address}:${String(error.port)}` : host}`;
  const isUnparsable = error.name === "HTTPParserError";
  if (isUnparsable && !replyHasBegun) return `${host} does not speak HTTP`;
  if (isUnparsable || breakCode.test(code))
    return `the connection broke ${replyHasBegun ? "in the middle of the reply" : "before a reply came"}`;
  const message = text(error);
  const proxyStatus = proxyRefusal.exec(message);
  if (proxyStatus !== null)
    return `the proxy refused the connection to ${host} (HTTP ${proxyStatus[1] ?? proxyStatus[2] ?? ""})`;
  return wordings.get(code)?.(host) ?? (code === "" ? message : `${message} (${code})`);
}
