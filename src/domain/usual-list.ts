import { jsonOrUndefined } from "./server-message.js";

/** The one list of next tokens in a completion, and the rest of the reply. */
export interface UsualList {
  /** in the order of the reply */
  readonly texts: readonly string[];
  /** natural logarithms, one for each text */
  readonly logprobs: readonly number[];
  /** `usage` as it stands in the reply */
  readonly usage: unknown;
}

const key = '"top_logprobs":';
const opening = /\s*\[\s*\{\s*/y;
const number = /\s*:\s*(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*/y;
const separator = /,\s*/y;
const closing = /\}\s*\]/y;
/** stands in the place of the list while the rest is read */
const stands = "the list";

/**
 * Reads `choices[0].logprobs.top_logprobs` where it has one place: without JSON's object of a key for each token, which takes longer than
 * all the rest of a reply. Undefined for every other reply, and wherever anything is unusual; what it accepts, JSON's parser reads alike.
 */
export function readUsualList(body: string): UsualList | undefined {
  const found = body.indexOf(key);
  // within a text a backslash stands before the quote
  if (found < 1 || body[found - 1] === "\\") return undefined;
  const start = found + key.length;
  const list = readPlace(body, start);
  if (list === undefined) return undefined;
  const { texts, logprobs, end } = list;
  const rest = jsonOrUndefined(`${body.slice(0, start)}"${stands}"${body.slice(end)}`);
  const choices = fieldOf(rest, "choices");
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const places = fieldOf(first, "logprobs");
  if (fieldOf(places, "top_logprobs") !== stands || fieldOf(places, "content") != null) return undefined;
  return { texts, logprobs, usage: fieldOf(rest, "usage") };
}

interface Place extends Omit<UsualList, "usage"> {
  /** where the list ends */
  readonly end: number;
}

function readPlace(body: string, start: number): Place | undefined {
  const texts: string[] = [];
  const logprobs: number[] = [];
  let position = endOf(opening, body, start);
  while (position !== undefined) {
    const quote = body[position] === '"' ? closingQuote(body, position + 1) : -1;
    const text = quote === -1 ? undefined : unquoted(body.slice(position + 1, quote));
    number.lastIndex = quote + 1;
    const logprob = number.exec(body)?.[1];
    if (text === undefined || logprob === undefined) return undefined;
    texts.push(text);
    logprobs.push(Number(logprob));
    const after = number.lastIndex;
    position = endOf(separator, body, after);
    const end = position === undefined ? endOf(closing, body, after) : undefined;
    if (end !== undefined) return { texts, logprobs, end };
  }
  return undefined;
}

function unquoted(quoted: string): string | undefined {
  if (!quoted.includes("\\")) return quoted;
  const text = jsonOrUndefined(`"${quoted}"`);
  return typeof text === "string" ? text : undefined;
}

function endOf(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Where a text ends, -1 where it does not. */
function closingQuote(body: string, from: number): number {
  let quote = body.indexOf('"', from);
  while (quote !== -1 && isEscaped(body, quote, from)) quote = body.indexOf('"', quote + 1);
  return quote;
}

/** Whether an odd number of backslashes stands before a position. */
function isEscaped(body: string, position: number, from: number): boolean {
  let first = position;
  while (first > from && body[first - 1] === "\\") first--;
  return (position - first) % 2 === 1;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
