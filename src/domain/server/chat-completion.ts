import { z } from "zod";
import type { ChatMessage, ChatRequest, TokenUsage } from "./chat-model.js";
import { htmlTitle, isHtml, jsonOrUndefined, readServerMessage } from "./server-message.js";

/** The field that bounds the reply: OpenAI's reasoning models know only the second, many local servers only the first. */
export type TokenLimitField = "max_tokens" | "max_completion_tokens";

/** What every chat request of a model has in common. */
export interface ChatCompletionSettings {
  readonly model: string;
  readonly tokenLimitField: TokenLimitField;
  /** parameters that the user adds to, or sets in place of, those of the request */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/** The body of a chat completions call. */
export interface ChatCompletionBody {
  model: string;
  messages: ChatMessage[];
  temperature: number;
  seed?: number;
  max_tokens?: number;
  max_completion_tokens?: number;
}

/** Builds the body of a chat completions call; a parameter of `extraBody` wins over the request's own. */
export function chatCompletionBody(request: ChatRequest, settings: ChatCompletionSettings): ChatCompletionBody {
  const { model, tokenLimitField, extraBody } = settings;
  const body: ChatCompletionBody = { model, messages: [...request.messages], temperature: request.temperature };
  if (request.seed !== undefined) body.seed = request.seed;
  const limitIsGiven = extraBody !== undefined && ("max_tokens" in extraBody || "max_completion_tokens" in extraBody);
  if (!limitIsGiven) body[tokenLimitField] = request.maxTokens;
  return extraBody === undefined ? body : Object.assign(body, extraBody);
}

/** What the body of a reply with status 200 holds. */
export type ChatCompletionReading =
  | {
      readonly kind: "replied";
      readonly text: string;
      readonly reasoning?: string;
      readonly finishReason?: string;
      readonly usage?: TokenUsage;
    }
  | { readonly kind: "failed"; readonly reason: "bad-reply"; readonly message: string }
  | {
      readonly kind: "failed";
      readonly reason: "no-content";
      readonly message: string;
      readonly finishReason?: string;
    };

type ReadReply = { -readonly [Key in keyof ReadonlyReply]: ReadonlyReply[Key] };
type ReadonlyReply = Extract<ChatCompletionReading, { kind: "replied" }>;

const textSchema = z.string().nullish();
/** Mistral's reasoning models send the text in parts. */
const partsSchema = z.array(z.object({ type: z.string(), text: z.string().optional().catch(undefined) }));
const countSchema = z.int().min(0);

/** Only what is read; everything else in a reply is a server's own business. */
const chatCompletionSchema = z.object({
  choices: z.array(
    z.object({
      message: z.object({
        content: z.union([textSchema, partsSchema]),
        reasoning_content: textSchema.catch(undefined),
        reasoning: textSchema.catch(undefined),
        refusal: textSchema.catch(undefined),
      }),
      finish_reason: textSchema.catch(undefined),
    }),
  ),
  usage: z.object({ prompt_tokens: countSchema, completion_tokens: countSchema }).optional().catch(undefined),
});
type ChatCompletion = z.infer<typeof chatCompletionSchema>;

/** Reads the body of a reply with status 200, which misbehaving proxies fill with anything. */
export function readChatCompletion(body: string): ChatCompletionReading {
  const json = jsonOrUndefined(body.startsWith("\ufeff") ? body.slice(1) : body);
  if (json === undefined) return { kind: "failed", reason: "bad-reply", message: whatIsNoJson(body) };
  const completion = chatCompletionSchema.safeParse(json);
  if (!completion.success) return { kind: "failed", reason: "bad-reply", message: whatIsNoCompletion(body) };
  const choice = completion.data.choices[0];
  if (choice === undefined) return { kind: "failed", reason: "bad-reply", message: "the reply has no choices" };
  return readChoice(choice, completion.data.usage);
}

function readChoice(
  { message, finish_reason: finishReason }: ChatCompletion["choices"][number],
  usage: ChatCompletion["usage"],
): ChatCompletionReading {
  const text = textOf(message.content);
  if (text === undefined)
    return {
      kind: "failed",
      reason: "no-content",
      message: whyNoContent(message.refusal, finishReason),
      ...(finishReason && { finishReason }),
    };
  const reasoning = nonEmpty(message.reasoning_content) ?? nonEmpty(message.reasoning);
  // field by field: spreads of optional parts are several times slower, and this runs for each reply
  const reply: ReadReply = { kind: "replied", text };
  if (reasoning !== undefined) reply.reasoning = reasoning;
  if (finishReason) reply.finishReason = finishReason;
  if (usage !== undefined)
    reply.usage = { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
  return reply;
}

function nonEmpty(text: string | null | undefined): string | undefined {
  return text === null || text === "" ? undefined : text;
}

function textOf(content: ChatCompletion["choices"][number]["message"]["content"]): string | undefined {
  if (!Array.isArray(content)) return content ?? undefined;
  const texts = content.flatMap((part) => (part.type === "text" && part.text !== undefined ? [part.text] : []));
  return texts.length === 0 ? undefined : texts.join("");
}

function whyNoContent(refusal: string | null | undefined, finishReason: string | null | undefined): string {
  if (refusal) return `the model refused: ${refusal}`;
  return `the reply has no text (finish reason: ${finishReason ?? "not given"})`;
}

function whatIsNoJson(body: string): string {
  if (body === "") return "the reply is empty";
  if (isHtml(body)) return `the reply is ${htmlTitle(body)}`;
  return `the reply is not JSON: ${body}`;
}

/** Some gateways send their errors with status 200: then what they say is worth more than the missing field. */
function whatIsNoCompletion(body: string): string {
  return `the reply is not a chat completion: ${readServerMessage(body).text}`;
}
