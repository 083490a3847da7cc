import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QnaExample } from "../../../src/domain/taxonomy/qna.js";
import { encodeQuestion, encodeReference, makeQuestionSet, questionTurn } from "../../../src/domain/taxonomy/question-set.js";

function example(question: string, answer = "a", more: Partial<QnaExample> = {}): QnaExample {
  return { file: "s/qna.yaml", position: 1, line: 1, question, answer, context: undefined, ...more };
}

function upstreamId(question: string): string {
  return BigInt(`0x${createHash("md5").update(question).digest("hex")}`).toString(10);
}

const ids = (examples: readonly QnaExample[]): string[] => makeQuestionSet(examples).map(({ id }) => id);

describe("makeQuestionSet", () => {
  it("gives upstream's id to a question that is alone and has no context", () => {
    expect(ids([example("What is it?")])).toEqual([upstreamId("What is it?")]);
    expect(ids([example("What is it?"), example("What is it?", "b", { context: "c" })])[0]).toBe(
      upstreamId("What is it?"),
    );
    // written by hand: md5 of the empty text
    expect(ids([example("")])).toEqual(["281949768489412648962353822266799178366"]);
  });

  it("tells contexts, then answers, then occurrences apart", () => {
    const set = [
      example("Q", "a", { context: "1" }),
      example("Q", "a", { context: "2" }),
      example("R", "a"),
      example("R", "b"),
      example("S"),
      example("S"),
      example("S"),
    ];
    expect(new Set(ids(set)).size).toBe(set.length);
    expect(ids(set)[4]).toBe(upstreamId("S"));
  });

  it("keeps ids when files move or are put in another order", () => {
    const set = [example("Q", "a", { context: "1" }), example("R", "a"), example("R", "b"), example("T")];
    const moved = set.map((one) => ({ ...one, file: "elsewhere/qna.yaml", position: 9 }));
    expect(ids(moved)).toEqual(ids(set));
    expect(ids(set.toReversed())).toEqual(ids(set).reverse());
  });

  it("gives every example of any set an id of its own", () => {
    const text = fc.constantFrom("", "a", "b", '["context","a","b"]', '["occurrence","a",1]');
    const any = fc.record({ question: text, answer: text, context: fc.option(text, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (parts) => {
        const set = ids(parts.map((part) => example(part.question, part.answer, { context: part.context })));
        expect(new Set(set).size).toBe(parts.length);
        expect(set.every((id) => /^\d{1,39}$/.test(id))).toBe(true);
      }),
    );
  });
});

describe("the lines that are written", () => {
  const [question] = makeQuestionSet([example("Why?", "So.", { context: "Text." })]);

  it("put the context first, in upstream's words", () => {
    expect(questionTurn(example("Why?", "", { context: "Text." }))).toBe(
      "Given the context below:\nText.\nAnswer the following question: Why?",
    );
    expect(questionTurn(example("Why?", "", { context: "" }))).toBe(
      "Given the context below:\n\nAnswer the following question: Why?",
    );
  });

  it("have upstream's fields in upstream's order", () => {
    expect(Object.keys(encodeQuestion(question!))).toEqual([
      "qna_file",
      "question_id",
      "category",
      "turns",
      "reference",
    ]);
    const reference = encodeReference(question!, "j", 5);
    expect(Object.keys(reference)).toEqual(["question_id", "answer_id", "model_id", "choices", "tstamp"]);
    expect(reference).toMatchObject({
      question_id: question!.id,
      model_id: "j",
      choices: [{ index: 0, turns: ["So."] }],
      tstamp: 5,
      answer_id: expect.stringMatching(/^[2-9A-HJ-NP-Za-km-z]{22}$/),
    });
    expect(encodeReference(question!, "j", 5)).toEqual(reference);
  });
});
