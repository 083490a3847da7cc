import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fastChatNames } from "../../src/domain/mt-bench/judge-prompt.js";
import { removeModel } from "../../src/io/judgment-file.js";
import { readBuiltinPrompts, readFastChatPrompts } from "../../src/io/prompt-files.js";
import { makeReport } from "../../src/pipeline/report.js";
import type { Reply } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import { plainQuestions, readRows, startStage } from "../support/stage.js";

const echo: Reply = (request) => answer.ok(`re: ${request.prompt}`);
const sevens: Reply = () => answer.ok("Good. Rating: [[7]]");

describe("judgeAnswers", () => {
  it("judges each turn once and writes upstream's fields in upstream's order", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(3));
    await stage.gen(server.url);
    const summary = await stage.judge(judge.url);
    expect(summary).toMatchObject({
      expected: 6,
      resumed: 0,
      scored: 6,
      unscored: {},
      failed: {},
      unanswered: 0,
      errorRate: 0,
    });
    const rows = await readRows(summary.paths.records);
    expect(rows.map((row) => [row["question_id"], row["turn"], row["score"]])).toEqual([
      [1, 1, 7],
      [1, 2, 7],
      [2, 1, 7],
      [2, 2, 7],
      [3, 1, 7],
      [3, 2, 7],
    ]);
    expect(Object.keys(rows[0]!).slice(0, 8)).toEqual([
      "question_id",
      "model",
      "judge",
      "user_prompt",
      "judgment",
      "score",
      "turn",
      "tstamp",
    ]);
    expect(rows[0]!["judge"]).toEqual(["j", "branchbench-single"]);
    expect(rows[0]!["prompt_hash"]).toMatch(/^[0-9a-f]{64}$/);
    expect(judge.requests[0]?.body).toMatchObject({ temperature: 0, max_tokens: 2048 });
  });

  it("keeps text and reason of what it cannot score, and does not pay for it again", async () => {
    const texts = ["Rating: [[7]] or rather [[3]]", "[[70]]", "no rating here", "  "];
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: (_, { index }) => answer.ok(texts[index] ?? "[[5]]") });
    await using stage = await startStage(plainQuestions(2));
    await stage.gen(server.url);
    const summary = await stage.judge(judge.url, {}, { client: { maxWorkers: 1 } });
    expect(summary).toMatchObject({
      scored: 0,
      unscored: { ambiguous: 1, "out-of-range": 1, missing: 1, empty: 1 },
      errorRate: 1,
    });
    const rows = await readRows(summary.paths.records);
    expect(rows.map((row) => row["score"])).toEqual([-1, -1, -1, -1]);
    expect(rows.map((row) => row["judgment"])).toEqual(expect.arrayContaining(texts));
    await stage.judge(judge.url);
    expect(judge.requests).toHaveLength(4);
  });

  it("never judges what was not answered, and counts it", async () => {
    await using server = await startModelServer({
      reply: (request) =>
        request.prompt === "second 2" ? answer.nullContent() : echo(request, { index: 0, inFlight: 1 }),
    });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(3));
    await stage.gen(server.url);
    const summary = await stage.judge(judge.url);
    expect(summary).toMatchObject({ expected: 6, scored: 5, unanswered: 1 });
    expect(judge.requests).toHaveLength(5);
    const report = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
    expect(report.models[0]).toMatchObject({
      overall: { n: 5 },
      judgments: { expected: 6, unanswered: 1 },
      answers: { failed: { "no-content": 1 } },
    });
  });

  it("takes a part that was asked on purpose for the whole, but not one that was stopped before its end", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(5));
    const { paths } = await stage.gen(server.url, { selection: { firstN: 3 } });
    expect(await stage.judge(judge.url)).toMatchObject({ expected: 6, scored: 6, unanswered: 0, errorRate: 0 });
    const [first = ""] = (await readFile(paths.records, "utf8")).split("\n");
    await writeFile(paths.records, `${first}\n`);
    expect(await stage.judge(judge.url)).toMatchObject({ expected: 10, scored: 2, unanswered: 8 });
  });

  it("judges an answer again when it has changed, and only that", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(3));
    const { paths } = await stage.gen(server.url);
    await stage.judge(judge.url);
    const rows = await readRows(paths.records);
    rows[1]!["choices"][0].turns[1] = "changed";
    await writeFile(paths.records, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const stale = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
    expect(stale.models[0]?.judgments).toMatchObject({ scored: 5, missing: 1 });
    const summary = await stage.judge(judge.url);
    expect(judge.requests).toHaveLength(7);
    expect(summary).toMatchObject({ resumed: 5, scored: 6 });
    expect(await readRows(summary.paths.records)).toHaveLength(6);
  });

  it("keeps several candidates in one file, and starts one anew without touching the other", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(2));
    await stage.gen(server.url, { model: "org/a" });
    await stage.gen(server.url, { model: "org/b" });
    await stage.judge(judge.url, { model: "org/a" });
    const { paths } = await stage.judge(judge.url, { model: "org/b" });
    expect((await readRows(paths.records)).map((row) => row["model"])).toEqual([
      ...Array(4).fill("org/a"),
      ...Array(4).fill("org/b"),
    ]);
    await expect(stage.judge(judge.url, { model: "org/a", mergeSystemUserMessage: true })).rejects.toThrow(
      /merge_system_user_message/,
    );
    await stage.judge(judge.url, { model: "org/a", mergeSystemUserMessage: true, fresh: true });
    expect(judge.requests).toHaveLength(12);
    expect(await readRows(paths.records)).toHaveLength(8);
    expect(judge.requests.at(-1)?.body["messages"]).toHaveLength(1);
    const report = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
    expect(report.models.map(({ model }) => model)).toEqual(["org/a", "org/b"]);
  });

  it("loses nothing when it is killed while it starts one anew", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(2));
    for (const model of ["a", "b"]) await stage.gen(server.url, { model });
    for (const model of ["a", "b"]) await stage.judge(judge.url, { model });
    const { records, manifest } = stage.output.judgments("j");
    const before = await Promise.all([records, manifest].map((path) => readFile(path, "utf8")));
    const killed = (step: "before" | "after") => ({
      ...stage.output,
      copyAside: async (...args: Parameters<typeof stage.output.copyAside>) => {
        if (step === "after") await stage.output.copyAside(...args);
        throw new Error("killed");
      },
    });
    for (const step of ["before", "after"] as const) {
      await expect(stage.judge(judge.url, { model: "a", fresh: true, output: killed(step) })).rejects.toThrow("killed");
      expect(await Promise.all([records, manifest].map((path) => readFile(path, "utf8")))).toEqual(before);
    }
    // killed after the model's lines were taken out, before the manifest was: the next run just asks them again
    await removeModel(records, "a");
    expect((await readRows(records)).map((row) => row["model"])).toEqual(Array(4).fill("b"));
    expect(await stage.judge(judge.url, { model: "a" })).toMatchObject({ resumed: 0, scored: 4 });
    expect(await stage.judge(judge.url, { model: "a", fresh: true })).toMatchObject({ resumed: 0, scored: 4 });
    expect(await stage.judge(judge.url, { model: "b" })).toMatchObject({ resumed: 4, scored: 4 });
  });

  it("sets a torn line aside before another model's judgments are read", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(1));
    for (const model of ["a", "b"]) await stage.gen(server.url, { model });
    const { paths } = await stage.judge(judge.url, { model: "a" });
    await appendFile(paths.records, '{"question_id":1,"mo');
    expect(await stage.judge(judge.url, { model: "b" })).toMatchObject({ scored: 2 });
    expect(await readFile(`${paths.records}.torn`, "utf8")).toBe('{"question_id":1,"mo\n');
  });

  it("refuses prompts that do not take so many turns before it asks", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage([{ question_id: 1, category: "stem", turns: ["a", "b", "c"] }]);
    await stage.gen(server.url);
    const path = join(stage.folder, "prompts.jsonl");
    const rows = Object.entries(fastChatNames).map(([kind, name]) => ({
      name,
      system_prompt: "",
      prompt_template: kind.startsWith("single") ? "{question}" : "{question_1} or {question_2}? {answer_2}",
    }));
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const rules = { prompts: await readFastChatPrompts(path), references: undefined };
    await expect(stage.judge(judge.url, { rules })).rejects.toThrow(/cannot be extended to 3 turns/);
    expect(judge.requests).toHaveLength(0);
  });

  it("asks a failed judgment again, and says of another model's failures nothing", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage(plainQuestions(2));
    await stage.gen(server.url);
    await using broken = await startModelServer({
      reply: (_, { index }) => (index === 0 ? answer.contextOverflow() : answer.ok("[[4]]")),
    });
    const first = await stage.judge(broken.url, {}, { client: { maxWorkers: 1 } });
    expect(first).toMatchObject({ scored: 3, failed: { "context-overflow": 1 }, errorRate: 0.25 });
    expect(await readRows(first.paths.failed)).toHaveLength(1);
    await using judge = await startModelServer({ reply: sevens });
    const second = await stage.judge(judge.url);
    expect(judge.requests).toHaveLength(1);
    expect(second).toMatchObject({ resumed: 3, scored: 4, failed: {} });
    expect(await readRows(second.paths.failed)).toEqual([]);
  });

  it("judges more than two turns turn by turn", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage([{ question_id: 1, category: "stem", turns: ["a", "b", "c"] }]);
    await stage.gen(server.url);
    const { paths } = await stage.judge(judge.url);
    expect((await readRows(paths.records)).map((row) => [row["turn"], row["judge"][1]])).toEqual([
      [1, "branchbench-single"],
      [2, "branchbench-multi-turn"],
      [3, "branchbench-multi-turn"],
    ]);
  });

  it("judges every repeat of an answer and averages them before the statistics", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: (_, { index }) => answer.ok(`[[${index + 2}]]`) });
    await using stage = await startStage([{ question_id: 1, category: "stem", turns: ["a"] }]);
    await stage.gen(server.url, { numChoices: 3 });
    await stage.judge(judge.url, {}, { client: { maxWorkers: 1 } });
    const report = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
    expect(report.models[0]?.overall).toMatchObject({ n: 1, mean: 3 });
  });

  it("averages as many repeats of a judgment as were asked for last, however many lie there", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({
      reply: (_, { index }) => answer.ok(`[[${[2, 4, 9, 9][index] ?? 1}]]`),
    });
    await using stage = await startStage([{ question_id: 1, category: "stem", turns: ["a"] }]);
    await stage.gen(server.url);
    const rules = { prompts: await readBuiltinPrompts(), references: undefined };
    const one = { client: { maxWorkers: 1 } };
    const report = async () => {
      const { models } = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
      return [models[0]?.overall.mean, models[0]?.judgments.expected, models[0]?.caveats];
    };
    await stage.judge(judge.url, { rules: { ...rules, repeats: 3 } }, one);
    expect(await report()).toEqual([5, 3, []]);
    expect(await stage.judge(judge.url, { rules: { ...rules, repeats: 2 } }, one)).toMatchObject({ resumed: 2 });
    expect(await report()).toEqual([3, 2, ["1 judgment of an earlier run with a larger --judge-repeats left out"]]);
    await stage.judge(judge.url, { rules: { ...rules, repeats: 4 } }, one);
    expect(await report()).toEqual([6, 4, []]);
    expect(judge.requests).toHaveLength(4);
  });

  it("reads thinking that stood in the reply as upstream would, and only then", async () => {
    const replies = ["<think>[[2]]?</think> Rating: [[8]]", "Rating: [[8]]"];
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({
      reply: (_, { index }) =>
        index === 0 ? answer.ok(replies[0] ?? "") : answer.ok(replies[1] ?? "", { reasoning: "[[3]]?" }),
    });
    await using stage = await startStage(plainQuestions(1));
    await stage.gen(server.url);
    const scores = async (parser: "strict" | "fastchat") => {
      const input = { bench: "mt_bench", output: stage.output, questions: stage.questions };
      const { models } = await makeReport({ ...input, parser });
      return models[0]?.turns.map(({ score }) => score.mean);
    };
    await stage.judge(judge.url, {}, { client: { maxWorkers: 1 } });
    expect([await scores("strict"), await scores("fastchat")]).toEqual([
      [8, 8],
      [2, 8],
    ]);
    const again = await startModelServer({ reply: () => answer.ok(replies[0] ?? "") });
    await stage.judge(again.url, { parser: "fastchat", fresh: true });
    expect([await scores("strict"), await scores("fastchat")]).toEqual([
      [8, 8],
      [2, 2],
    ]);
    await again[Symbol.asyncDispose]();
  });

  it("refuses self-judging, answers to unknown questions, and missing references before it asks", async () => {
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage([{ question_id: 1, category: "math", turns: ["a"] }]);
    await expect(stage.judge(judge.url, { judge: "m" })).rejects.toThrow(/same model/);
    await expect(stage.judge(judge.url)).rejects.toThrow(/question 1 \(math\), turn 1: no reference answer/);
    await using plain = await startStage(plainQuestions(1));
    await expect(plain.judge(judge.url)).rejects.toThrow(/there are no answers of m/);
    const foreign = join(plain.folder, "answers.jsonl");
    await writeFile(
      foreign,
      `${JSON.stringify({ question_id: 99, model_id: "x", choices: [{ index: 0, turns: ["a"] }] })}\n`,
    );
    await expect(plain.judge(judge.url, { answersFile: foreign })).rejects.toThrow(
      /answers\.jsonl:1: field question_id: 99 is not a question/,
    );
    expect(judge.requests).toHaveLength(0);
  });

  it("reads another tool's answers and its error marker", async () => {
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(2));
    const foreign = join(stage.folder, "answers.jsonl");
    const rows = [
      { question_id: 1, answer_id: "a", model_id: "x", choices: [{ index: 0, turns: ["one", "two"] }], tstamp: 1 },
      { question_id: 2, answer_id: "b", model_id: "x", choices: [{ index: 0, turns: ["one", "$ERROR$"] }], tstamp: 1 },
    ];
    await writeFile(foreign, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const summary = await stage.judge(judge.url, { answersFile: foreign, model: "x" });
    expect(summary).toMatchObject({ expected: 4, scored: 3, unanswered: 1 });
    expect(await readFile(summary.paths.records, "utf8")).not.toContain("$ERROR$");
  });
});
