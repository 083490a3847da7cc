import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerRowSchema,
  decodeAnswer,
  decodeJudgment,
  judgmentRowSchema,
} from "../../../src/domain/mt-bench/eval-output.js";
import { decodeQuestion, questionRowSchema } from "../../../src/domain/mt-bench/question.js";
import { isUsualAnswerRow, isUsualJudgmentRow, isUsualQuestionRow } from "../../../src/domain/mt-bench/usual-rows.js";

const usage = { finish_reason: "stop", prompt_tokens: 3, completion_tokens: 0, latency_ms: 1.5, attempts: 1 };
const choice = { index: 0, turns: ["a", ""], details: [usage, { ...usage, reasoning: "r" }] };
const answer = { question_id: 81, answer_id: "a", model_id: "m", choices: [choice], tstamp: 1.5 };
const judgment = {
  question_id: "1",
  model: "m",
  judge: ["j", "single"],
  user_prompt: "p",
  judgment: "[[7]]",
  score: 7,
  turn: 1,
  tstamp: 1,
  choice: 0,
  repeat: 1,
  prompt_hash: "h",
  answer_hash: "h",
  ...usage,
  reasoning: "r",
  reasoning_inline: true,
};

const question = { question_id: 81, category: "math", turns: ["a", "b"], reference: ["r", ""], qna_file: "a/qna.yaml" };

/** What may stand in a field, rightly or wrongly. */
const value = fc.oneof(
  fc.constantFrom(undefined, null, "", "x", "stop", 0, -1, 1, 1.5, -1.5, 2 ** 53, true, false, {}, [], ["j"], ["j", 1]),
  fc.constantFrom(["j", "s"], ["j", "s", "t"], { reason: "timeout", message: "m", turn: 1 }, "out-of-range"),
  fc.constantFrom(
    [choice],
    [{ ...choice, details: undefined }],
    [{ ...choice, index: -1 }],
    [{ ...choice, turns: [1] }],
  ),
  fc.constantFrom(
    [{ ...choice, other: 1 }],
    [{ ...choice, details: [{ attempts: 0 }] }],
    [{ ...choice, details: [null] }],
  ),
  fc.constantFrom([{ ...choice, turns: ["$ERROR$"], details: undefined }], "$ERROR$"),
  fc.jsonValue(),
);

/** A row as it is on disk, with some fields changed, left out or added. */
function changed(row: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const name = fc.constantFrom(...Object.keys(row), "failure", "unscored", "other");
  return fc
    .array(fc.tuple(name, value), { maxLength: 3 })
    .map((changes): unknown => JSON.parse(JSON.stringify({ ...row, ...Object.fromEntries(changes) })));
}

describe("a usual row", () => {
  it("is what is written every day", () => {
    expect(isUsualAnswerRow(answer)).toBe(true);
    expect(isUsualJudgmentRow(judgment)).toBe(true);
    expect(isUsualQuestionRow(question)).toBe(true);
    for (const other of [undefined, null, 1, "", [], {}])
      expect([isUsualAnswerRow, isUsualJudgmentRow, isUsualQuestionRow].some((is) => is(other))).toBe(false);
  });

  it.each(Object.keys(usage))("is none with a wrong %s", (field) => {
    expect(isUsualJudgmentRow({ ...judgment, [field]: [] })).toBe(false);
    expect(isUsualAnswerRow({ ...answer, choices: [{ ...choice, details: [{ [field]: [] }] }] })).toBe(false);
  });

  it("comes to the same answer as through the schema", () => {
    fc.assert(
      fc.property(changed(answer), (row) => {
        if (isUsualAnswerRow(row)) expect(decodeAnswer(row)).toEqual(decodeAnswer(answerRowSchema.parse(row)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("comes to the same question as through the schema", () => {
    const texts = fc.constantFrom([], [""], ["x", 1], "x");
    const changedTexts = fc
      .tuple(changed(question), fc.option(texts))
      .map(([row, turns]): unknown => (turns === null ? row : { ...question, turns }));
    fc.assert(
      fc.property(changedTexts, (row) => {
        if (isUsualQuestionRow(row)) expect(decodeQuestion(row)).toEqual(decodeQuestion(questionRowSchema.parse(row)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("comes to the same judgment as through the schema", () => {
    fc.assert(
      fc.property(changed(judgment), (row) => {
        if (isUsualJudgmentRow(row)) expect(decodeJudgment(row)).toEqual(decodeJudgment(judgmentRowSchema.parse(row)));
      }),
      { numRuns: 2_000 },
    );
  });
});
