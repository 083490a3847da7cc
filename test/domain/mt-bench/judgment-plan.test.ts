import { describe, expect, it } from "vitest";
import type { Answer, AnswerChoice } from "../../../src/domain/mt-bench/answer.js";
import {
  fastChatJudgePrompt,
  fastChatNames,
  judgePromptKinds,
  judgePromptSet,
} from "../../../src/domain/mt-bench/judge-prompt.js";
import { judgedTurns, judgeMessages, planJudgments } from "../../../src/domain/mt-bench/judgment-plan.js";
import type { Question } from "../../../src/domain/mt-bench/question.js";
import type { References } from "../../../src/domain/mt-bench/references.js";

const prompts = judgePromptSet(
  "test",
  judgePromptKinds.map((kind) => {
    const prompt = fastChatJudgePrompt({ name: fastChatNames[kind], system_prompt: kind, prompt_template: "" });
    if (prompt === undefined) throw new Error(kind);
    return prompt;
  }),
);

const references: References = { source: "test", hash: "", byQuestion: new Map([[1, ["R1", "", "R3"]]]) };

const question: Question = { id: 1, category: "writing", turns: ["Q1", "Q2", "Q3"] };
const mathQuestion: Question = { ...question, category: "math" };

function choice(index: number, ...texts: string[]): AnswerChoice {
  return { index, turns: texts.map((text) => ({ text, reasoning: "Hm." })) };
}

function answerOf(...choices: AnswerChoice[]): Answer {
  return { kind: "answered", questionId: 1, answerId: "a", model: "m", choices, tstamp: 0 };
}

describe("planJudgments", () => {
  it("plans one judgment a turn, each with the conversation so far and without the model's thinking", () => {
    const planned = planJudgments(question, answerOf(choice(0, "A1", "A2", "A3")), { prompts, references: undefined });
    const conversation = [
      { question: "Q1", answer: "A1" },
      { question: "Q2", answer: "A2" },
      { question: "Q3", answer: "A3" },
    ];
    expect(planned.map(({ turn, judged }) => [turn, judged])).toEqual([
      [1, conversation.slice(0, 1)],
      [2, conversation.slice(0, 2)],
      [3, conversation],
    ]);
    expect(planned.map(({ prompt }) => prompt.kind)).toEqual(["single", "multi-turn", "multi-turn"]);
    expect(planned.every(({ questionId, model }) => questionId === 1 && model === "m")).toBe(true);
  });

  it("gives the references of the turns that have one, and the prompts that compare with them", () => {
    const planned = planJudgments(mathQuestion, answerOf(choice(0, "A1", "A2", "A3")), { prompts, references });
    expect(planned.map(({ prompt }) => prompt.kind)).toEqual([
      "single-reference",
      "multi-turn-reference",
      "multi-turn-reference",
    ]);
    expect(planned.at(-1)?.judged).toStrictEqual([
      { question: "Q1", answer: "A1", reference: "R1" },
      { question: "Q2", answer: "A2" },
      { question: "Q3", answer: "A3", reference: "R3" },
    ]);
  });

  it("plans each repeat of an answer for itself", () => {
    const planned = planJudgments(question, answerOf(choice(0, "A1", "A2"), choice(4, "B1", "A2")), {
      prompts,
      references: undefined,
    });
    expect(planned.map((judgment) => [judgment.choice, judgment.turn, judgment.judged.at(-1)?.answer])).toEqual([
      [0, 1, "A1"],
      [0, 2, "A2"],
      [4, 1, "B1"],
      [4, 2, "A2"],
    ]);
    expect(new Set(planned.map(({ answerHash }) => answerHash)).size).toBe(4);
  });

  it("plans what a failed answer finished, and nothing that was not answered", () => {
    const failed: Answer = {
      ...answerOf(choice(0, "A1"), choice(1)),
      kind: "failed",
      reason: "timeout",
      message: "",
      turn: 2,
    };
    const planned = planJudgments(question, failed, { prompts, references: undefined });
    expect(planned.map((judgment) => [judgment.choice, judgment.turn])).toEqual([[0, 1]]);
  });

  it("plans nothing for turns that the question does not have", () => {
    const short: Question = { ...question, turns: ["Q1"] };
    const planned = planJudgments(short, answerOf(choice(0, "A1", "A2")), { prompts, references: undefined });
    expect(planned.map(({ turn }) => turn)).toEqual([1]);
  });

  it("judges an empty answer: the candidate did reply", () => {
    expect(planJudgments(question, answerOf(choice(0, "")), { prompts, references: undefined })).toHaveLength(1);
  });

  it("gives a judgment another hash when an answer before it changed", () => {
    const hashOfTurn2 = (first: string): string | undefined =>
      planJudgments(question, answerOf(choice(0, first, "A2")), { prompts, references: undefined })[1]?.answerHash;
    expect(hashOfTurn2("A1")).toBe(hashOfTurn2("A1"));
    expect(hashOfTurn2("A1")).not.toBe(hashOfTurn2("changed"));
  });
});

describe("judgedTurns", () => {
  it.each([
    ["a category that needs none", question, references],
    ["no references at hand", mathQuestion, undefined],
    ["another question's references", { ...mathQuestion, id: "1" }, references],
  ])("leaves references out: %s", (_, asked, known) => {
    expect(judgedTurns(asked, [{ text: "A1" }], known)).toStrictEqual([{ question: "Q1", answer: "A1" }]);
  });
});

describe("judgeMessages", () => {
  it.each([
    [
      "apart",
      { system: "S", user: "U" },
      false,
      [
        ["system", "S"],
        ["user", "U"],
      ],
    ],
    ["merged, system first", { system: "S", user: "U" }, true, [["user", "S\nU"]]],
    ["without an empty system message", { system: "", user: "U" }, false, [["user", "U"]]],
    ["without an empty first line", { system: "", user: "U" }, true, [["user", "U"]]],
  ])("are sent %s", (_, filled, merge, messages) => {
    expect(judgeMessages(filled, merge).map(({ role, content }) => [role, content])).toEqual(messages);
  });
});
