import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerTurn, CompleteAnswer } from "../../../src/domain/mt-bench/answer.js";
import {
  answerRowSchema,
  decodeAnswer,
  decodeJudgment,
  encodeAnswer,
  encodeJudgment,
  judgmentRowSchema,
} from "../../../src/domain/mt-bench/eval-output.js";
import type { Judgment, RatedJudgment } from "../../../src/domain/mt-bench/judgment.js";
import { usualLines } from "../../../src/domain/mt-bench/usual-lines.js";

const usual = usualLines();

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", '"', "\\", '\\"', "\n", "\u2028", "\ud83d", "🙂", '","judgment":"', '],"details":[', "$ERROR$"),
);
/** without what JSON escapes */
const name = fc.constantFrom("m", "org/model-1", "judge é", "🙂", "", "a name that is longer than others");
const questionId = fc.oneof(fc.nat(), fc.constantFrom("81", "id", "9".repeat(39)));
const amount = fc.oneof(fc.nat(), fc.constantFrom(0.5, 1_700_000_000.123, 1234.5678));
const turn: fc.Arbitrary<AnswerTurn> = fc
  .record({
    text,
    reasoning: fc.option(text, { nil: undefined }),
    finishReason: fc.option(name, { nil: undefined }),
    tokens: fc.option(fc.nat(), { nil: undefined }),
    latencyMs: amount,
    attempts: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ reasoning, finishReason, tokens, ...facts }) => ({
    ...facts,
    ...(reasoning !== undefined && { reasoning }),
    ...(finishReason !== undefined && { finishReason }),
    ...(tokens !== undefined && { usage: { promptTokens: tokens, completionTokens: tokens + 1 } }),
  }));

const answer: fc.Arbitrary<CompleteAnswer> = fc
  .record({
    questionId,
    answerId: name,
    model: name,
    turns: fc.array(fc.array(turn, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    tstamp: amount,
  })
  .map(({ turns, ...facts }) => ({
    kind: "answered",
    ...facts,
    choices: turns.map((ofChoice, index) => ({ index, turns: ofChoice })),
  }));

const judgment: fc.Arbitrary<RatedJudgment> = fc
  .record({
    questionId,
    model: name,
    judge: name,
    promptName: name,
    promptHash: name,
    answerHash: name,
    userPrompt: text,
    turn,
    place: fc.integer({ min: 1, max: 3 }),
    choice: fc.nat(3),
    repeat: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    tstamp: amount,
    score: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(7.5)),
    isInline: fc.boolean(),
  })
  .map(({ turn: reply, place, repeat, score, isInline, ...facts }) => ({
    kind: "rated",
    ...facts,
    ...reply,
    turn: place,
    ...(repeat !== undefined && { repeat }),
    ...(isInline && { reasoningInline: true }),
    rating: { kind: "scored", score },
  }));

/** As every other line is read; undefined where that refuses it. */
function parsed<Item>(line: string, decode: (row: unknown) => Item): Item | undefined {
  try {
    return decode(JSON.parse(line));
  } catch {
    return undefined;
  }
}

const parsedAnswer = (line: string) => parsed(line, (row) => decodeAnswer(answerRowSchema.parse(row)));
const parsedJudgment = (line: string): Judgment | undefined =>
  parsed(line, (row) => ({ ...decodeJudgment(judgmentRowSchema.parse(row)), userPrompt: "" }));

/** A line in which something was cut out, put in or put twice, at one place or two. */
function changed(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const part = fc.constantFrom(
    ...'\\"{}[]:,.-01 \u0001\t',
    "null",
    '"a"',
    '"b":1,',
    ',"repeat":2',
    ',"unscored":"missing"',
    '"user_prompt":"',
    '"turns":["x"],',
    "]}",
    "\\u00e9",
  );
  const change = fc.record({ at: fc.nat(9_999).map((place) => place / 10_000), cut: fc.nat(3), part: fc.option(part) });
  return fc.tuple(line, fc.array(change, { minLength: 1, maxLength: 2 })).map(([before, changes]) =>
    changes.reduce((now, { at, cut, part: put }) => {
      const place = Math.floor(at * now.length);
      return now.slice(0, place) + (put ?? now.slice(place, place + cut)) + now.slice(place + cut);
    }, before),
  );
}

describe("a usual answer", () => {
  it("is what is written every day, and its turns are as they stand in the line", () => {
    fc.assert(
      fc.property(answer, (one) => {
        const line = JSON.stringify(encodeAnswer(one));
        const read = usual.answer(line);
        expect(read?.answer).toEqual(parsedAnswer(line));
        expect(read?.answer).toEqual(one);
        expect(read?.turnsJson).toEqual(one.choices.map(({ turns }) => turns.map((said) => JSON.stringify(said.text))));
      }),
      { numRuns: 500 },
    );
  });

  it("is never another one than in a line that is parsed", () => {
    fc.assert(
      fc.property(changed(answer.map((one) => JSON.stringify(encodeAnswer(one)))), (line) => {
        const read = usual.answer(line);
        if (read !== undefined) expect(read.answer).toEqual(parsedAnswer(line));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ["a failure", { failure: { reason: "timeout", message: "", turn: 1 } }],
    ["no choice", { choices: [] }],
    ["another tool's facts", { choices: [{ index: 0, turns: ["a"] }] }],
    ["a key of another tool", { other: 1 }],
  ])("is none with %s", (_, change) => {
    const [one] = fc.sample(answer, 1);
    if (one === undefined) throw new Error("no sample");
    expect(usual.answer(JSON.stringify({ ...encodeAnswer(one), ...change }))).toBeUndefined();
  });
});

describe("a usual judgment", () => {
  it("is what is written every day, but for what the judge was asked", () => {
    fc.assert(
      fc.property(judgment, (one) => {
        const line = JSON.stringify(encodeJudgment(one));
        expect(usual.judgment(line)).toEqual(parsedJudgment(line));
        expect(usual.judgment(line)).toEqual({ ...one, userPrompt: "" });
      }),
      { numRuns: 500 },
    );
  });

  it("is never another one than in a line that is parsed", () => {
    // what stands in it is not looked at
    const line = judgment.map((one) => JSON.stringify(encodeJudgment({ ...one, userPrompt: "" })));
    fc.assert(
      fc.property(changed(line), (one) => {
        const read = usual.judgment(one);
        if (read !== undefined && one.includes('"user_prompt":""')) expect(read).toEqual(parsedJudgment(one));
      }),
      { numRuns: 20_000 },
    );
  });

  it("is none without a score, and where it failed", () => {
    const [one] = fc.sample(judgment, 1);
    if (one === undefined) throw new Error("no sample");
    const { kind: _, ...facts } = one;
    const unscored = encodeJudgment({ ...one, rating: { kind: "unscored", reason: "missing" } });
    const failed = encodeJudgment({ kind: "failed", ...facts, reason: "timeout", message: "" });
    for (const row of [unscored, failed]) expect(usual.judgment(JSON.stringify(row))).toBeUndefined();
  });
});

describe("a line that is a little different", () => {
  const facts = { finishReason: "stop", usage: { promptTokens: 3, completionTokens: 4 }, latencyMs: 5.5, attempts: 2 };
  const said = JSON.stringify(
    encodeJudgment({
      kind: "rated",
      questionId: 81,
      model: "m",
      judge: "j",
      promptName: "p",
      promptHash: "h",
      answerHash: "a",
      userPrompt: "",
      turn: 1,
      choice: 0,
      tstamp: 9,
      text: "good",
      rating: { kind: "scored", score: 7 },
      ...facts,
    }),
  );
  const given = JSON.stringify(
    encodeAnswer({
      kind: "answered",
      questionId: 81,
      answerId: "a",
      model: "m",
      choices: [{ index: 0, turns: [{ text: "good", ...facts }] }],
      tstamp: 9,
    }),
  );
  const faults: readonly (readonly [string, string])[] = [
    ['"question_id":81', '"question_id":081'],
    ['"question_id":81', '"question_id":-81'],
    ['"question_id":81', '"question_id":""'],
    ['"question_id":81', '"question_id":9999999999999999'],
    ['"tstamp":9', '"tstamp":09'],
    ['"tstamp":9', '"tstamp":9.'],
    ['"prompt_tokens":3', '"prompt_tokens":-3'],
    ['"prompt_tokens":3', '"prompt_tokens":3.5'],
    ['"prompt_tokens":3,', ""],
    ['"latency_ms":5.5', '"latency_ms":-5.5'],
    ['"attempts":2', '"attempts":0'],
    ['"attempts":2', '"attempts":2,'],
    ['"good"', String.raw`"\x"`],
    ['"good"', '"\u0001"'],
    ['"m"', '"\u0001"'],
    ['"good"', "7"],
  ];
  it.each<readonly [line: string, from: string, to: string]>([
    ...faults.flatMap(([from, to]) => [said, given].map((line) => [line, from, to] as const)),
    [said, '"score":7', '"score":-1'],
    [said, '"score":7', '"score":07'],
    [said, '"turn":1', '"turn":0'],
    [said, '"choice":0', '"choice":0,"repeat":0'],
  ])("is no usual one: %s with %s changed into %s", (line, from, to) => {
    const changedLine = line.replace(from, to);
    expect(changedLine).not.toBe(line);
    expect([usual.judgment(line), usual.answer(line)].filter((read) => read !== undefined)).toHaveLength(1);
    expect([usual.judgment(changedLine), usual.answer(changedLine)]).toEqual([undefined, undefined]);
  });
});

it("keeps names apart, however many there are", () => {
  const lines = usualLines();
  const [one] = fc.sample(judgment, 1);
  if (one === undefined) throw new Error("no sample");
  for (let count = 0; count < 2_500; count++) {
    const model = `model ${count % 1_200}`;
    expect(lines.judgment(JSON.stringify(encodeJudgment({ ...one, model })))?.model).toBe(model);
  }
});
