import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { QuestionRow } from "../../src/domain/report/question-rows.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import { readQuestionRows } from "../../src/pipeline/question-rows.js";
import { makeReport } from "../../src/pipeline/report.js";
import { evalError } from "../support/eval-error.js";
import type { Reply } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import type { Stage } from "../support/stage.js";
import { plainQuestions, startStage } from "../support/stage.js";

const echo: Reply = (request) => answer.ok(`re: ${request.prompt}`);
const sevens: Reply = () => answer.ok("Good. Rating: [[7]]");

async function rowsOf(stage: Stage, input: object = {}): Promise<QuestionRow[]> {
  const rows: QuestionRow[] = [];
  const all = { bench: "mt_bench", output: stage.output, questions: stage.questions, ...input };
  for await (const row of await readQuestionRows(all)) rows.push(row);
  return rows;
}

function brief({ model, question, turn, choice, repeat, outcome, answerTurn, judgment }: QuestionRow): unknown[] {
  return [model, question.id, choice, turn, repeat, outcome.kind, answerTurn?.text, judgment?.kind];
}

/** The lines of a file, last one first. */
async function reverse(path: string): Promise<void> {
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  await writeFile(path, `${lines.toReversed().join("\n")}\n`);
}

describe("readQuestionRows", () => {
  it("joins question, answer and judgment, whatever order their files are in", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(3));
    for (const model of ["m", "a"]) {
      await stage.gen(server.url, { model });
      await stage.judge(judge.url, { model });
    }
    const rows = await rowsOf(stage);
    expect(rows.map(brief)).toEqual(
      ["a", "m"].flatMap((model) =>
        [1, 2, 3].flatMap((id) =>
          [1, 2].map((turn) => {
            const text = turn === 1 ? `re: first ${id}` : `re: second ${id}`;
            return [model, id, 0, turn, 0, "scored", text, "rated"];
          }),
        ),
      ),
    );
    expect(rows.every(({ stale, answerHash, judgment }) => !stale && judgment?.answerHash === answerHash)).toBe(true);
    for (const path of [stage.output.judgments("j").records, stage.output.answers("m").records]) await reverse(path);
    expect(await rowsOf(stage)).toEqual(rows);
    expect(await rowsOf(stage, { models: ["m"] })).toEqual(rows.filter(({ model }) => model === "m"));
  });

  it("has a row for what failed, was not judged, or got no score, as the report counts them", async () => {
    const broken: Reply = ({ prompt }) =>
      prompt === "second 2" ? answer.contextOverflow() : answer.ok(`re: ${prompt}`);
    await using server = await startModelServer({ reply: broken });
    await using judge = await startModelServer({
      reply: (_, { index }) => answer.ok(index === 0 ? "no rating" : "[[7]]"),
    });
    await using stage = await startStage(plainQuestions(3));
    await stage.gen(server.url);
    await stage.judge(judge.url, {}, { client: { maxWorkers: 1 } });
    const { records } = stage.output.judgments("j");
    const lines = (await readFile(records, "utf8")).trimEnd().split("\n");
    await writeFile(records, `${lines.slice(0, -1).join("\n")}\n`);
    const rows = await rowsOf(stage);
    const counts = new Map<string, number>();
    for (const { outcome } of rows) counts.set(outcome.kind, (counts.get(outcome.kind) ?? 0) + 1);
    const report = await makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
    const judgments = report.models[0]?.judgments;
    expect(Object.fromEntries(counts)).toEqual({ scored: 3, unscored: 1, "not judged": 1, unanswered: 1 });
    expect(judgments).toMatchObject({ expected: 6, scored: 3, unanswered: 1, missing: 1, unscored: { missing: 1 } });
    expect(rows.find(({ outcome }) => outcome.kind === "unanswered")).toMatchObject({
      question: { id: 2 },
      turn: 2,
      outcome: { reason: "context-overflow" },
    });
  });

  it("marks a judgment of an answer that changed since", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(1));
    await stage.gen(server.url);
    await stage.judge(judge.url);
    const { records } = stage.output.answers("m");
    await writeFile(records, (await readFile(records, "utf8")).replace("re: second 1", "another"));
    expect((await rowsOf(stage)).map(({ turn, stale }) => [turn, stale])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it("reads the judges' texts again with another parser", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: () => answer.ok("[[2]], no: [[8]]") });
    await using stage = await startStage(plainQuestions(1));
    await stage.gen(server.url);
    await stage.judge(judge.url);
    expect((await rowsOf(stage)).map(({ outcome }) => outcome.kind)).toEqual(["unscored", "unscored"]);
    expect((await rowsOf(stage, { parser: "fastchat" })).map(({ outcome }) => outcome)).toEqual([
      { kind: "scored", score: 2 },
      { kind: "scored", score: 2 },
    ]);
  });

  it("shows the reference that stands in the question", async () => {
    const question = { question_id: 1, category: "math", turns: ["1+1", "2+2"], reference: ["2", ""] };
    await using stage = await startStage([question]);
    const line = {
      question_id: 1,
      model: "m",
      judge: ["j", "p"],
      user_prompt: "",
      judgment: "[[7]]",
      score: 7,
      turn: 1,
    };
    const judgmentsFile = `${stage.folder}/judgments.jsonl`;
    await writeFile(judgmentsFile, `${JSON.stringify(line)}\n${JSON.stringify({ ...line, turn: 2 })}\n`);
    expect((await rowsOf(stage, { judgmentsFile })).map(({ reference }) => reference)).toEqual(["2", undefined]);
  });

  it("refuses judgments of another question set, also behind its last question", async () => {
    await using server = await startModelServer({ reply: echo });
    await using judge = await startModelServer({ reply: sevens });
    await using stage = await startStage(plainQuestions(3));
    await stage.gen(server.url);
    await stage.judge(judge.url);
    const path = `${stage.folder}/fewer.jsonl`;
    await writeFile(path, `${JSON.stringify(plainQuestions(1)[0])}\n`);
    const questions = { ...(await openQuestionFile(path)), sha256: stage.questions.sha256 };
    await expect(rowsOf(stage, { questions })).rejects.toEqual(
      evalError("input", "question 2 is not one of", "--questions"),
    );
    const other = { questions: await openQuestionFile(path) };
    await expect(rowsOf(stage, other)).rejects.toEqual(evalError("conflict", "was judged on another question set"));
  });

  it("says what to do where nothing was judged", async () => {
    await using stage = await startStage();
    await expect(rowsOf(stage)).rejects.toEqual(evalError("input", "no judgments to report", "judge-answers"));
  });
});
