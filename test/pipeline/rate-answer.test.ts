import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeAll, afterAll, describe, expect, it } from "vitest";
import type { GivenRating } from "../../src/domain/mt-bench/human-rating.js";
import { startEmbeddedServer } from "../../src/embedded/server.js";
import { readHumanRatings } from "../../src/io/human-rating-file.js";
import { withLock } from "../../src/io/lock.js";
import { makeReport } from "../../src/pipeline/report.js";
import { rateAnswer } from "../../src/pipeline/rate-answer.js";
import { collect } from "../support/collect.js";
import { evalError } from "../support/eval-error.js";
import type { Stage } from "../support/stage.js";
import { readRows, startStage } from "../support/stage.js";

const now = new Date("2026-01-01T00:00:00Z");

describe("rateAnswer", () => {
  let stage: Stage;
  let given: GivenRating;

  beforeAll(async () => {
    stage = await startStage();
    await using server = await startEmbeddedServer({
      models: { m: { kind: "candidate", pairs: [] }, j: { kind: "judge" } },
    });
    await stage.gen(server.url, { model: "m" });
    await stage.judge(server.url, { model: "m", judge: "j" }, { client: { model: "j" } });
    const [first] = await readRows(stage.output.answers("m").records);
    given = {
      question_id: first?.["question_id"],
      model: "m",
      turn: 2,
      choice: 0,
      answer: first?.["choices"][0].turns[1],
      score: 9,
      overrules: null,
      reason: "",
      rater: "Ada",
    };
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  it("keeps each rating in a file of its own, one line after the other", async () => {
    const path = stage.output.humanRatings("m");
    const first = await rateAnswer(given, stage, now);
    const before = await readFile(path, "utf8");
    const overruling = { ...given, overrules: { judge: "j", repeat: 0 }, score: 2, reason: " misread " };
    const second = await rateAnswer(overruling, stage, now);
    expect((await readFile(path, "utf8")).startsWith(before)).toBe(true);
    expect(await collect(readHumanRatings(path))).toEqual([first, second]);
    const judged = (await readRows(stage.output.judgments("j").records)).find(
      ({ question_id, turn }) => question_id === given.question_id && turn === 2,
    );
    expect(first).toMatchObject({ score: 9, overrules: null, rater: "Ada", tstamp: now.getTime() / 1000 });
    expect(first.answerHash).toBe(judged?.["answer_hash"]);
    expect(second).toMatchObject({ overrules: { judge: "j", repeat: 0, score: judged?.["score"] }, reason: "misread" });
  });

  it("keeps all of many that come at once", async () => {
    const path = stage.output.humanRatings("m");
    const before = (await collect(readHumanRatings(path))).length;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => rateAnswer({ ...given, score: index + 1 }, stage, now)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "fulfilled"));
    expect(await collect(readHumanRatings(path))).toHaveLength(before + 5);
  });

  it("never touches a judge's score, and no other reader sees it", async () => {
    const report = () => makeReport({ bench: "mt_bench", output: stage.output, questions: stage.questions });
    const records = stage.output.judgments("j").records;
    const before = [JSON.stringify(await report()), await readFile(records, "utf8")];
    await rateAnswer({ ...given, score: 1 }, stage, now);
    expect([JSON.stringify(await report()), await readFile(records, "utf8")]).toEqual(before);
    expect(await stage.output.listAnswers()).toEqual(["m"]);
    expect(await stage.output.listJudgments()).toEqual(["j"]);
    expect(dirname(stage.output.humanRatings("m"))).not.toBe(dirname(records));
  });

  it.each([
    ["a question that is not there", { question_id: 999 }, "there is no such question"],
    ["another form of the id", { question_id: "1" }, "there is no such question"],
    ["a model that is not there", { model: "nobody" }, "there are no answers of that model"],
    ["a model that is a path", { model: "../../etc/passwd" }, "there are no answers of that model"],
    ["a repeat that is not there", { choice: 3 }, "there is no answer 3"],
    ["a turn that is not there", { turn: 3 }, "turn 3 of it was not answered"],
    ["a judge that is not there", { overrules: { judge: "x", repeat: 0 } }, "no judgments by x"],
    ["a judgment that is not there", { overrules: { judge: "j", repeat: 4 } }, "j has not judged it"],
  ])("refuses %s", async (_, change, message) => {
    const path = stage.output.humanRatings("m");
    const before = await collect(readHumanRatings(path));
    await expect(rateAnswer({ ...given, ...change, reason: "why" }, stage, now)).rejects.toEqual(
      evalError("input", message),
    );
    expect(await collect(readHumanRatings(path))).toEqual(before);
  });

  it("refuses an answer that is another one by now", async () => {
    await expect(rateAnswer({ ...given, answer: "old" }, stage, now)).rejects.toEqual(
      evalError("conflict", "has changed since it was shown"),
    );
  });

  it("waits a little for another writer, and says who is in the way", async () => {
    await withLock(stage.output.humanRatings("m"), async () => {
      await expect(rateAnswer(given, stage, now)).rejects.toEqual(evalError("locked", "human_rating"));
    });
  });
});
