import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatCompletionBody, readChatCompletion } from "../../../src/domain/server/chat-completion.js";
import { completionBody } from "../../support/model-server.js";

const request = { messages: [{ role: "user", content: "hi" }], temperature: 0, maxTokens: 100 } as const;
const settings = { model: "m", tokenLimitField: "max_tokens" } as const;

describe("chatCompletionBody", () => {
  it("holds what the request says", () => {
    expect(chatCompletionBody({ ...request, seed: 5 }, settings)).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      temperature: 0,
      seed: 5,
      max_tokens: 100,
    });
    expect(chatCompletionBody(request, settings)).not.toHaveProperty("seed");
  });

  it("names the bound as asked, never twice", () => {
    const renamed = chatCompletionBody(request, { ...settings, tokenLimitField: "max_completion_tokens" });
    expect(renamed).toMatchObject({ max_completion_tokens: 100 });
    expect(renamed).not.toHaveProperty("max_tokens");
    const given = chatCompletionBody(request, { ...settings, extraBody: { max_completion_tokens: 7 } });
    expect(given).toMatchObject({ max_completion_tokens: 7 });
    expect(given).not.toHaveProperty("max_tokens");
  });

  it("lets extra parameters win", () => {
    const extraBody = { temperature: 1, chat_template_kwargs: { enable_thinking: false } };
    expect(chatCompletionBody(request, { ...settings, extraBody })).toMatchObject(extraBody);
    expect(extraBody).toEqual({ temperature: 1, chat_template_kwargs: { enable_thinking: false } });
  });

  it("survives lone surrogates: the text of the request is valid Unicode", () => {
    const body = chatCompletionBody({ ...request, messages: [{ role: "user", content: "a\ud83d" }] }, settings);
    const text = JSON.stringify(body);
    expect(Buffer.from(text, "utf8").toString("utf8")).toBe(text);
    expect(JSON.parse(text)).toMatchObject({ messages: [{ content: "a\ud83d" }] });
  });
});

describe("readChatCompletion", () => {
  it("reads text, thinking, the reason to stop and the tokens", () => {
    const body = completionBody({ content: "42", reasoning_content: "6 * 7", finishReason: "length" });
    expect(readChatCompletion(body)).toEqual({
      kind: "replied",
      text: "42",
      reasoning: "6 * 7",
      finishReason: "length",
      usage: { promptTokens: 7, completionTokens: 3 },
    });
  });

  it.each([
    [{ content: "" }, { kind: "replied", text: "", finishReason: "stop" }],
    [
      { content: "x", reasoning: "y" },
      { kind: "replied", text: "x", reasoning: "y", finishReason: "stop" },
    ],
    [
      { content: "x", reasoning: "" },
      { kind: "replied", text: "x", finishReason: "stop" },
    ],
    [
      { content: "x", reasoning_content: null, reasoning: "y" },
      { kind: "replied", text: "x", reasoning: "y", finishReason: "stop" },
    ],
    [
      { content: "x", reasoning: { steps: [] }, finishReason: null },
      { kind: "replied", text: "x" },
    ],
    [
      {
        content: [
          { type: "thinking", thinking: [] },
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
      { kind: "replied", text: "ab", finishReason: "stop" },
    ],
  ])("%o", (parts, reading) => {
    expect(readChatCompletion(completionBody({ ...parts, usage: null }))).toEqual(reading);
  });

  it.each([null, "many", { prompt_tokens: -1, completion_tokens: 2 }, { prompt_tokens: 1 }])(
    "does without the usage %o",
    (usage) => {
      expect(readChatCompletion(completionBody({ content: "x", usage }))).toEqual({
        kind: "replied",
        text: "x",
        finishReason: "stop",
      });
    },
  );

  it.each([
    [{ content: null, finishReason: "tool_calls" }, "finish reason: tool_calls"],
    [{}, "has no text"],
    [{ content: [] }, "has no text"],
    [{ content: null, refusal: "I cannot help with that." }, "the model refused: I cannot help with that."],
  ])("%o is no content", (parts, message) => {
    expect(readChatCompletion(completionBody(parts))).toMatchObject({
      kind: "failed",
      reason: "no-content",
      message: expect.stringContaining(message),
    });
  });

  it("tells why a reply without text ended, where the server does", () => {
    const cut = completionBody({ content: null, reasoning_content: "6 * 7 is", finishReason: "length" });
    expect(readChatCompletion(cut)).toMatchObject({ reason: "no-content", finishReason: "length" });
    expect(readChatCompletion(completionBody({ content: null, finishReason: null }))).not.toHaveProperty(
      "finishReason",
    );
  });

  it.each([
    ["", "the reply is empty"],
    ['{"choices": [{"mess', 'the reply is not JSON: {"choices": [{"mess'],
    ["<!DOCTYPE html><title> Log in </title>", 'the reply is an HTML page titled "Log in"'],
    ["<html><body></body></html>", "the reply is an HTML page"],
    ["null", "not a chat completion"],
    ['{"choices":[]}', "the reply has no choices"],
    ['{"choices":[{}]}', "not a chat completion"],
    ['{"choices":[{"message":{"content":5}}]}', "not a chat completion"],
    ['{"error":{"message":"upstream timed out","code":504}}', "not a chat completion: upstream timed out"],
  ])("%s is a bad reply", (body, message) => {
    expect(readChatCompletion(body)).toMatchObject({
      kind: "failed",
      reason: "bad-reply",
      message: expect.stringContaining(message),
    });
  });

  it("reads a reply behind a byte order mark", () => {
    expect(readChatCompletion(`\ufeff${completionBody({ content: "x" })}`)).toMatchObject({ text: "x" });
  });

  it("never throws, and returns any text unchanged", () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        expect(readChatCompletion(body).kind).toBe("failed");
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (content) => {
        expect(readChatCompletion(completionBody({ content }))).toMatchObject({ kind: "replied", text: content });
      }),
    );
  });
});
