import { describe, expect, it } from "vitest";
import {
  bodyText,
  cutPrompt,
  echoBody,
  nextTokenBody,
  tokenizeBody,
  type SentPrompt,
} from "../../../src/domain/scoring/scoring-bodies.js";

describe("bodyText", () => {
  const extraBody = { 7: "seven", prompt: "overruled", text: "kept", nothing: undefined };
  const settings = { model: "m", tokenLimitField: "max_tokens", extraBody } as const;
  const fields = { k: 20, asIds: true, addSpecialTokens: false };
  const makers = [
    ...(["completions", "llama.cpp", "ollama", "sglang"] as const).map(
      (endpoint) => [endpoint, (prompt: SentPrompt) => nextTokenBody(endpoint, { prompt, fields }, settings)] as const,
    ),
    ...(["completions", "sglang"] as const).map(
      (endpoint) =>
        [
          `${endpoint}, echo`,
          (prompt: SentPrompt) => echoBody(endpoint, { prompt, addSpecialTokens: true }, settings),
        ] as const,
    ),
  ];

  it.each(makers)("says what the body says: %s", (_, makeBody) => {
    const text = 'a "text"\nwith é and \ud800';
    const whole: unknown = JSON.parse(bodyText(makeBody)(JSON.stringify(text)));
    expect(whole).toEqual(JSON.parse(JSON.stringify(makeBody({ kind: "text", text }))));
  });
});

describe("extra parameters of the user", () => {
  const text: SentPrompt = { kind: "text", text: "2+2=" };
  const ids: SentPrompt = { kind: "ids", ids: [1, 2] };
  const fields = { k: 20 };
  const listed = (
    endpoint: Parameters<typeof nextTokenBody>[0],
    extraBody: Readonly<Record<string, unknown>>,
    prompt: SentPrompt = text,
  ): unknown =>
    JSON.parse(
      JSON.stringify(
        nextTokenBody(endpoint, { prompt, fields }, { model: "m", tokenLimitField: "max_tokens", extraBody }),
      ),
    );
  const echoed = (extraBody: Readonly<Record<string, unknown>>, prompt: SentPrompt = text): unknown =>
    JSON.parse(
      JSON.stringify(
        echoBody(
          "sglang",
          { prompt, addSpecialTokens: false },
          { model: "m", tokenLimitField: "max_tokens", extraBody },
        ),
      ),
    );
  const ofSglang = { return_logprob: true, return_text_in_logprobs: true };
  const one = { max_new_tokens: 1, temperature: 0 };

  it.each([
    [
      "llama.cpp: merged, its own fields win",
      listed("llama.cpp", {
        cache_prompt: false,
        id_slot: 2,
        n_predict: 9,
        temperature: 1,
        prompt: "other",
        n_probs: 1,
      }),
      { cache_prompt: false, id_slot: 2, prompt: "2+2=", n_predict: 1, temperature: 0, n_probs: 20 },
    ],
    [
      "llama.cpp: none",
      listed("llama.cpp", {}),
      { cache_prompt: true, prompt: "2+2=", n_predict: 1, temperature: 0, n_probs: 20 },
    ],
    [
      "Ollama: its options, too",
      listed("ollama", {
        keep_alive: "1h",
        raw: false,
        truncate: true,
        options: { num_ctx: 8192, num_predict: 50, temperature: 1 },
      }),
      {
        keep_alive: "1h",
        model: "m",
        prompt: "2+2=",
        raw: true,
        stream: false,
        truncate: false,
        logprobs: true,
        top_logprobs: 20,
        options: { num_ctx: 8192, num_predict: 1, temperature: 0 },
      },
    ],
    [
      "Ollama: options that are none",
      listed("ollama", { options: ["num_ctx"] }),
      {
        model: "m",
        prompt: "2+2=",
        raw: true,
        stream: false,
        truncate: false,
        logprobs: true,
        top_logprobs: 20,
        options: { num_predict: 1, temperature: 0 },
      },
    ],
    [
      "SGLang: its sampling parameters, too",
      listed("sglang", {
        lora_path: "a",
        text: "other",
        sampling_params: { skip_special_tokens: false, temperature: 1 },
      }),
      {
        lora_path: "a",
        text: "2+2=",
        sampling_params: { skip_special_tokens: false, ...one },
        ...ofSglang,
        top_logprobs_num: 20,
        logprob_start_len: -1,
      },
    ],
    [
      "SGLang: ids beside no text",
      listed("sglang", { text: "other", input_ids: [9] }, ids),
      { input_ids: [1, 2], sampling_params: one, ...ofSglang, top_logprobs_num: 20, logprob_start_len: -1 },
    ],
    [
      "SGLang, echo",
      echoed({ lora_path: "a", logprob_start_len: 7, sampling_params: "none", input_ids: [9] }),
      { lora_path: "a", text: "2+2=", sampling_params: one, ...ofSglang, logprob_start_len: 0 },
    ],
  ])("%s", (_, body, expected) => {
    expect(body).toEqual(expected);
  });

  it("stay out of what a tokenizer is asked", () => {
    expect(Object.keys(tokenizeBody("a", { model: "m", addSpecialTokens: false })).sort()).toEqual([
      "add_special",
      "add_special_tokens",
      "content",
      "model",
      "prompt",
    ]);
  });
});

describe("cutPrompt", () => {
  const of = (num_ctx: unknown): Readonly<Record<string, unknown>> => ({ options: { num_ctx } });

  it.each([
    ["as many tokens as allowed", "ollama", 512, of(512), true],
    ["fewer", "ollama", 511, of(512), false],
    ["more, where the server rounds up", "ollama", 513, of(512), false],
    ["not counted", "ollama", undefined, of(512), false],
    ["not counted, nothing allowed", "ollama", undefined, of(undefined), false],
    ["allowed as a text", "ollama", 512, of("512"), false],
    ["no options", "ollama", 512, {}, false],
    ["options that are none", "ollama", 512, { options: null }, false],
    ["no extra parameters", "ollama", 512, undefined, false],
    ["another server", "llama.cpp", 512, of(512), false],
  ] as const)("%s", (_, endpoint, promptTokens, extraBody, isCut) => {
    expect(cutPrompt(endpoint, { promptTokens, extraBody }) !== undefined).toBe(isCut);
  });
});
