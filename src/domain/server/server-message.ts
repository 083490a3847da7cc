import { z } from "zod";

/** What an error reply of a server says. */
export interface ServerMessage {
  readonly text: string;
  /** machine-readable kind, where the server gives one: `context_length_exceeded`, `insufficient_quota`, … */
  readonly code?: string;
}

const codeSchema = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const errorSchema = z.object({ message: z.string(), code: codeSchema, type: codeSchema });

/** The shapes in use: OpenAI, vLLM and llama.cpp; Ollama; SGLang and older vLLM; FastAPI (two). */
const messageSchema = z.union([
  z.object({ error: errorSchema }).transform(({ error }) => error),
  z.object({ error: z.string() }).transform(({ error }) => ({ message: error, code: undefined, type: undefined })),
  errorSchema,
  z.object({ detail: z.string() }).transform(({ detail }) => ({ message: detail, code: undefined, type: undefined })),
  z
    .object({
      detail: z.array(
        z
          .object({ msg: z.string(), loc: z.array(z.union([z.string(), z.number()])).catch([]) })
          .transform(fieldMessage),
      ),
    })
    .transform(({ detail }) => ({ message: detail.join("; "), code: undefined, type: undefined })),
]);

function fieldMessage({ msg, loc }: { msg: string; loc: (string | number)[] }): string {
  return loc.length === 0 ? msg : `${loc.join(".")}: ${msg}`;
}

/** Reads the body of an error reply: JSON of any common shape, an HTML page, or plain text. */
export function readServerMessage(body: string): ServerMessage {
  const reading = messageSchema.safeParse(jsonOrUndefined(body));
  if (!reading.success) return { text: isHtml(body) ? htmlTitle(body) : body };
  const { message, code, type } = reading.data;
  const kind = code === undefined || /^\d+$/.test(code) ? type : code;
  return kind === undefined ? { text: message } : { text: message, code: kind };
}

/** The value of a JSON text, or undefined where it is none. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a body is a web page: a proxy's error page, a login form. */
export function isHtml(body: string): boolean {
  return /^\s*<(!doctype html|html|head|body)\b/i.test(body);
}

/** Names a web page by its title. */
export function htmlTitle(body: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim();
  return title === undefined || title === "" ? "an HTML page" : `an HTML page titled "${title}"`;
}

/** OpenAI, vLLM, llama.cpp, SGLang, text-generation-inference, Gemini, Mistral and Anthropic word it differently. */
const overflow =
  /context_length_exceeded|exceed_context_size|context (length|size|window)|max_new_tokens.{0,20} must be <=|(prompt|input) is too long|input token count.{0,60}exceeds/i;

/** Whether the prompt and the room for the reply do not fit into the model's context. */
export function isContextOverflow({ text, code }: ServerMessage): boolean {
  return overflow.test(text) || (code !== undefined && overflow.test(code));
}

/** Whether the server takes the reply's bound only as `max_completion_tokens`, as OpenAI's reasoning models do. */
export function wantsMaxCompletionTokens({ text }: ServerMessage): boolean {
  return (
    /\bmax_tokens\b/.test(text) &&
    /\bmax_completion_tokens\b/.test(text) &&
    /not supported|unsupported|not compatible|deprecated|instead/i.test(text)
  );
}

/** Whether a 429 means an empty account, which no waiting mends. */
export function isOutOfCredit({ code }: ServerMessage): boolean {
  return code === "insufficient_quota";
}

const longestShown = 300;
/** control characters, and those that reorder text on a screen */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** Makes a stranger's text fit for one line of a terminal: no control characters, no secrets, about 300 characters. */
export function oneLine(text: string, redact: (text: string) => string): string {
  // far more than is shown, so that no secret is cut in two before it is found
  const clean = redact(text.slice(0, 20_000).replaceAll(unprintable, " ").trim());
  if (clean.length <= longestShown) return clean;
  return `${clean.slice(0, longestShown).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Anything shorter is no credential, and replacing it would garble every message. */
const shortestSecret = 4;

/** Replaces each secret by `***`, also the parts of a value such as `Bearer …`. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/).filter((part) => part.length >= 8)]);
  const longestFirst = [...new Set(parts)]
    .filter((part) => part.length >= shortestSecret)
    .sort((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}
