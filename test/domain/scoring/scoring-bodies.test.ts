import { describe, expect, it } from "vitest";
import { bodyText, echoBody, nextTokenBody, type SentPrompt } from "../../../src/domain/scoring/scoring-bodies.js";

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
