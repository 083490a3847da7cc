import { describe, expect, it } from "vitest";
import { readBuiltinPrompts } from "../../src/io/prompt-files.js";
import { dryRunAnswers, dryRunJudgments } from "../../src/pipeline/dry-run.js";
import type { Reply } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import type { Stage } from "../support/stage.js";
import { plainQuestions, startStage } from "../support/stage.js";

/** Fails in the second turn of question 2, where it stops. */
const half: Reply = (request) =>
  request.prompt === "second 2" ? answer.contextOverflow() : answer.ok(`re: ${request.prompt}`);

function input(stage: Stage) {
  return { bench: "mt_bench", output: stage.output, questions: stage.questions, model: "m" };
}

async function judging(stage: Stage) {
  return { ...input(stage), judge: "j", rules: { prompts: await readBuiltinPrompts(), references: undefined } };
}

describe("a dry run", () => {
  it("counts the repeats of every answer, and every judgment of them", async () => {
    await using stage = await startStage(plainQuestions(3));
    const asked = { ...input(stage), numChoices: 4 };
    expect(await dryRunAnswers(asked)).toMatchObject({ requests: 24, resumed: 0 });
    expect(await dryRunJudgments(await judging(stage), asked)).toMatchObject({ requests: 24 });
    const { rules, ...rest } = await judging(stage);
    expect(await dryRunJudgments({ ...rest, rules: { ...rules, repeats: 2 } }, asked)).toMatchObject({ requests: 48 });
  });

  it("leaves out the turns that a failed question has already", async () => {
    await using server = await startModelServer({ reply: half });
    await using stage = await startStage(plainQuestions(3));
    const before = await dryRunAnswers(input(stage));
    await stage.gen(server.url);
    const plan = await dryRunAnswers(input(stage));
    expect(plan).toMatchObject({ requests: 1, resumed: 2 });
    // the conversation so far goes with the turn that is left
    expect(plan.promptTokens).toBeGreaterThan(0);
    expect(plan.promptTokens).toBeLessThan(before.promptTokens);
    expect(await dryRunAnswers({ ...input(stage), fresh: true })).toMatchObject({ requests: 6, resumed: 0 });
    expect(await dryRunAnswers({ ...input(stage), numChoices: 2 })).toMatchObject({ requests: 3 });
  });

  it("says what judge-answers asks of what is there, and what a run asks in the end", async () => {
    await using server = await startModelServer({ reply: half });
    await using judge = await startModelServer({ reply: () => answer.ok("[[7]]") });
    await using stage = await startStage(plainQuestions(3));
    expect(await dryRunJudgments(await judging(stage))).toMatchObject({ requests: 6 });
    await stage.gen(server.url);
    expect(await dryRunJudgments(await judging(stage))).toMatchObject({ requests: 5, resumed: 0 });
    expect(await dryRunJudgments(await judging(stage), { numChoices: 1 })).toMatchObject({ requests: 6 });
    await stage.judge(judge.url);
    expect(judge.requests).toHaveLength(5);
    expect(await dryRunJudgments(await judging(stage))).toMatchObject({ requests: 0, resumed: 5 });
    expect(await dryRunJudgments(await judging(stage), { numChoices: 1 })).toMatchObject({ requests: 1, resumed: 5 });
  });
});
