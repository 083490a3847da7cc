import { describe, expect, it } from "vitest";
import { rereadAnswer } from "../../../src/domain/scoring/reread-answer.js";
import type { McqOutcome } from "../../../src/domain/scoring/multiple-choice.js";
import { chosen, timedOut } from "../../support/mcq.js";

const choices = ["Paris", "Lyon", "Nice", "Metz"];
const cost = { requests: 1, promptTokens: 20, completionTokens: 9 };

function took(choice: number, text: string): McqOutcome {
  return { kind: "chosen", choice, way: "generate", logprobs: [], text, ...cost };
}

function unreadable(text: string): McqOutcome {
  return { kind: "unreadable", way: "generate", text, ...cost };
}

describe("rereadAnswer", () => {
  it.each<[string, McqOutcome, McqOutcome]>([
    [
      "an answer that was unreadable",
      unreadable("Answer: B\n\nExplanation: two rivers."),
      took(1, "Answer: B\n\nExplanation: two rivers."),
    ],
    ["an answer that was read as another choice", took(0, "Answer: B\n\nNot (A)."), took(1, "Answer: B\n\nNot (A).")],
    ["an answer that was read and names none", took(0, "A hard one."), unreadable("A hard one.")],
    ["an answer after its thinking", took(1, "<think>(A)</think>Answer: B"), took(1, "<think>(A)</think>Answer: B")],
  ])("reads %s", (_, recorded, expected) => {
    expect(rereadAnswer(recorded, choices)).toEqual(expected);
  });

  it.each<[string, McqOutcome]>([
    ["log-probabilities", chosen(2)],
    ["a failure", timedOut()],
    [
      "an answer that was cut off",
      { ...cost, kind: "chosen", way: "generate", choice: 1, logprobs: [], text: "B", cut: true },
    ],
    ["an answer without its text", { ...cost, kind: "chosen", way: "generate", choice: 1, logprobs: [] }],
  ])("leaves %s as it is", (_, recorded) => {
    expect(rereadAnswer(recorded, choices)).toBe(recorded);
  });
});
