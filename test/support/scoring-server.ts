import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { text as textOf } from "node:stream/consumers";

/** Which server is imitated, in what it answers and in what it leaves out. */
export type ScoringServerKind =
  | "vllm"
  /** as `vllm`, of before 2026: no `logprob_token_ids`, texts of tokens without their spaces, no `/tokenize` */
  | "vllm-strings"
  | "sglang"
  | "llama.cpp"
  /** as `llama.cpp` of 2024: probabilities instead of logarithms, no ids */
  | "llama.cpp-2024"
  | "ollama"
  /** completions with echo and 5 alternatives at most */
  | "openai-completions"
  /** chats alone, 20 alternatives */
  | "openai-chat"
  /** completions with 20 alternatives; `echo` is ignored */
  | "no-echo"
  /** chats and completions without log-probabilities */
  | "no-logprobs";

/** A reply in place of the usual one. */
interface Fault {
  readonly status: number;
  readonly body: string;
}

export interface ScoringServerOptions {
  readonly kind: ScoringServerKind;
  /** whether a request for log-probabilities goes wrong; `reset` breaks the connection */
  readonly fault?: (request: { readonly index: number; readonly path: string }) => Fault | "reset" | undefined;
  /** the share of contexts for which no letter is among the listed tokens; default 0 */
  readonly hidden?: number;
  /** whether the tokenizer begins each text with `<s>` where it is not told otherwise */
  readonly bos?: "yes" | "no";
  /** every token of every prompt has this log-probability */
  readonly constant?: number;
  /** most tokens of a prompt; default none */
  readonly contextTokens?: number;
  /** whether Ollama knows `truncate` (0.12.6 and newer); otherwise it cuts what `num_ctx` does not allow, in silence */
  readonly truncate?: "known" | "unknown";
}

/** A request as it arrived. */
interface ScoringServerRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ScoringServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: ScoringServerRequest[];
  /** requests to anything that runs the model */
  readonly scoringRequests: () => number;
}

/** A word with the space before it, a mark, or white space: `tokensOf(text).join("") === text`. */
export function tokensOf(text: string): string[] {
  return text.match(/<\|?\w+\|?>| ?[\p{L}\p{M}]+| ?\p{N}| ?[^\s\p{L}\p{M}\p{N}]|\s/gu) ?? [];
}

function uniform(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}

const letters = ["A", "B", "C", "D"];

/** The log-probability of a token after a text: the rule that the tests compare with. It is in quarters, so that ties occur. */
export function logprobOf(context: string, token: string): number {
  const quarters = Math.floor(uniform(`${context}\0${token}`) * 24);
  return -0.25 - quarters / 4;
}

/** Spellings of the letters that a text may go on with, and other tokens, by probability. */
function distribution(context: string, hidden: number): [string, number][] {
  const isHidden = uniform(`hidden\0${context}`) < hidden;
  // what is hidden is less probable than all else
  const own = [...letters.map((letter) => ` ${letter}`), ...letters].map((token): [string, number] => [
    token,
    logprobOf(context, token),
  ]);
  const others = Array.from({ length: 40 }, (_, index): [string, number] => [
    ` w${String.fromCodePoint(97 + (index % 26), 97 + Math.floor(index / 26))}`,
    isHidden ? -0.01 - index / 1_000 : -8 - index / 4,
  ]);
  return [...own, ...others].sort((left, right) => right[1] - left[1]);
}

const ids = new Map<string, number>();
const texts: string[] = [];

function idOf(token: string): number {
  const known = ids.get(token);
  if (known !== undefined) return known;
  ids.set(token, texts.length);
  texts.push(token);
  return texts.length - 1;
}

function template(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  const turns = messages.map(
    (message: { role: string; content: string }) => `<|${message.role}|>\n${message.content}\n`,
  );
  return `${turns.join("")}<|assistant|>\n`;
}

interface Reply {
  readonly status: number;
  readonly json: unknown;
}

const refusal = (status: number, message: string): Reply => ({
  status,
  json: { error: { message, type: "invalid_request_error", param: null, code: null } },
});

/** Starts a server on a free port of the loopback interface. */
export async function startScoringServer(options: ScoringServerOptions): Promise<ScoringServer> {
  const requests: ScoringServerRequest[] = [];
  let scoring = 0;
  const server = createServer((incoming, response) => {
    void textOf(incoming).then((text) => {
      const path = incoming.url ?? "";
      const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
      requests.push({ path, body });
      if (/completion|generate/.test(path)) scoring += 1;
      const fault = options.fault?.({ index: requests.length - 1, path });
      if (fault === "reset") return response.socket?.resetAndDestroy();
      if (fault !== undefined) return response.writeHead(fault.status).end(fault.body);
      const { status, json } = answer(path, body, options);
      return response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    scoringRequests: () => scoring,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const paths: Readonly<Record<string, readonly ScoringServerKind[]>> = {
  "/v1/completions": [
    "vllm",
    "vllm-strings",
    "sglang",
    "llama.cpp",
    "llama.cpp-2024",
    "ollama",
    "openai-completions",
    "no-echo",
    "no-logprobs",
  ],
  "/v1/chat/completions": [
    "vllm",
    "vllm-strings",
    "sglang",
    "llama.cpp",
    "llama.cpp-2024",
    "ollama",
    "openai-chat",
    "no-logprobs",
  ],
  "/completion": ["llama.cpp", "llama.cpp-2024"],
  "/api/generate": ["ollama"],
  "/generate": ["sglang"],
  "/tokenize": ["vllm", "llama.cpp", "sglang"],
  "/detokenize": ["vllm", "llama.cpp"],
  "/apply-template": ["llama.cpp"],
};

type Body = Readonly<Record<string, unknown>>;

function answer(path: string, body: Body, options: ScoringServerOptions): Reply {
  const { kind } = options;
  if (path === "/v1/models") return { status: 200, json: { object: "list", data: [{ id: "m", object: "model" }] } };
  if (!(paths[path] ?? []).includes(kind)) return refusal(404, "Not Found");
  if (path === "/tokenize") return tokenized(body, options);
  if (path === "/detokenize")
    return { status: 200, json: { prompt: (body["tokens"] as number[]).map((id) => texts[id]).join("") } };
  if (path === "/apply-template") return { status: 200, json: { prompt: template(body["messages"]) } };
  const prompt = promptOf(path, body, options);
  if (prompt.length > (options.contextTokens ?? Infinity))
    return refusal(
      400,
      `This model's maximum context length is ${options.contextTokens} tokens. However, you requested ${prompt.length} tokens.`,
    );
  if (path === "/v1/chat/completions") return chat(body, prompt, options);
  if (path === "/v1/completions") return completion(body, prompt, options);
  if (path === "/completion") return llamaCpp(body, prompt, options);
  if (path === "/api/generate") return ollama(body, prompt, options);
  return sglang(body, prompt, options);
}

function tokenized(body: Body, { kind, bos = "no" }: ScoringServerOptions): Reply {
  const text = Array.isArray(body["messages"])
    ? template(body["messages"])
    : String(body[kind === "llama.cpp" ? "content" : "prompt"]);
  const special = body[kind === "llama.cpp" ? "add_special" : "add_special_tokens"];
  const isChat = Array.isArray(body["messages"]);
  const tokens = [...(bos === "yes" && special !== false && !isChat ? ["<s>"] : []), ...tokensOf(text)];
  return { status: 200, json: { count: tokens.length, tokens: tokens.map(idOf) } };
}

/** The tokens that the model sees. */
function promptOf(path: string, body: Body, { bos = "no" }: ScoringServerOptions): string[] {
  if (path === "/v1/chat/completions") return tokensOf(template(body["messages"]));
  const prompt = body["prompt"] ?? body["text"] ?? body["input_ids"];
  if (Array.isArray(prompt)) return prompt.map((id: number) => texts[id] ?? "");
  const begins = bos === "yes" && body["add_special_tokens"] !== false;
  return [...(begins ? ["<s>"] : []), ...tokensOf(String(prompt))];
}

/** The log-probability of each token of a prompt. */
function scores(tokens: readonly string[], { constant }: ScoringServerOptions): (number | null)[] {
  let context = "";
  return tokens.map((token, index) => {
    const score = index === 0 ? null : (constant ?? logprobOf(context, token));
    context += token;
    return score;
  });
}

function top(tokens: readonly string[], k: number, { hidden = 0, constant }: ScoringServerOptions): [string, number][] {
  const listed = distribution(tokens.join(""), hidden).slice(0, k);
  return constant === undefined ? listed : listed.map(([token]) => [token, constant]);
}

const limits: Partial<Record<ScoringServerKind, number>> = { "openai-completions": 5 };

function completion(body: Body, prompt: readonly string[], options: ScoringServerOptions): Reply {
  const { kind } = options;
  const k = Number(body["logprobs"] ?? 0);
  const most = limits[kind] ?? 20;
  if (k > most) return refusal(400, `Requested sample logprobs of ${k}, which is greater than max allowed: ${most}`);
  if (kind.startsWith("openai") && "add_special_tokens" in body)
    return refusal(400, "Unrecognized request argument supplied: add_special_tokens");
  const usage = { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 };
  const listed = top(prompt, Math.max(1, k), options);
  const written = listed[0] ?? ["", 0];
  const base = { id: "1", object: "text_completion", usage };
  if (kind === "ollama" || kind === "no-logprobs")
    return { status: 200, json: { ...base, choices: [{ index: 0, text: written[0], logprobs: null }] } };
  if (kind.startsWith("llama.cpp")) {
    const content = [
      { token: written[0], logprob: written[1], top_logprobs: listed.map(([token, logprob]) => ({ token, logprob })) },
    ];
    return { status: 200, json: { ...base, choices: [{ index: 0, text: written[0], logprobs: { content } }] } };
  }
  const echoes = body["echo"] === true && kind !== "no-echo";
  const shown = (token: string): string =>
    kind === "vllm-strings"
      ? token.trim()
      : body["return_tokens_as_token_ids"] === true && kind === "vllm"
        ? `token_id:${idOf(token)}`
        : token;
  const named = kind === "vllm" ? (body["logprob_token_ids"] as number[] | undefined) : undefined;
  const alternatives =
    named === undefined
      ? listed
      : named.map((id): [string, number] => [
          texts[id] ?? "",
          options.constant ?? logprobOf(prompt.join(""), texts[id] ?? ""),
        ]);
  const tokens = [...(echoes ? prompt : []), written[0]];
  const logprobs = {
    tokens: tokens.map(shown),
    token_logprobs: [...(echoes ? scores(prompt, options) : []), written[1]],
    // of two tokens that are shown alike SGLang and older vLLM keep the last
    top_logprobs: [
      ...(echoes ? prompt.map((_, index) => (index === 0 ? null : {})) : []),
      Object.fromEntries(alternatives.toReversed().map(([token, logprob]) => [shown(token), logprob])),
    ],
    text_offset: tokens.map(() => 0),
  };
  return {
    status: 200,
    json: { ...base, choices: [{ index: 0, text: tokens.join(""), logprobs, finish_reason: "length" }] },
  };
}

function chat(body: Body, prompt: readonly string[], options: ScoringServerOptions): Reply {
  const k = Number(body["top_logprobs"] ?? 0);
  if (k > 20) return refusal(400, "Invalid value for 'top_logprobs': must be less than or equal to 20.");
  const listed = top(prompt, Math.max(1, k), options);
  const written = listed[0] ?? ["", 0];
  const shown = (token: string): string =>
    body["return_tokens_as_token_ids"] === true && options.kind === "vllm" ? `token_id:${idOf(token)}` : token;
  const content = [
    {
      token: shown(written[0]),
      logprob: written[1],
      bytes: [],
      top_logprobs: listed.map(([token, logprob]) => ({ token: shown(token), logprob, bytes: [] })),
    },
  ];
  const logprobs = body["logprobs"] === true && options.kind !== "no-logprobs" ? { content } : null;
  const usage = { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 };
  const message = { role: "assistant", content: written[0] };
  return {
    status: 200,
    json: {
      id: "1",
      object: "chat.completion",
      choices: [{ index: 0, message, logprobs, finish_reason: "length" }],
      usage,
    },
  };
}

function llamaCpp(body: Body, prompt: readonly string[], options: ScoringServerOptions): Reply {
  const listed = top(prompt, Number(body["n_probs"] ?? 0), options);
  const old = options.kind === "llama.cpp-2024";
  const places = old
    ? [
        {
          content: listed[0]?.[0],
          probs: listed.map(([token, logprob]) => ({ tok_str: token, prob: Math.exp(logprob) })),
        },
      ]
    : [
        {
          id: idOf(listed[0]?.[0] ?? ""),
          token: listed[0]?.[0],
          logprob: listed[0]?.[1],
          top_logprobs: listed.map(([token, logprob]) => ({ id: idOf(token), token, bytes: [], logprob })),
        },
      ];
  return {
    status: 200,
    json: {
      content: listed[0]?.[0],
      completion_probabilities: places,
      tokens_evaluated: prompt.length,
      tokens_predicted: 1,
    },
  };
}

function ollama(body: Body, whole: readonly string[], options: ScoringServerOptions): Reply {
  const { num_ctx: allowed = Infinity } = body["options"] as { num_ctx?: number };
  if (whole.length > allowed && body["truncate"] === false && options.truncate !== "unknown")
    return { status: 400, json: { error: "the input length exceeds the context length" } };
  const prompt = whole.slice(-allowed);
  const k = Number(body["top_logprobs"] ?? 0);
  if (k > 20) return { status: 400, json: { error: "top_logprobs must be between 0 and 20" } };
  if (body["raw"] !== true) return { status: 400, json: { error: "the stub wants raw" } };
  const listed = top(prompt, k, options);
  const logprobs = [
    {
      token: listed[0]?.[0],
      logprob: listed[0]?.[1],
      top_logprobs: listed.map(([token, logprob]) => ({ token, logprob })),
    },
  ];
  return {
    status: 200,
    json: {
      model: "m",
      response: listed[0]?.[0],
      done: true,
      logprobs,
      prompt_eval_count: prompt.length,
      eval_count: 1,
    },
  };
}

function sglang(body: Body, prompt: readonly string[], options: ScoringServerOptions): Reply {
  const tuple = ([token, logprob]: readonly [string, number | null]): unknown => [logprob, idOf(token), token];
  const listed = top(prompt, Number(body["top_logprobs_num"] ?? 1), options);
  const values = scores(prompt, options);
  const input = prompt.map((token, index) => tuple([token, values[index] ?? null]));
  return {
    status: 200,
    json: {
      text: listed[0]?.[0],
      meta_info: {
        prompt_tokens: prompt.length,
        completion_tokens: 1,
        input_token_logprobs: body["logprob_start_len"] === 0 ? input : [],
        output_token_logprobs: [tuple(listed[0] ?? ["", 0])],
        output_top_logprobs: "top_logprobs_num" in body ? [listed.map(tuple)] : null,
      },
    },
  };
}
