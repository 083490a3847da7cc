import {
  continuationLogprob,
  countedLogprob,
  splitPair,
  type ContinuedContext,
} from "../domain/scoring/continuation-logprob.js";
import { readEchoed, readListed, type EchoedReading, type ListedReading } from "../domain/scoring/logprob-replies.js";
import type { McqContext } from "../domain/scoring/multiple-choice.js";
import { contextJson } from "../domain/mmlu/mmlu-prompt.js";
import {
  bodyText,
  callPlaces,
  cutPrompt,
  echoBody,
  nextTokenBody,
  type SentPrompt,
} from "../domain/scoring/scoring-bodies.js";
import type { ScoringFindings } from "../domain/scoring/scoring-findings.js";
import type { ScoringReply, TokenScorer } from "../domain/scoring/token-scorer.js";
import type { ChatCompletionSettings } from "../domain/server/chat-completion.js";
import type { CallKind } from "./chat-calls.js";
import type { OpenAIModel } from "./openai.js";
import { serverTokenizer, type ServerTokenizer } from "./server-tokenizer.js";
import type { BadReading, GoodReading } from "./try-result.js";

type FailedReply = Extract<ScoringReply, { kind: "failed" }>;
type Prepared<Value> = { readonly kind: "ready"; readonly value: Value } | FailedReply;

/** What one scorer works with. */
interface Work {
  readonly findings: ScoringFindings;
  readonly tokenizer: ServerTokenizer;
  /** texts of chats, by the object that holds the messages: its continuations share it */
  readonly rendered: WeakMap<McqContext, Promise<Prepared<string>>>;
}

/** Makes the scorer of a server that was probed. Requests share the server's limiter, retries and connections. */
export function tokenScorer(
  server: Pick<OpenAIModel, "name" | "at" | "calling">,
  findings: ScoringFindings,
): TokenScorer {
  const work: Work = { findings, tokenizer: serverTokenizer(server, findings), rendered: new WeakMap() };
  const list = findings.nextToken === null ? undefined : server.calling(listKind(server, findings));
  const echo = findings.echo.kind === "works" ? server.calling(echoKind(server, findings)) : undefined;

  return async function score(request, signal) {
    if (request.kind === "next-token") {
      if (list === undefined) return impossible("the server lists no next tokens");
      const prompt = await promptOf(request.context, work, signal);
      if (prompt.kind === "failed") return prompt;
      const reply = await list(prompt.value, signal);
      if (reply.kind === "failed") return failed(reply);
      return { kind: "listed", tokens: reply.tokens, ...(reply.usage !== undefined && { usage: reply.usage }) };
    }
    if (echo === undefined) return impossible("the server does not echo prompts with log-probabilities");
    const context = await textOf(request.context, work, signal);
    if (context.kind === "failed") return context;
    const pair = splitPair({ context: context.value, continuation: request.continuation });
    return scorePair(pair, { work, echo }, signal);
  };
}

type Echo = (prompt: SentPrompt, signal?: AbortSignal) => Promise<FailedReply | EchoedReading>;

function listKind(
  server: Pick<OpenAIModel, "at">,
  { nextToken, letterIds, ...findings }: ScoringFindings,
): CallKind<SentPrompt, ListedReading> {
  const { endpoint, k, ids, named } = nextToken ?? { endpoint: "completions", k: 1, ids: false, named: false };
  const fields = {
    k,
    asIds: ids,
    named: named && letterIds !== null ? letterIds : undefined,
    addSpecialTokens: addSpecialTokens(findings),
  };
  return {
    ...server.at(callPlaces[endpoint]),
    bodyOf: splicing((prompt, settings) => nextTokenBody(endpoint, { prompt, fields }, settings)),
    read(body, { extraBody }) {
      const reading = readListed(body);
      if (reading.kind === "failed") return reading;
      const cut = cutPrompt(endpoint, { promptTokens: reading.usage?.promptTokens, extraBody });
      if (cut !== undefined) return { kind: "failed", reason: "context-overflow", message: cut };
      if (reading.tokens.length > 0) return reading;
      return { kind: "failed", reason: "no-content", message: "the reply has no log-probabilities" };
    },
  };
}

function echoKind(
  server: Pick<OpenAIModel, "at">,
  { echo, ...findings }: ScoringFindings,
): CallKind<SentPrompt, EchoedReading> {
  const endpoint = echo.kind === "works" ? echo.endpoint : "completions";
  const special = addSpecialTokens(findings);
  return {
    ...server.at(callPlaces[endpoint]),
    bodyOf: (prompt, settings) => echoBody(endpoint, { prompt, addSpecialTokens: special }, settings),
    read(body): EchoedReading | BadReading {
      const reading = readEchoed(body);
      if (reading.kind === "failed" || reading.echoed.tokens.length > 0) return reading;
      return { kind: "failed", reason: "no-content", message: "the reply echoes no tokens" };
    },
  };
}

type MakeBody = (prompt: SentPrompt, settings: ChatCompletionSettings) => Record<string, unknown>;

/** The body is put together around the JSON of a text, most of which is at hand. */
function splicing(makeBody: MakeBody): CallKind<SentPrompt, GoodReading>["bodyOf"] {
  let around: ReturnType<typeof bodyText> | undefined;
  return (prompt, settings) => {
    if (prompt.kind !== "text") return makeBody(prompt, settings);
    // the settings of one model differ only in what chats are told
    around ??= bodyText((empty) => makeBody(empty, settings));
    return around(contextJson(prompt));
  };
}

/** A rendered chat begins as its template says. */
function addSpecialTokens({
  takesAddSpecialTokens,
  bos,
  context,
}: Pick<ScoringFindings, "takesAddSpecialTokens" | "bos" | "context">): boolean | undefined {
  return takesAddSpecialTokens ? bos === "added" && context === "text" : undefined;
}

/** No promise where nobody needs to be asked, which is the case for nearly every question. */
function promptOf(
  context: McqContext,
  work: Work,
  signal?: AbortSignal,
): Prepared<SentPrompt> | Promise<Prepared<SentPrompt>> {
  const { nextToken, sendsIds } = work.findings;
  if (context.kind === "chat" && nextToken?.endpoint === "chat") return { kind: "ready", value: context };
  if (context.kind === "text" && !sendsIds && nextToken?.endpoint !== "chat") return { kind: "ready", value: context };
  return preparedPrompt(context, work, signal);
}

async function preparedPrompt(context: McqContext, work: Work, signal?: AbortSignal): Promise<Prepared<SentPrompt>> {
  const { sendsIds, maxLength } = work.findings;
  const text = await textOf(context, work, signal);
  if (text.kind === "failed") return text;
  if (!sendsIds) return { kind: "ready", value: { kind: "text", text: text.value } };
  const ids = await work.tokenizer.ids(text.value, signal);
  if (ids.kind === "failed") return failed(ids);
  // one place is left for the letter
  return { kind: "ready", value: { kind: "ids", ids: lastOf(ids.value, maxLength === null ? null : maxLength - 1) } };
}

function lastOf(ids: readonly number[], count: number | null): readonly number[] {
  return count === null || ids.length <= count ? ids : ids.slice(ids.length - count);
}

function textOf(context: McqContext, work: Work, signal?: AbortSignal): Promise<Prepared<string>> | Prepared<string> {
  if (context.kind === "text") return { kind: "ready", value: context.text };
  const known = work.rendered.get(context);
  if (known !== undefined) return known;
  const rendering = work.tokenizer
    .rendered(context.messages, signal)
    .then((reply): Prepared<string> =>
      reply.kind === "failed" ? failed(reply) : { kind: "ready", value: reply.value },
    );
  work.rendered.set(context, rendering);
  return rendering;
}

async function scorePair(
  pair: ContinuedContext,
  { work, echo }: { readonly work: Work; readonly echo: Echo },
  signal?: AbortSignal,
): Promise<ScoringReply> {
  const { sendsIds, tokenizer: hasTokenizer } = work.findings;
  if (sendsIds) return scoreCounted(pair, { work, echo }, signal);
  const reply = await echo({ kind: "text", text: pair.context + pair.continuation }, signal);
  if (reply.kind === "failed") return failed(reply);
  const reading = continuationLogprob(reply.echoed, pair);
  // the tokenizer can tell what the texts of the tokens cannot
  if (reading.kind === "failed" && reading.why === "boundary" && hasTokenizer)
    return scoreCounted(pair, { work, echo }, signal);
  return scored(reading, reply);
}

/** As lm-eval counts: the tokens of the whole that come after as many as the context has. */
async function scoreCounted(
  { context, continuation }: ContinuedContext,
  { work, echo }: { readonly work: Work; readonly echo: Echo },
  signal?: AbortSignal,
): Promise<ScoringReply> {
  const [contextIds, wholeIds] = await Promise.all([
    work.tokenizer.ids(context, signal),
    work.tokenizer.ids(context + continuation, signal),
  ]);
  if (contextIds.kind === "failed") return failed(contextIds);
  if (wholeIds.kind === "failed") return failed(wholeIds);
  const ids = lastOf(wholeIds.value, work.findings.maxLength);
  const cut = wholeIds.value.length - ids.length;
  const reply = await echo({ kind: "ids", ids }, signal);
  if (reply.kind === "failed") return failed(reply);
  const contextTokens = Math.max(0, contextIds.value.length - cut);
  return scored(countedLogprob(reply.echoed, { contextTokens, allTokens: ids.length }), reply);
}

function scored(reading: ReturnType<typeof continuationLogprob>, { usage }: EchoedReading): ScoringReply {
  if (reading.kind === "failed") return { kind: "failed", reason: "bad-reply", message: reading.message };
  const { logprob, tokens } = reading;
  return { kind: "scored", logprob, tokens, ...(usage !== undefined && { usage }) };
}

function failed({ reason, message }: FailedReply): FailedReply {
  return { kind: "failed", reason, message };
}

function impossible(message: string): FailedReply {
  return { kind: "failed", reason: "rejected", message };
}
