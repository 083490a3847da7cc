import { describe, expect, it } from "vitest";
import { decodeMcqRecord, encodeMcqRecord, mcqRowSchema } from "../../src/domain/mmlu/mcq-record.js";
import type { McqOutcome } from "../../src/domain/scoring/multiple-choice.js";
import type { ScoringReply } from "../../src/domain/scoring/token-scorer.js";
import type { ChatReply } from "../../src/domain/server/chat-model.js";
import type { Scoring } from "../../src/pipeline/score-item.js";
import { scoreItem } from "../../src/pipeline/score-item.js";

const doc = { id: 0, question: "Which?", choices: ["Paris", "Lyon", "Nice", "Metz"], gold: 1, row: {} };
const context = { kind: "text", text: "Which?\nAnswer:" } as const;
const item = { doc, prompt: { context, continuations: [" A", " B", " C", " D"] } };
const ask = { message: () => "Which?", maxTokens: 8 };

function written(reply: ChatReply): Promise<McqOutcome> {
  return scoreItem(item, { mode: "generate", chat: async () => reply, ask });
}

const tried = { latencyMs: 1, attempts: 3 };
const usage = { promptTokens: 20, completionTokens: 8 };

function ended(text: string, finishReason = "stop"): Extract<ChatReply, { kind: "replied" }> {
  return { kind: "replied", text, finishReason, usage, ...tried };
}

const empty = { kind: "failed", reason: "no-content", message: "the reply has no text", attempts: 3 } as const;

describe("a written answer", () => {
  it.each<[string, ChatReply, object]>([
    ["that ended", ended("(B)"), { kind: "chosen", choice: 1 }],
    [
      "that ended, of a server that does not say why",
      { ...ended("(B)"), finishReason: "" },
      { kind: "chosen", choice: 1 },
    ],
    ["that ended and names no choice", ended("I cannot say."), { kind: "unreadable", text: "I cannot say." }],
    [
      "that was cut after it named its choice",
      ended("Answer: B\n\nSince (A)", "length"),
      { kind: "chosen", choice: 1, cut: true },
    ],
    ["that was cut after a letter alone", ended("B", "length"), { kind: "chosen", choice: 1, cut: true }],
    ["that was cut on the way", ended("Perhaps (B), since", "length"), { kind: "failed", reason: "cut-off" }],
    // the same, as one server or another tells it
    [
      "cut within thinking: as text",
      ended("<think>Perhaps (B). Answer: B", "length"),
      { kind: "failed", reason: "cut-off" },
    ],
    [
      "cut within thinking: without the tag",
      ended("Perhaps (B), so the answer is B", "length"),
      { kind: "failed", reason: "cut-off" },
    ],
    [
      "cut within thinking: empty",
      { ...ended("", "length"), reasoning: "Answer: B" },
      { kind: "failed", reason: "cut-off" },
    ],
    ["cut within thinking: null", { ...empty, finishReason: "length" }, { kind: "failed", reason: "cut-off" }],
    [
      "that is null for another reason",
      { ...empty, finishReason: "tool_calls" },
      { kind: "failed", reason: "no-content" },
    ],
    ["that is null for no reason", empty, { kind: "failed", reason: "no-content" }],
    [
      "cut after its thinking",
      ended("<think>(A)?</think>Answer: B", "length"),
      { kind: "chosen", choice: 1, cut: true },
    ],
  ])("%s", async (_, reply, expected) => {
    const outcome = await written(reply);
    expect(outcome).toMatchObject({ ...expected, requests: 1 });
    expect("cut" in outcome).toBe("cut" in expected);
    // and so it comes back from the disk
    const record = { task: "t", docId: 0, promptHash: "0", outcome };
    const row: unknown = JSON.parse(JSON.stringify(encodeMcqRecord(record)));
    expect(decodeMcqRecord(mcqRowSchema.parse(row))).toEqual(record);
  });

  it("tells how a cut answer ended, however long it is", async () => {
    const outcome = await written(ended(`${"x".repeat(5000)} so perhaps`, "length"));
    if (outcome.kind !== "failed") throw new Error("not failed");
    expect(outcome.message).toContain("--max-tokens");
    expect(outcome.message).toContain('so perhaps"');
    expect(outcome.message.length).toBeLessThan(300);
  });

  it("of a version that did not look is read as one that ended", () => {
    const row = {
      task: "t",
      doc_id: 0,
      prompt_hash: "0",
      choice: 1,
      way: "generate",
      logprobs: [],
      text: "(B)",
      requests: 1,
      prompt_tokens: 20,
      completion_tokens: 8,
    };
    expect(decodeMcqRecord(mcqRowSchema.parse(row)).outcome).not.toHaveProperty("cut");
  });
});

describe("requests", () => {
  const failed: ScoringReply = { kind: "failed", reason: "timeout", message: "no reply" };
  const listed = (text: string): ScoringReply => ({
    kind: "listed",
    tokens: [
      { text, logprob: -1 },
      { text: " the", logprob: -2 },
    ],
  });
  const letters = (replies: (kind: string) => ScoringReply): Scoring => ({
    mode: "letters",
    scorer: async ({ kind }) => replies(kind),
    letterIds: null,
    spelling: "own",
    fallback: "full",
  });
  const scored: ScoringReply = { kind: "scored", logprob: -1, tokens: 1 };

  it.each<[string, Scoring, number]>([
    ["a written answer, at the third try", { mode: "generate", chat: async () => ended("Answer: B"), ask }, 1],
    [
      "no written answer, after three tries",
      { mode: "generate", chat: async () => ({ ...empty, reason: "timeout" }), ask },
      1,
    ],
    ["letters", letters(() => listed(" B")), 1],
    ["letters, failed", letters(() => failed), 1],
    ["letters, then in full", letters((kind) => (kind === "next-token" ? listed(" x") : scored)), 5],
    ["letters, then in full, failed", letters((kind) => (kind === "next-token" ? listed(" x") : failed)), 5],
    ["in full", { mode: "full", scorer: async () => scored }, 4],
    ["in full, failed", { mode: "full", scorer: async () => failed }, 4],
  ])("count questions put to the model, not tries: %s", async (_, scoring, requests) => {
    expect((await scoreItem(item, scoring)).requests).toBe(requests);
  });
});
