import { describe, expect, it } from "vitest";
import { conversation } from "../../../src/domain/mt-bench/conversation.js";

const question = { turns: ["Q1", "Q2", "Q3"] };

describe("conversation", () => {
  it.each<[string, string[], string | undefined, [string, string][]]>([
    ["asks the first turn", [], undefined, [["user", "Q1"]]],
    [
      "begins with the system prompt",
      [],
      "S",
      [
        ["system", "S"],
        ["user", "Q1"],
      ],
    ],
    ["sends no empty system prompt, which some chat templates reject", [], "", [["user", "Q1"]]],
    [
      "holds every turn so far",
      ["A1", "A2"],
      "S",
      [
        ["system", "S"],
        ["user", "Q1"],
        ["assistant", "A1"],
        ["user", "Q2"],
        ["assistant", "A2"],
        ["user", "Q3"],
      ],
    ],
    [
      "keeps an empty answer in its place",
      [""],
      undefined,
      [
        ["user", "Q1"],
        ["assistant", ""],
        ["user", "Q2"],
      ],
    ],
  ])("%s", (_, answers, systemPrompt, messages) => {
    const finished = answers.map((text) => ({ text }));
    expect(conversation(question, finished, systemPrompt).map(({ role, content }) => [role, content])).toEqual(
      messages,
    );
  });

  it("never shows the model its own thinking", () => {
    const messages = conversation(question, [{ text: "A1", reasoning: "a secret thought" }], undefined);
    expect(JSON.stringify(messages)).not.toContain("secret");
  });
});
