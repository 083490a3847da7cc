import type { ChatModel, TokenUsage } from "../domain/server/chat-model.js";
import { choiceBeforeCut, extractChoice } from "../domain/scoring/choice-extraction.js";
import { highestIndex, letterChoice } from "../domain/scoring/letter-choice.js";
import type { McqDoc, McqOutcome, McqPrompt, McqWay } from "../domain/scoring/multiple-choice.js";
import { splitReasoning } from "../domain/server/reasoning.js";
import type { TokenScorer } from "../domain/scoring/token-scorer.js";

/** How questions are scored: one of these serves a whole run, or all its tasks of one form. */
export type Scoring =
  | {
      readonly mode: "letters";
      readonly scorer: TokenScorer;
      /** the tokens of the letters, where they are known */
      readonly letterIds: readonly number[] | null;
      /** which spelling of a letter counts: see `letterChoice` */
      readonly spelling: "own" | "own-then-other";
      /** whether what the letters leave open is scored in full */
      readonly fallback: "full" | "none";
    }
  | { readonly mode: "full"; readonly scorer: TokenScorer }
  | { readonly mode: "generate"; readonly chat: ChatModel; readonly ask: ChoiceRequest };

/** How a written answer is asked for. */
export interface ChoiceRequest {
  /** the question, its choices and the form of the answer, in one message */
  readonly message: (doc: McqDoc) => string;
  readonly systemPrompt?: string;
  /** upper bound of an answer, in tokens */
  readonly maxTokens: number;
}

/** A question in both its forms. */
export interface ScoredItem {
  readonly doc: McqDoc;
  readonly prompt: McqPrompt;
}

/** Puts one question to a model. What fails is an outcome; it rejects where the run must stop, as a `ChatModel` does. */
export async function scoreItem(item: ScoredItem, scoring: Scoring, signal?: AbortSignal): Promise<McqOutcome> {
  if (scoring.mode === "generate") return scoreWritten(item.doc, scoring, signal);
  if (scoring.mode === "letters") return scoreLetters(item.prompt, scoring, signal);
  return scoreFull(item.prompt, { scorer: scoring.scorer, way: "full", spent: nothingSpent() }, signal);
}

/** What the requests of one question add up to. */
interface Spent {
  requests: number;
  promptTokens: number;
  completionTokens: number;
}

function nothingSpent(): Spent {
  return { requests: 0, promptTokens: 0, completionTokens: 0 };
}

function spend(spent: Spent, usage: TokenUsage | undefined): void {
  spent.requests += 1;
  spent.promptTokens += usage?.promptTokens ?? 0;
  spent.completionTokens += usage?.completionTokens ?? 0;
}

async function scoreLetters(
  prompt: McqPrompt,
  { scorer, letterIds, spelling, fallback }: Extract<Scoring, { mode: "letters" }>,
  signal?: AbortSignal,
): Promise<McqOutcome> {
  const spent = nothingSpent();
  const { context, continuations } = prompt;
  const reply = await scorer({ kind: "next-token", context }, signal);
  spend(spent, reply.kind === "failed" ? undefined : reply.usage);
  if (reply.kind === "failed") return { ...reply, requests: spent.requests };
  if (reply.kind === "scored") throw new Error("a scorer answered another question than it was asked");
  const decision = letterChoice(reply.tokens, { continuations, ids: letterIds, spelling });
  if (decision.kind === "chosen") {
    const { choice, logprobs, matched } = decision;
    const { requests, promptTokens, completionTokens } = spent;
    return { kind: "chosen", choice, way: "letters", logprobs, matched, requests, promptTokens, completionTokens };
  }
  if (fallback === "full") return scoreFull(prompt, { scorer, way: "letters-fallback", spent }, signal);
  return {
    kind: "failed",
    reason: "no-letter",
    message:
      decision.why === "no-letter"
        ? `none of ${continuations.map((text) => JSON.stringify(text)).join(", ")} is among the ${reply.tokens.length} most probable tokens`
        : "a tie reaches the end of the list of tokens",
    requests: spent.requests,
  };
}

interface FullScoring {
  readonly scorer: TokenScorer;
  readonly way: Extract<McqWay, "full" | "letters-fallback">;
  readonly spent: Spent;
}

/** One request a choice; they go out together since they share their context. */
async function scoreFull(prompt: McqPrompt, scoring: FullScoring, signal?: AbortSignal): Promise<McqOutcome> {
  const { scorer, way, spent } = scoring;
  const { context, continuations } = prompt;
  const asked = await Promise.allSettled(
    continuations.map((continuation) => scorer({ kind: "continuation", context, continuation }, signal)),
  );
  const logprobs: number[] = [];
  for (const result of asked) {
    if (result.status === "rejected") throw result.reason;
    spend(spent, result.value.kind === "failed" ? undefined : result.value.usage);
    if (result.value.kind === "scored") logprobs.push(result.value.logprob);
  }
  for (const result of asked)
    if (result.status === "fulfilled" && result.value.kind === "failed")
      return { ...result.value, requests: spent.requests };
  const choice = highestIndex(logprobs);
  if (choice === undefined || logprobs.length !== continuations.length)
    throw new Error("a scorer answered another question than it was asked");
  return { kind: "chosen", choice, way, logprobs, ...spent };
}

async function scoreWritten(
  doc: McqDoc,
  { chat, ask }: Extract<Scoring, { mode: "generate" }>,
  signal?: AbortSignal,
): Promise<McqOutcome> {
  const user = { role: "user" as const, content: ask.message(doc) };
  const system = ask.systemPrompt ?? "";
  const messages = system === "" ? [user] : [{ role: "system" as const, content: system }, user];
  const reply = await chat({ messages, temperature: 0, maxTokens: ask.maxTokens }, signal);
  const isCut = reply.finishReason === cutOff;
  if (reply.kind === "failed")
    // a server that keeps thinking apart has no text to send of an answer that was cut off within it
    return isCut ? cutAnswer("") : { kind: "failed", reason: reply.reason, message: reply.message, requests: 1 };
  const spent = {
    requests: 1,
    promptTokens: reply.usage?.promptTokens ?? 0,
    completionTokens: reply.usage?.completionTokens ?? 0,
  };
  // what a model thinks on the way names other choices, too
  const { text } = splitReasoning(reply.text);
  if (isCut) {
    const named = choiceBeforeCut(text, doc.choices);
    return named === undefined
      ? cutAnswer(text)
      : { kind: "chosen", choice: named, way: "generate", logprobs: [], text: reply.text, cut: true, ...spent };
  }
  if (text.trim() === "") return { kind: "failed", reason: "no-content", message: "the answer is empty", requests: 1 };
  const choice = extractChoice(text, doc.choices);
  return choice === undefined
    ? { kind: "unreadable", way: "generate", text: reply.text, ...spent }
    : { kind: "chosen", choice, way: "generate", logprobs: [], text: reply.text, ...spent };
}

/** how servers say that a reply reached its token limit */
const cutOff = "length";
/** characters of the end of a cut answer that are kept to be shown */
const shownEnd = 120;

/** No wrong answer: it may have been on its way to the right one, and where its thinking was kept is the server's affair. */
function cutAnswer(text: string): McqOutcome {
  const where =
    text === ""
      ? "within its thinking, or before its first word"
      : `before it named a choice; it ends: ${JSON.stringify(text.slice(-shownEnd))}`;
  return { kind: "failed", reason: "cut-off", message: `the answer was cut off by --max-tokens ${where}`, requests: 1 };
}
