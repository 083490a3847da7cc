/** One message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What a model is asked. The model's name, the server and extra parameters belong to the `ChatModel` itself. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  /** upper bound of the reply, in tokens */
  readonly maxTokens: number;
  readonly seed?: number;
  /** tells repeats of one request apart, for a cache; it is not sent */
  readonly repeat?: number;
  /** ends what has begun, and so goes before requests that wait to begin something; it is not sent */
  readonly goesFirst?: boolean;
}

/** Tokens as the server counted them. */
export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Why no reply came. Each is a kind of its own in every report. */
export const requestFailureReasons = [
  /** the server cannot be reached, or the connection broke */
  "connection",
  /** no complete reply within the total timeout, or 408, until the last try */
  "timeout",
  /** 429 until the last try */
  "rate-limited",
  /** 5xx (or 409, 425, a redirect of a server that worked before) until the last try */
  "server-error",
  /** the prompt does not fit the model's context */
  "context-overflow",
  /** another 4xx: the server does not accept this request */
  "rejected",
  /** a reply that is not a chat completion (broken JSON, an HTML page, no choices) */
  "bad-reply",
  /** a reply without text (content null: a tool call, a filter) */
  "no-content",
] as const;

export type RequestFailureReason = (typeof requestFailureReasons)[number];

/** A finished reply, or the reason why there is none. */
export type ChatReply =
  | {
      readonly kind: "replied";
      readonly text: string;
      /** thinking that the server itself kept apart from the text (`reasoning_content`) */
      readonly reasoning?: string;
      /** `stop`, `length`, …, as the server says */
      readonly finishReason?: string;
      readonly usage?: TokenUsage;
      /** time of the successful try, in milliseconds */
      readonly latencyMs: number;
      /** number of tries, at least 1 */
      readonly attempts: number;
    }
  | {
      readonly kind: "failed";
      readonly reason: RequestFailureReason;
      /** what the server said, shortened, without keys */
      readonly message: string;
      /** of a reply without text (`no-content`): why it ended, as the server says */
      readonly finishReason?: string;
      readonly attempts: number;
    };

/**
 * A model is a function. An expected failure is a reply of kind `failed`; what must stop the whole run (a dead key, an
 * unknown model, a dead server) rejects with an `EvalError`. An aborted `signal` lets the request in flight finish, starts no further
 * try, and rejects with an `EvalError` of code `interrupted` where no reply came.
 */
export type ChatModel = (request: ChatRequest, signal?: AbortSignal) => Promise<ChatReply>;
