import {
  continuationLogprob,
  countedLogprob,
  splitPair,
  type EchoedTokens,
} from "../domain/scoring/continuation-logprob.js";
import { EvalError } from "../domain/eval-error.js";
import type { McqContext, McqPrompt } from "../domain/scoring/multiple-choice.js";
import type { EchoEndpoint, ScoringFindings } from "../domain/scoring/scoring-findings.js";
import { describeFindings } from "../domain/scoring/scoring-notes.js";
import type { OpenAIModel } from "../io/openai.js";
import { scoringProbe, type Rendering, type ScoringProbe, type Tried } from "../io/scoring-probe.js";
import {
  listingWay,
  probeChats,
  probeContext,
  probeTexts,
  takesIds,
  tellsNamed,
  type ListingWay,
  type TextListing,
} from "./probe-listing.js";

/** What a probe goes by. */
export interface ProbeOptions {
  /** one question as the run will put it: decides between texts and chats, and which tokens its letters are */
  readonly sample: McqPrompt;
  /** ids kept at most, as lm-eval truncates (2047 with its API backends); left out, nothing is cut */
  readonly maxLength?: number | undefined;
  /** whether the beginning-of-text token comes first; `no`, the default, is what lm-eval's API backends do */
  readonly addBos?: "yes" | "no" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A server as the probe needs it. */
export type ProbedServer = Pick<OpenAIModel, "name" | "at" | "tryOut" | "shown">;

/**
 * Finds out, with a dozen small requests, what a server can do: whether it echoes, how many alternatives it tells, whether it names
 * ids, and what stands before a text.
 *
 * @throws {EvalError} `server` where it cannot be reached, does not accept the key or is out of order; `input` where `maxLength` cannot be kept
 */
export async function probeScoring(server: ProbedServer, options: ProbeOptions): Promise<ScoringFindings> {
  const { sample, maxLength, addBos = "no", signal } = options;
  const { context } = sample;
  const probe = scoringProbe(server, signal);
  const tokenizer = await probeTokenizer(probe);
  const texts = await probeTexts(probe);
  const echo = await probeEcho(probe, texts, tokenizer);
  const chats = await probeChats(probe);
  const rendered = context.kind === "chat" ? await probe.rendering(context.messages) : undefined;
  const way = listingWay(context, { texts, chats: chats.way, rendered, maxLength });
  const beginning = await probeBeginning(probe, { context, addBos, maxLength, texts, echo, tokenizer });
  if (maxLength !== undefined) refuseToCut(maxLength, beginning.sendsIds && viaTexts(way));
  const tokens = await letterTokens(probe, { sample, rendered, bos: beginning.bos }, tokenizer);
  const nextToken = way.kind === "works" ? await namedWay(probe, way.value, { texts, letterIds: tokens }) : null;
  const facts = {
    server: serverOf(texts, echo),
    context: context.kind,
    nextToken,
    echo: echo.finding,
    tokenizer: tokenizer !== undefined,
    rendering: rendered?.by ?? null,
    letterIds: tokens,
    takesAddSpecialTokens: texts.takesAddSpecialTokens,
    maxLength: maxLength ?? null,
    ...beginning,
  };
  const refusals = { nextToken: refusalOf(way) ?? "", chat: refusalOf(chats.answers) };
  const described = describeFindings(facts, refusals);
  if (Object.values(described.modes).every(({ possible }) => !possible)) refuseFault(chats.answers, texts.way);
  return { ...facts, ...described };
}

/** Nothing works: what a server that is out of order cannot do is not known, and other software need not be what helps. */
function refuseFault(...tried: readonly Tried<unknown>[]): void {
  for (const { message, faultAt } of tried.filter((each) => each.kind === "refused"))
    if (faultAt !== undefined)
      throw new EvalError("server", `${faultAt}: ${message}`, {
        hint: "nothing that the server was asked was answered as it should be: check the address, the server and its log",
      });
}

function refusalOf(tried: Tried<unknown>): string | null {
  return tried.kind === "refused" ? tried.message : null;
}

function viaTexts(way: Tried<ListingWay>): boolean {
  return way.kind === "refused" || way.value.endpoint !== "chat";
}

function refuseToCut(maxLength: number, can: boolean): void {
  if (can) return;
  throw new EvalError(
    "input",
    `--max-length ${maxLength} cannot be kept: the server does not tell and take token ids`,
    {
      hint: "leave it out: prompts are then sent whole, and those that do not fit are listed",
    },
  );
}

/** The ids of the probe's text without and with the tokens that begin every text. */
interface ProbedTokenizer {
  readonly plain: readonly number[];
  readonly hasBos: boolean;
}

async function probeTokenizer(probe: ScoringProbe): Promise<ProbedTokenizer | undefined> {
  const plain = await probe.ids(probeContext, "plain");
  // anything may answer at this path: a text has at most as many tokens as bytes
  if (plain === undefined || plain.length < 2 || plain.length > Buffer.byteLength(probeContext)) return undefined;
  const special = await probe.ids(probeContext, "with-special");
  return special === undefined ? undefined : { plain, hasBos: special.length > plain.length };
}

interface ProbedEcho {
  readonly finding: ScoringFindings["echo"];
  /** whether the server puts a token before the text; undefined where that does not show */
  readonly beginsWithBos: boolean | undefined;
}

const echoedPair = splitPair({ context: probeContext, continuation: " green" });

async function probeEcho(
  probe: ScoringProbe,
  texts: TextListing,
  tokenizer: ProbedTokenizer | undefined,
): Promise<ProbedEcho> {
  const endpoints: EchoEndpoint[] = texts.hasCompletions ? ["completions"] : [];
  if (texts.way.kind === "works" && texts.way.value.endpoint === "sglang") endpoints.push("sglang");
  let last: ProbedEcho = {
    finding: { kind: "refused", message: "no call of the server continues a text" },
    beginsWithBos: undefined,
  };
  for (const endpoint of endpoints) {
    const prompt = { kind: "text", text: echoedPair.context + echoedPair.continuation } as const;
    const echoed = await probe.echo(endpoint, prompt, texts.takesAddSpecialTokens ? false : undefined);
    last = readEchoProbe(endpoint, echoed, tokenizer);
    if (last.finding.kind === "works") return last;
  }
  return last;
}

function readEchoProbe(
  endpoint: EchoEndpoint,
  echoed: Tried<EchoedTokens>,
  tokenizer: ProbedTokenizer | undefined,
): ProbedEcho {
  if (echoed.kind === "refused")
    return { finding: { kind: "refused", message: echoed.message }, beginsWithBos: undefined };
  const { tokens, logprobs } = echoed.value;
  // fewer than the words of the text: only what was written
  if (tokens.length < probeContext.split(" ").length) return { finding: { kind: "ignored" }, beginsWithBos: undefined };
  const byText = continuationLogprob(echoed.value, echoedPair);
  const counts = { contextTokens: tokenizer?.plain.length ?? 0, allTokens: (tokenizer?.plain.length ?? 0) + 1 };
  const byCount = tokenizer === undefined ? byText : countedLogprob(echoed.value, counts);
  const reading = byText.kind === "failed" && byText.why === "boundary" ? byCount : byText;
  if (reading.kind === "failed")
    return { finding: { kind: "refused", message: reading.message }, beginsWithBos: undefined };
  const told = logprobs.slice(1);
  if (told.includes(null) || told.every((logprob) => logprob === 0))
    return {
      finding: { kind: "refused", message: "the server echoes the prompt without its log-probabilities" },
      beginsWithBos: undefined,
    };
  const [first = ""] = tokens;
  return {
    finding: { kind: "works", endpoint, spaces: tokens.some((token) => /^ \w/.test(token)) },
    beginsWithBos: first === "" || !probeContext.startsWith(first.trim()),
  };
}

/** What stands before a text, and whether it takes ids to have it so. */
async function probeBeginning(
  probe: ScoringProbe,
  known: {
    readonly context: McqContext;
    readonly addBos: "yes" | "no";
    readonly maxLength: number | undefined;
    readonly texts: TextListing;
    readonly echo: ProbedEcho;
    readonly tokenizer: ProbedTokenizer | undefined;
  },
): Promise<Pick<ScoringFindings, "bos" | "sendsIds">> {
  const { context, addBos, maxLength, texts, echo, tokenizer } = known;
  const canSendIds = async (): Promise<boolean> =>
    tokenizer !== undefined && texts.way.kind === "works" && (await takesIds(probe, texts.way.value, tokenizer.plain));
  // a template says itself how a chat begins
  if (context.kind === "chat") return { bos: "template", sendsIds: maxLength !== undefined && (await canSendIds()) };
  const wanted = addBos === "yes" ? "added" : "none";
  if (maxLength !== undefined) return { bos: wanted, sendsIds: await canSendIds() };
  if (tokenizer?.hasBos === false) return { bos: "none", sendsIds: false };
  const obeys =
    texts.takesAddSpecialTokens &&
    echo.beginsWithBos === false &&
    texts.way.kind === "works" &&
    texts.way.value.endpoint === "completions";
  if (obeys) return { bos: wanted, sendsIds: false };
  if (await canSendIds()) return { bos: wanted, sendsIds: true };
  return { bos: "server", sendsIds: false };
}

/** The one token that each continuation adds to the text; null where one adds several, or where they are not known. */
async function letterTokens(
  probe: ScoringProbe,
  from: { readonly sample: McqPrompt; readonly rendered: Rendering | undefined; readonly bos: ScoringFindings["bos"] },
  tokenizer: ProbedTokenizer | undefined,
): Promise<readonly number[] | null> {
  const { context, continuations } = from.sample;
  const text = context.kind === "text" ? context.text : from.rendered?.text;
  if (tokenizer === undefined || text === undefined) return null;
  const special = from.bos === "added" ? "with-special" : "plain";
  const before = await probe.ids(text, special);
  const letters: number[] = [];
  for (const continuation of continuations) {
    const whole = await probe.ids(text + continuation, special);
    const added = whole?.at(-1);
    if (before === undefined || whole?.length !== before.length + 1 || added === undefined) return null;
    if (before.some((id, index) => id !== whole[index])) return null;
    letters.push(added);
  }
  return new Set(letters).size === letters.length ? letters : null;
}

/** Ids are asked for only where it is known which of them are the letters. */
async function namedWay(
  probe: ScoringProbe,
  way: ListingWay,
  { texts, letterIds }: { readonly texts: TextListing; readonly letterIds: readonly number[] | null },
): Promise<ScoringFindings["nextToken"]> {
  const { endpoint, k, namesIds } = way;
  if (letterIds === null) return { endpoint, k, ids: false, named: false };
  const named = texts.tokensAsIds && (await tellsNamed(probe, way, letterIds));
  return { endpoint, k, ids: namesIds || texts.tokensAsIds, named };
}

function serverOf(texts: TextListing, echo: ProbedEcho): ScoringFindings["server"] {
  if (texts.tokensAsIds) return "vllm";
  if (texts.way.kind === "refused") return "openai-like";
  const { endpoint, shape } = texts.way.value;
  if (endpoint === "sglang" || endpoint === "ollama" || endpoint === "llama.cpp") return endpoint;
  return shape === "content" && echo.finding.kind !== "works" ? "llama.cpp" : "openai-like";
}
