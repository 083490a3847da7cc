import type { ChatMessage } from "../domain/server/chat-model.js";
import { callPlaces, templateFields, tokenizeBody, type ScoringCall } from "../domain/scoring/scoring-bodies.js";
import type { ScoringFindings } from "../domain/scoring/scoring-findings.js";
import { readIds, readText } from "../domain/scoring/tokenizer-replies.js";
import type { CallKind } from "./chat-calls.js";
import type { OpenAIModel } from "./openai.js";
import type { BadReading } from "./try-result.js";

/** What a request for ids or for a text comes to; it rejects like a `ChatModel`. */
type Told<Value> = { readonly kind: "told"; readonly value: Value } | Failed;
type Failed = Extract<Awaited<ReturnType<OpenAIModel["chat"]>>, { kind: "failed" }>;

/** The tokenizer and the chat template of a server. */
export interface ServerTokenizer {
  ids(text: string, signal?: AbortSignal): Promise<Told<readonly number[]>>;
  /** the text that the model sees, up to where its answer begins */
  rendered(messages: readonly ChatMessage[], signal?: AbortSignal): Promise<Told<string>>;
}

type Server = Pick<OpenAIModel, "name" | "at" | "calling">;

interface Read<Value> {
  readonly kind: "replied";
  readonly value: Value;
}

/** Asks the server itself, since what a guessed tokenizer or template says would be another prompt. */
export function serverTokenizer(
  server: Server,
  { rendering, bos }: Pick<ScoringFindings, "rendering" | "bos">,
): ServerTokenizer {
  const { name } = server;
  const call = <Request, Value>(
    place: ScoringCall,
    bodyOf: CallKind<Request, Read<Value>>["bodyOf"],
    read: (body: string) => Value | undefined,
  ) => server.calling(kindOf(server, place, { bodyOf, read }));
  const tokenize = call(
    "tokenize",
    ({ text, addSpecialTokens }: { readonly text: string; readonly addSpecialTokens: boolean }) =>
      tokenizeBody(text, { model: name, addSpecialTokens }),
    readIds,
  );
  const template = call(
    "apply-template",
    (messages: readonly ChatMessage[], { extraBody }) => ({ ...templateFields(extraBody), messages }),
    readText,
  );
  const chatIds = call(
    "tokenize",
    (messages: readonly ChatMessage[], { extraBody }) => ({
      ...templateFields(extraBody),
      model: name,
      messages,
      add_generation_prompt: true,
    }),
    readIds,
  );
  const detokenize = call("detokenize", (tokens: readonly number[]) => ({ model: name, tokens }), readText);

  async function rendered(messages: readonly ChatMessage[], signal?: AbortSignal): Promise<Told<string>> {
    if (rendering === "llama.cpp") return told(await template(messages, signal));
    const ids = await chatIds(messages, signal);
    return ids.kind === "failed" ? ids : told(await detokenize(ids.value, signal));
  }

  return {
    ids: async (text, signal) => told(await tokenize({ text, addSpecialTokens: bos === "added" }, signal)),
    rendered,
  };
}

function told<Value>(reply: Failed | Read<Value>): Told<Value> {
  return reply.kind === "failed" ? reply : { kind: "told", value: reply.value };
}

function kindOf<Request, Value>(
  server: Server,
  place: ScoringCall,
  { bodyOf, read }: { bodyOf: CallKind<Request, Read<Value>>["bodyOf"]; read: (body: string) => Value | undefined },
): CallKind<Request, Read<Value>> {
  return {
    ...server.at(callPlaces[place]),
    bodyOf,
    read(body): Read<Value> | BadReading {
      const value = read(body);
      const message = `the reply of ${callPlaces[place].path} cannot be read: ${body}`;
      return value === undefined ? { kind: "failed", reason: "bad-reply", message } : { kind: "replied", value };
    },
  };
}
