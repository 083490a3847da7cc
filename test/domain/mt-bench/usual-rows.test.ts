import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeQuestion, questionRowSchema } from "../../../src/domain/mt-bench/question.js";
import { isUsualQuestionRow } from "../../../src/domain/mt-bench/usual-rows.js";

const question = { question_id: 81, category: "math", turns: ["a", "b"], reference: ["r", ""], qna_file: "a/qna.yaml" };

/** What may stand in a field, rightly or wrongly. */
const value = fc.oneof(
  fc.constantFrom(undefined, null, "", "x", 0, -1, 1, 1.5, 2 ** 53, true, {}, [], [""], ["x", 1], ["x", "y"]),
  fc.jsonValue(),
);

/** A row as it is on disk, with some fields changed, left out or added. */
const changed = fc
  .array(fc.tuple(fc.constantFrom(...Object.keys(question), "required_temperature", "other"), value), { maxLength: 3 })
  .map((changes): unknown => JSON.parse(JSON.stringify({ ...question, ...Object.fromEntries(changes) })));

describe("a usual row", () => {
  it("is what is written every day", () => {
    expect(isUsualQuestionRow(question)).toBe(true);
    for (const other of [undefined, null, 1, "", [], {}]) expect(isUsualQuestionRow(other)).toBe(false);
  });

  it("comes to the same question as through the schema", () => {
    fc.assert(
      fc.property(changed, (row) => {
        if (isUsualQuestionRow(row)) expect(decodeQuestion(row)).toEqual(decodeQuestion(questionRowSchema.parse(row)));
      }),
      { numRuns: 2_000 },
    );
  });
});
