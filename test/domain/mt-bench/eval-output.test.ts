import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer, AnswerTurn, CompleteAnswer, FailedAnswer } from "../../../src/domain/mt-bench/answer.js";
import { requestFailureReasons } from "../../../src/domain/server/chat-model.js";
import {
  answerRowSchema,
  decodeAnswer,
  decodeJudgment,
  encodeAnswer,
  encodeJudgment,
  judgmentRowSchema,
} from "../../../src/domain/mt-bench/eval-output.js";
import type { FailedJudgment, Judgment, JudgmentFacts, RatedJudgment } from "../../../src/domain/mt-bench/judgment.js";
import { unscoredReasons } from "../../../src/domain/mt-bench/rating.js";
import { dataFolder, hasData } from "../../support/data.js";

const answer: CompleteAnswer = {
  kind: "answered",
  questionId: 81,
  answerId: "GjbSiFWWFDCxtDLq6tp76U",
  model: "org/model",
  choices: [
    {
      index: 0,
      turns: [
        {
          text: "First.",
          finishReason: "stop",
          usage: { promptTokens: 7, completionTokens: 3 },
          latencyMs: 12.5,
          attempts: 2,
          reasoning: "Hm.",
        },
        { text: "Second." },
      ],
    },
  ],
  tstamp: 1_686_286_924.84,
};

const facts: JudgmentFacts = {
  questionId: 81,
  model: "org/model",
  judge: "org/judge",
  promptName: "single-v1",
  userPrompt: "Rate.",
  turn: 1,
  choice: 0,
  tstamp: 1_686_286_924.84,
};

const judgment: RatedJudgment = {
  kind: "rated",
  ...facts,
  promptHash: "aa",
  answerHash: "bb",
  text: "Fine. [[8]]",
  rating: { kind: "scored", score: 8 },
  finishReason: "stop",
  usage: { promptTokens: 70, completionTokens: 30 },
  latencyMs: 12.5,
  attempts: 1,
  reasoning: "Hm.",
};

/** Reads back what was written, as a later run does. */
function storedAnswer(written: Answer): Answer {
  return decodeAnswer(answerRowSchema.parse(JSON.parse(JSON.stringify(encodeAnswer(written)))));
}

function storedJudgment(written: Judgment): Judgment {
  return decodeJudgment(judgmentRowSchema.parse(JSON.parse(JSON.stringify(encodeJudgment(written)))));
}

describe("a line of model_answer", () => {
  it("has upstream's fields in upstream's order, and branchbench's own inside the choices", () => {
    expect(JSON.stringify(encodeAnswer(answer))).toBe(
      '{"question_id":81,"answer_id":"GjbSiFWWFDCxtDLq6tp76U","model_id":"org/model","choices":[{"index":0,' +
        '"turns":["First.","Second."],"details":[{"finish_reason":"stop","prompt_tokens":7,"completion_tokens":3,' +
        '"latency_ms":12.5,"attempts":2,"reasoning":"Hm."},{}]}],"tstamp":1686286924.84}',
    );
  });

  it("keeps an id that no number could hold as a string", () => {
    const questionId = "316039804729012345678901234567890123456";
    expect(Object.values(encodeAnswer({ ...answer, questionId }))[0]).toBe(questionId);
  });

  it("ends with the failure of a failed answer, and holds the turns that were finished", () => {
    const failed: FailedAnswer = {
      ...answer,
      kind: "failed",
      choices: [{ index: 0, turns: [{ text: "First." }] }],
      reason: "timeout",
      message: "no reply",
      turn: 2,
    };
    const row = encodeAnswer(failed);
    expect(Object.keys(row)).toEqual(["question_id", "answer_id", "model_id", "choices", "tstamp", "failure"]);
    expect(row.failure).toEqual({ reason: "timeout", message: "no reply", turn: 2 });
    expect(row.choices[0]?.turns).toEqual(["First."]);
    expect(storedAnswer(failed)).toStrictEqual(failed);
  });

  it("reads a line of FastChat or instructlab/eval", () => {
    const row = answerRowSchema.parse({
      question_id: 81,
      answer_id: "GjbSiFWWFDCxtDLq6tp76U",
      model_id: "alpaca-13b",
      choices: [{ index: 0, turns: ["First.", "Second."] }],
      tstamp: 1_687_222_275.5,
    });
    expect(decodeAnswer(row)).toStrictEqual({
      kind: "answered",
      questionId: 81,
      answerId: "GjbSiFWWFDCxtDLq6tp76U",
      model: "alpaca-13b",
      choices: [{ index: 0, turns: [{ text: "First." }, { text: "Second." }] }],
      tstamp: 1_687_222_275.5,
    });
  });

  it("gives a line without id and time an id that depends on its content only", () => {
    const rowOf = (text: string) =>
      answerRowSchema.parse({ question_id: 81, model_id: "m", choices: [{ index: 0, turns: [text] }] });
    const [one, same, other] = [decodeAnswer(rowOf("a")), decodeAnswer(rowOf("a")), decodeAnswer(rowOf("b"))];
    expect(one.answerId).toMatch(/^[0-9a-f]{22}$/);
    expect(one.tstamp).toBe(0);
    expect(same.answerId).toBe(one.answerId);
    expect(other.answerId).not.toBe(one.answerId);
  });

  it.each([
    ["first turn", ["$ERROR$", "$ERROR$"], 1, []],
    ["second turn", ["First.", "$ERROR$"], 2, ["First."]],
  ])(
    "with upstream's error marker as %s is a failed answer that keeps the turns before",
    (_, turns, turn, finished) => {
      const row = answerRowSchema.parse({ question_id: 81, model_id: "m", choices: [{ index: 0, turns }] });
      const decoded = decodeAnswer(row);
      expect(decoded).toMatchObject({ kind: "failed", reason: "error-marker", turn });
      expect(decoded.choices).toEqual([{ index: 0, turns: finished.map((text) => ({ text })) }]);
    },
  );

  it("is failed from the earliest marker on, over all repeats", () => {
    const choices = [
      { index: 0, turns: ["a", "b", "$ERROR$"] },
      { index: 1, turns: ["a", "$ERROR$", "c"] },
    ];
    const decoded = decodeAnswer(answerRowSchema.parse({ question_id: 81, model_id: "m", choices }));
    expect(decoded).toMatchObject({ kind: "failed", reason: "error-marker", turn: 2 });
    expect(decoded.choices.map(({ turns }) => turns.map(({ text }) => text))).toEqual([["a"], ["a"]]);
  });

  it("takes text that only contains the marker as an answer", () => {
    const choices = [{ index: 0, turns: ["It says $ERROR$."] }];
    expect(decodeAnswer(answerRowSchema.parse({ question_id: 81, model_id: "m", choices })).kind).toBe("answered");
  });

  it("of branchbench itself never mistakes a model's text for a marker", () => {
    const spoken: CompleteAnswer = { ...answer, choices: [{ index: 0, turns: [{ text: "$ERROR$" }] }] };
    expect(storedAnswer(spoken)).toStrictEqual(spoken);
  });

  it.each([
    ["no model", { model_id: undefined }, "model_id"],
    ["no choices", { choices: undefined }, "choices"],
    ["a turn that is no text", { choices: [{ index: 0, turns: [null] }] }, "choices"],
    ["an unknown reason", { failure: { reason: "bad luck", message: "", turn: 1 } }, "failure"],
    ["a failed turn 0", { failure: { reason: "timeout", message: "", turn: 0 } }, "failure"],
  ])("with %s is refused", (_, change, field) => {
    const result = answerRowSchema.safeParse({ ...encodeAnswer(answer), ...change });
    expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });
});

describe("a line of model_judgment", () => {
  it("has upstream's fields in upstream's order, and branchbench's own after them", () => {
    expect(JSON.stringify(encodeJudgment(judgment))).toBe(
      '{"question_id":81,"model":"org/model","judge":["org/judge","single-v1"],"user_prompt":"Rate.",' +
        '"judgment":"Fine. [[8]]","score":8,"turn":1,"tstamp":1686286924.84,"choice":0,"prompt_hash":"aa",' +
        '"answer_hash":"bb","finish_reason":"stop","prompt_tokens":70,"completion_tokens":30,"latency_ms":12.5,' +
        '"attempts":1,"reasoning":"Hm."}',
    );
  });

  it.each(unscoredReasons)("without a rating (%s) has upstream's score of -1 and the reason", (reason) => {
    const unscored: RatedJudgment = { ...judgment, rating: { kind: "unscored", reason } };
    expect(encodeJudgment(unscored)).toMatchObject({ judgment: "Fine. [[8]]", score: -1, unscored: reason });
    expect(storedJudgment(unscored)).toStrictEqual(unscored);
  });

  it("of a judge that did not reply has upstream's marker, a score of -1 and the failure", () => {
    const failed: FailedJudgment = { kind: "failed", ...facts, reason: "rate-limited", message: "slow down" };
    const row = encodeJudgment(failed);
    expect(row).toMatchObject({
      judgment: "$ERROR$",
      score: -1,
      failure: { reason: "rate-limited", message: "slow down" },
    });
    expect(Object.keys(row).slice(0, 8)).toEqual([
      "question_id",
      "model",
      "judge",
      "user_prompt",
      "judgment",
      "score",
      "turn",
      "tstamp",
    ]);
    expect(storedJudgment(failed)).toStrictEqual(failed);
  });

  const upstream = {
    question_id: 81,
    model: "alpaca-13b",
    judge: ["gpt-4", "single-v1"],
    user_prompt: "Rate.",
    judgment: "Fine. [[8]]",
    score: 8,
    turn: 2,
    tstamp: 1_687_222_275.5,
  };

  it("of FastChat or instructlab/eval is read", () => {
    expect(decodeJudgment(judgmentRowSchema.parse(upstream))).toStrictEqual({
      kind: "rated",
      questionId: 81,
      model: "alpaca-13b",
      judge: "gpt-4",
      promptName: "single-v1",
      userPrompt: "Rate.",
      text: "Fine. [[8]]",
      rating: { kind: "scored", score: 8 },
      turn: 2,
      choice: 0,
      tstamp: 1_687_222_275.5,
    });
  });

  it.each<[string, object, object]>([
    [
      "a score of -1 is no score",
      { judgment: "Fine.", score: -1 },
      { kind: "rated", rating: { kind: "unscored", reason: "missing" } },
    ],
    ["the error marker is a failure", { judgment: "$ERROR$", score: -1 }, { kind: "failed", reason: "error-marker" }],
    ["half points stay", { score: 7.5 }, { kind: "rated", rating: { kind: "scored", score: 7.5 } }],
    ["what upstream read off the scale stays", { score: 0 }, { kind: "rated", rating: { kind: "scored", score: 0 } }],
    ["a time may lack", { tstamp: undefined }, { kind: "rated", tstamp: 0 }],
  ])("of upstream: %s", (_, change, expected) => {
    expect(decodeJudgment(judgmentRowSchema.parse({ ...upstream, ...change }))).toMatchObject(expected);
  });

  it("of branchbench itself never mistakes a judge's text for a marker", () => {
    const spoken: RatedJudgment = { ...judgment, text: "$ERROR$", rating: { kind: "unscored", reason: "missing" } };
    expect(storedJudgment(spoken)).toStrictEqual(spoken);
  });

  it.each([
    ["no judge", { judge: undefined }, "judge"],
    ["a judge without prompt name", { judge: ["gpt-4"] }, "judge"],
    ["a score that is text", { score: "8" }, "score"],
    ["turn 0", { turn: 0 }, "turn"],
    ["an unknown reason", { unscored: "bad luck" }, "unscored"],
  ])("with %s is refused", (_, change, field) => {
    const result = judgmentRowSchema.safeParse({ ...upstream, ...change });
    expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });
});

const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom("", "$ERROR$", "-1", "[[8]]", "\n"));
const count = fc.nat();
const usageFacts = {
  reasoning: text,
  finishReason: text,
  usage: fc.record({ promptTokens: count, completionTokens: count }),
  latencyMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  attempts: fc.integer({ min: 1, max: 99 }),
};
const questionId = fc.oneof(fc.integer(), fc.string({ minLength: 1 }));
const turns = fc.array(
  fc.record({ text, ...usageFacts }, { requiredKeys: ["text"] }).map((turn): AnswerTurn => turn),
  { maxLength: 3 },
);
const answerFacts = {
  questionId,
  answerId: text,
  model: text,
  choices: fc.array(fc.record({ index: count, turns }), { maxLength: 3 }),
  tstamp: count,
};
const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ kind: fc.constant("answered" as const), ...answerFacts }),
  fc.record({
    kind: fc.constant("failed" as const),
    ...answerFacts,
    reason: fc.constantFrom(...requestFailureReasons, "reasoning-only" as const, "interrupted" as const),
    message: text,
    turn: fc.integer({ min: 1, max: 9 }),
  }),
);

const judgmentFacts = {
  questionId,
  model: text,
  judge: text,
  promptName: text,
  promptHash: text,
  userPrompt: text,
  turn: fc.integer({ min: 1, max: 9 }),
  choice: count,
  answerHash: text,
  tstamp: count,
};
const optionalFacts = ["promptHash", "answerHash", "reasoning", "finishReason", "usage", "latencyMs", "attempts"];
const required = <Shape extends object>(shape: Shape): Exclude<keyof Shape, (typeof optionalFacts)[number]>[] =>
  Object.keys(shape).filter((key) => !optionalFacts.includes(key)) as Exclude<keyof Shape, string>[];
const ratedShape = {
  kind: fc.constant("rated" as const),
  ...judgmentFacts,
  ...usageFacts,
  text,
  rating: fc.oneof(
    fc.record({ kind: fc.constant("scored" as const), score: fc.integer({ min: 0, max: 20 }).map((half) => half / 2) }),
    fc.record({ kind: fc.constant("unscored" as const), reason: fc.constantFrom(...unscoredReasons) }),
  ),
};
const failedShape = {
  kind: fc.constant("failed" as const),
  ...judgmentFacts,
  reason: fc.constantFrom(...requestFailureReasons),
  message: text,
};
const anyJudgment = fc.oneof(
  fc.record(ratedShape, { requiredKeys: required(ratedShape) }),
  fc.record(failedShape, { requiredKeys: required(failedShape) }),
) as fc.Arbitrary<Judgment>;

describe("what is written is read back", () => {
  it("for every answer", () => {
    fc.assert(
      fc.property(anyAnswer, (written) => {
        expect(storedAnswer(written)).toEqual(written);
      }),
    );
  });

  it("for every judgment", () => {
    fc.assert(
      fc.property(anyJudgment, (written) => {
        expect(storedJudgment(written)).toEqual(written);
      }),
    );
  });
});

describe.skipIf(!hasData)("published answer files", () => {
  function rowsOf(...path: string[]): unknown[] {
    const lines = readFileSync(join(dataFolder, ...path), "utf8").split("\n");
    return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as unknown);
  }

  function filesIn(...path: string[]): string[] {
    return hasData ? readdirSync(join(dataFolder, ...path)).filter((name) => name.endsWith(".jsonl")) : [];
  }

  it.each(filesIn("mt_bench", "model_answer"))(
    "%s: 80 answers of two turns, which are written back as they came",
    (file) => {
      const rows = rowsOf("mt_bench", "model_answer", file);
      expect(rows).toHaveLength(80);
      for (const row of rows) {
        const decoded = decodeAnswer(answerRowSchema.parse(row));
        expect(decoded.kind).toBe("answered");
        expect(decoded.choices.map((choice) => choice.turns.length)).toEqual([2]);
        const { choices, ...rest } = encodeAnswer(decoded);
        expect({ ...rest, choices: choices.map(({ index, turns }) => ({ index, turns })) }).toEqual(row);
      }
    },
  );

  it.each(filesIn("mt_bench_repro", "en", "answers"))("%s of another team, without answer ids, is read", (file) => {
    const answers = rowsOf("mt_bench_repro", "en", "answers", file).map((row) =>
      decodeAnswer(answerRowSchema.parse(row)),
    );
    expect(answers).toHaveLength(80);
    expect(answers.every(({ kind, choices }) => kind === "answered" && choices[0]?.turns.length === 2)).toBe(true);
    expect(new Set(answers.map(({ answerId }) => answerId)).size).toBe(80);
  });
});
