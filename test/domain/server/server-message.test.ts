import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isContextOverflow,
  isOutOfCredit,
  oneLine,
  readServerMessage,
  redactor,
  wantsMaxCompletionTokens,
} from "../../../src/domain/server/server-message.js";

describe("readServerMessage", () => {
  it.each([
    ["OpenAI", '{"error":{"message":"no","type":"t","param":null,"code":"c"}}', { text: "no", code: "c" }],
    ["vLLM", '{"error":{"message":"no","type":"BadRequestError","code":400}}', { text: "no", code: "BadRequestError" }],
    ["older vLLM", '{"object":"error","message":"no","type":"t","code":400}', { text: "no", code: "t" }],
    ["Ollama", '{"error":"no"}', { text: "no" }],
    ["FastAPI", '{"detail":"Not Found"}', { text: "Not Found" }],
    ["FastAPI", '{"detail":[{"loc":["body","n"],"msg":"bad"},{"msg":"worse"}]}', { text: "body.n: bad; worse" }],
    [
      "a proxy",
      "<html><head><title>502 Bad Gateway</title></head></html>",
      { text: 'an HTML page titled "502 Bad Gateway"' },
    ],
    ["plain text", "upstream connect error", { text: "upstream connect error" }],
    ["other JSON", '{"status":"failed"}', { text: '{"status":"failed"}' }],
    ["nothing", "", { text: "" }],
  ])("%s: %s", (_, body, message) => {
    expect(readServerMessage(body)).toEqual(message);
  });
});

const overflows = [
  "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens.",
  "'max_tokens' or 'max_completion_tokens' is too large: 9000. This model's maximum context length is 4096 tokens.",
  "the request exceeds the available context size. try increasing the context size or enable context shift",
  "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
  "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 200 `max_new_tokens`",
  "prompt is too long: 210000 tokens > 200000 maximum",
  "The input token count (40000) exceeds the maximum number of tokens allowed (32768).",
];

describe("what messages mean", () => {
  it.each(overflows)("context overflow, no request for another field: %s", (text) => {
    expect(isContextOverflow({ text })).toBe(true);
    expect(wantsMaxCompletionTokens({ text: text.replace("Use", "") })).toBe(false);
  });

  it("context overflow, by the code alone", () => {
    expect(isContextOverflow({ text: "too long", code: "context_length_exceeded" })).toBe(true);
    expect(isContextOverflow({ text: "too long", code: "exceed_context_size_error" })).toBe(true);
  });

  it.each(["temperature must be in [0, 2]", "model is overloaded", "messages: at least one message is required"])(
    "no context overflow: %s",
    (text) => {
      expect(isContextOverflow({ text })).toBe(false);
    },
  );

  it.each([
    [
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      true,
    ],
    ["max_tokens is deprecated in favor of max_completion_tokens", true],
    ["max_tokens must be at least 1", false],
    ["Unsupported parameter: 'max_completion_tokens'", false],
  ])("%s", (text, wants) => {
    expect(wantsMaxCompletionTokens({ text })).toBe(wants);
  });

  it("an empty account, by its code", () => {
    expect(isOutOfCredit({ text: "", code: "insufficient_quota" })).toBe(true);
    expect(isOutOfCredit({ text: "insufficient_quota", code: "rate_limit_exceeded" })).toBe(false);
  });
});

describe("oneLine", () => {
  const same = (text: string) => text;

  it("takes control characters and line breaks out", () => {
    expect(oneLine(" a\r\nb\u001b[31mc\u0000\u202ed\u2028e ", same)).toBe("a b [31mc d e");
  });

  it("cuts to 300 characters, never through a pair of surrogates", () => {
    expect(oneLine("x".repeat(300), same)).toBe("x".repeat(300));
    expect(oneLine("x".repeat(301), same)).toBe(`${"x".repeat(300)}…`);
    expect(oneLine(`${"x".repeat(299)}😀😀`, same)).toBe(`${"x".repeat(299)}…`);
  });

  it("finds a secret that lies across the cut", () => {
    const shown = oneLine(`${"x".repeat(295)}sk-secret-secret`, redactor(["sk-secret-secret"]));
    expect(shown).toBe(`${"x".repeat(295)}***`);
  });
});

describe("redactor", () => {
  it("replaces each secret, the longer ones first", () => {
    expect(redactor(["key1", "key1-long"])("key1-long, key1 and key1")).toBe("***, *** and ***");
  });

  it("replaces the credential of a header value on its own, too", () => {
    expect(redactor(["Bearer abcdefgh"])("token abcdefgh of Bearer abcdefgh, bearer")).toBe("token *** of ***, bearer");
  });

  it("leaves text alone where a secret is too short to be one", () => {
    expect(redactor(["", "a", "1"])("a 1 b")).toBe("a 1 b");
  });

  it("leaves no secret, wherever it stands", () => {
    const word = fc.stringMatching(/^[a-z0-9]{4,12}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          const shown = redactor(secrets)(secrets.map((secret) => before + secret + after).join(" "));
          for (const secret of secrets) expect(shown).not.toContain(secret);
        },
      ),
    );
  });
});
