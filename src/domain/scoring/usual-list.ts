import { jsonOrUndefined } from "../server/server-message.js";

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

/** Goes through the characters one by one: a regular expression for each token takes twice as long. */
function readPlace(body: string, start: number): Place | undefined {
  const texts: string[] = [];
  const logprobs: number[] = [];
  let at = afterSpace(body, afterCharacter(body, afterSpace(body, start), "["));
  at = afterSpace(body, afterCharacter(body, at, "{"));
  for (;;) {
    const quote = body[at] === '"' ? closingQuote(body, at + 1) : -1;
    const text = quote === -1 ? undefined : unquoted(body.slice(at + 1, quote));
    const first = afterSpace(body, afterCharacter(body, afterSpace(body, quote + 1), ":"));
    const last = numberEnd(body, first);
    if (text === undefined || last === none) return undefined;
    texts.push(text);
    logprobs.push(Number(body.slice(first, last)));
    const next = afterSpace(body, last);
    if (body[next] !== ",") {
      const end = afterCharacter(body, afterSpace(body, afterCharacter(body, next, "}")), "]");
      return end === none ? undefined : { texts, logprobs, end };
    }
    at = afterSpace(body, next + 1);
  }
}

/** a position that does not exist, and from which none is found */
const none = Number.POSITIVE_INFINITY;

function afterCharacter(body: string, at: number, character: string): number {
  return body[at] === character ? at + 1 : none;
}

function afterSpace(body: string, from: number): number {
  let at = from;
  while (isSpace(body.charCodeAt(at))) at++;
  return at;
}

/** JSON's white space. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Where a number ends as JSON has it. */
function numberEnd(body: string, from: number): number {
  const whole = body.charCodeAt(from) === minus ? from + 1 : from;
  let at = body.charCodeAt(whole) === zero ? whole + 1 : afterDigits(body, whole);
  if (at === whole) return none;
  if (body.charCodeAt(at) === point) at = afterSome(body, at + 1);
  if (at === none || (body.charCodeAt(at) | caseBit) !== lowerE) return at;
  const sign = body.charCodeAt(at + 1);
  return afterSome(body, sign === minus || sign === plus ? at + 2 : at + 1);
}

const [minus, plus, point, zero, nine, lowerE, caseBit] = [0x2d, 0x2b, 0x2e, 0x30, 0x39, 0x65, 0x20];

function afterSome(body: string, from: number): number {
  const at = afterDigits(body, from);
  return at === from ? none : at;
}

function afterDigits(body: string, from: number): number {
  let at = from;
  for (let code = body.charCodeAt(at); code >= zero && code <= nine; code = body.charCodeAt(at)) at++;
  return at;
}

function unquoted(quoted: string): string | undefined {
  if (!quoted.includes("\\")) return quoted;
  const text = jsonOrUndefined(`"${quoted}"`);
  return typeof text === "string" ? text : undefined;
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
