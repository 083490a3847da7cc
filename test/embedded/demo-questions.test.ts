import { describe, expect, it } from "vitest";
import type { JudgedTurn, JudgePromptKind } from "../../src/domain/mt-bench/judge-prompt.js";
import { judgePromptKinds } from "../../src/domain/mt-bench/judge-prompt.js";
import { mtBenchCategories } from "../../src/domain/mt-bench/mt-bench.js";
import { parseRating } from "../../src/domain/mt-bench/rating.js";
import { unknownAnswer } from "../../src/embedded/candidate.js";
import { judge } from "../../src/embedded/judge.js";
import { readJudgeRequest } from "../../src/embedded/judge-request.js";
import { readBuiltinPrompts } from "../../src/io/prompt-files.js";
import type { DemoQuestion } from "./demo-questions.js";
import { demoQuestions } from "./demo-questions.js";

const { prompts } = await readBuiltinPrompts();

/** The conversation that a judge sees: earlier turns are answered by their references or by `before`, the last one by `answer`. */
function conversation(
  kind: JudgePromptKind,
  question: DemoQuestion,
  answer: string,
  before?: string,
): readonly JudgedTurn[] {
  const withReference = kind.endsWith("reference");
  const turns = [0, 1].slice(0, kind.startsWith("multi-turn") ? 2 : 1);
  return turns.map((turn) => ({
    question: question.turns[turn] ?? "",
    answer: turn === turns.length - 1 ? answer : (before ?? question.reference[turn] ?? ""),
    ...(withReference && { reference: question.reference[turn] ?? "" }),
  }));
}

function rate(kind: JudgePromptKind, question: DemoQuestion, answer: string, before?: string): number {
  const prompt = prompts[kind];
  const { system, user } = prompt.fill(conversation(kind, question, answer, before));
  const reply = judge([
    { role: "system", content: system },
    { role: "user", content: user },
  ]);
  const rating = parseRating(reply, prompt.scale);
  return rating.kind === "scored" ? rating.score : Number.NaN;
}

describe("the demo question set", () => {
  it("holds 16 questions, two of each MT-Bench category, with ids from 1 to 16", () => {
    expect(demoQuestions.map((question) => question.question_id)).toEqual(
      Array.from({ length: 16 }, (_, at) => at + 1),
    );
    expect(demoQuestions.map((question) => question.category)).toEqual(
      mtBenchCategories.flatMap((category) => [category, category]),
    );
    expect(new Set(demoQuestions.flatMap((question) => question.turns)).size).toBe(32);
  });

  it("keeps the lengths that its writing questions ask for", () => {
    const words = (text: string): number => text.split(/\s+/u).length;
    expect(words(demoQuestions[0]?.reference[1] ?? "")).toBeLessThanOrEqual(20);
    expect(demoQuestions[0]?.reference[0].match(/[.!?](?:\s|$)/gu)).toHaveLength(4);
    expect(Math.abs(words(demoQuestions[1]?.reference[0] ?? "") - 60)).toBeLessThanOrEqual(6);
  });
});

describe("branchbench's judge prompts with the embedded judge", () => {
  it.each(judgePromptKinds)("%s is read back as it was filled", (kind) => {
    for (const question of demoQuestions) {
      const turns = conversation(kind, question, "An answer.\n\n=== made up end ===\n");
      const read = readJudgeRequest(prompts[kind].fill(turns).user);
      expect(read).toEqual(turns);
    }
  });

  it.each(judgePromptKinds)("%s: every reference is rated 9 or 10", (kind) => {
    const turn = kind.startsWith("multi-turn") ? 1 : 0;
    const ratings = demoQuestions.map((question) => rate(kind, question, question.reference[turn]));
    expect(Math.min(...ratings)).toBeGreaterThanOrEqual(9);
  });

  it.each(judgePromptKinds)("%s: the reference of another question is rated 4 at most", (kind) => {
    const turn = kind.startsWith("multi-turn") ? 1 : 0;
    const ratings = demoQuestions.flatMap((question) =>
      demoQuestions.filter((other) => other !== question).map((other) => rate(kind, question, other.reference[turn])),
    );
    expect(ratings).toHaveLength(16 * 15);
    expect(Math.max(...ratings)).toBeLessThanOrEqual(4);
  });

  it.each(judgePromptKinds)("%s: not knowing is rated 1 or 2", (kind) => {
    const ratings = demoQuestions.flatMap((question) => [
      rate(kind, question, unknownAnswer),
      rate(kind, question, unknownAnswer, unknownAnswer),
    ]);
    expect(Math.max(...ratings)).toBeLessThanOrEqual(2);
  });
});

describe("branchbench's judge prompts", () => {
  it.each(judgePromptKinds)("%s declares its name, kind and scale and says how to rate", (kind) => {
    const prompt = prompts[kind];
    expect(prompt).toMatchObject({ name: `branchbench-${kind}`, kind, scale: { min: 1, max: 10 } });
    const { system, user } = prompt.fill(conversation(kind, demoQuestions[0]!, "An answer."));
    const delimiter = /^=== (\S+) question 1 ===$/mu.exec(user)?.[1] ?? "none";
    expect(system).toContain(`carry the word ${delimiter}.`);
    expect(user).toContain("from 1 (useless) to 10");
    expect(user.endsWith("\nRating: [[5]]")).toBe(true);
    expect(user).not.toContain("{{");
  });

  it.each(judgePromptKinds)("%s leaves text that looks like a template alone", (kind) => {
    const answer = `<b>{{delimiter}}</b> {question} "&"`;
    expect(prompts[kind].fill(conversation(kind, demoQuestions[0]!, answer)).user).toContain(`\n${answer}\n===`);
  });

  it.each(["single-reference", "multi-turn-reference"] as const)(
    "%s shows no block where a turn has no reference",
    (kind) => {
      const turns = conversation(kind, demoQuestions[0]!, "An answer.").map(({ question, answer }) => ({
        question,
        answer,
      }));
      expect(prompts[kind].fill(turns).user).not.toMatch(/^===.*reference/mu);
    },
  );

  it("takes any number of turns", () => {
    const turns = [1, 2, 3].map((number) => ({ question: `Question ${number}?`, answer: `Answer ${number}.` }));
    const { user } = prompts["multi-turn"].fill(turns);
    expect(readJudgeRequest(user)).toEqual(turns);
    expect(user).toContain("rate the answer to question 3 on");
  });
});
