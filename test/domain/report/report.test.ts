import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ModelReport } from "../../../src/domain/report/report.js";
import type {
  AnswerSummary,
  JudgmentSummary,
  QuestionSummary,
  ScoredModel,
} from "../../../src/domain/mt-bench/scored-model.js";
import { compareModelReports, modelReport, reportSchema } from "../../../src/domain/report/report.js";
import { clusteredMean } from "../../../src/domain/statistics/statistics.js";
import { dataFolder, hasData } from "../../support/data.js";

const questions: readonly QuestionSummary[] = [
  { id: 1, category: "writing", turns: 2 },
  { id: 2, category: "math", turns: 2 },
  { id: 3, category: "math", turns: 2 },
];

type Outcome = number | JudgmentSummary["outcome"];

function judged(
  questionId: number,
  turn: number,
  outcome: Outcome,
  change: Partial<JudgmentSummary> = {},
): JudgmentSummary {
  return {
    questionId,
    turn,
    choice: 0,
    repeat: 0,
    promptName: "single-v1",
    outcome: typeof outcome === "number" ? { kind: "scored", score: outcome } : outcome,
    stale: false,
    promptTokens: 100,
    completionTokens: 10,
    ...change,
  };
}

function answered(questionId: number, change: Partial<AnswerSummary> = {}): AnswerSummary {
  return {
    questionId,
    failure: undefined,
    turns: 2,
    truncated: 0,
    empty: 0,
    promptTokens: 20,
    completionTokens: 30,
    ...change,
  };
}

const answers = [answered(1), answered(2), answered(3)];
const scores = [judged(1, 1, 9), judged(1, 2, 7), judged(2, 1, 4), judged(2, 2, 6), judged(3, 1, 10), judged(3, 2, 3)];

function reportOf(change: Partial<ScoredModel>, of: readonly QuestionSummary[] = questions): ModelReport {
  return modelReport(
    {
      model: "m",
      judge: "j",
      answers,
      judgments: scores,
      choices: 1,
      promptsSource: undefined,
      referencesSource: undefined,
      sampling: undefined,
      ...change,
    },
    of,
  );
}

const unscored = { kind: "unscored", reason: "missing" } as const;
const failed = { kind: "failed", reason: "timeout" } as const;

describe("the parts of a modelReport", () => {
  it("say how many turns that were asked have no score", () => {
    const judgments = [judged(1, 1, 9), judged(1, 2, unscored), judged(2, 1, failed), judged(2, 2, 6)];
    const report = reportOf({ answers: [answered(1), answered(2)], judgments });
    expect(report.turns.map(({ turn, leftOut }) => [turn, leftOut])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(report.categories.map(({ category, leftOut }) => [category, leftOut])).toEqual([
      ["writing", 1],
      ["math", 1],
    ]);
  });

  it("are there for each taxonomy file, too", () => {
    const ofFiles = questions.map((question) => ({
      ...question,
      qnaFile: question.id === 2 ? "b/qna.yaml" : "a/qna.yaml",
    }));
    expect(reportOf({}, ofFiles).files).toEqual([
      {
        qnaFile: "a/qna.yaml",
        leftOut: 0,
        score: clusteredMean([
          [9, 7],
          [10, 3],
        ]),
      },
      { qnaFile: "b/qna.yaml", leftOut: 0, score: clusteredMean([[4, 6]]) },
    ]);
    expect(reportOf({}).files).toEqual([]);
  });
});

describe("modelReport of a complete run", () => {
  const report = reportOf({});

  it("scores all, each turn and each category, clustered by question", () => {
    expect(report.overall).toEqual(
      clusteredMean([
        [9, 7],
        [4, 6],
        [10, 3],
      ]),
    );
    expect(report.turns).toEqual([
      { turn: 1, score: clusteredMean([[9], [4], [10]]), leftOut: 0 },
      { turn: 2, score: clusteredMean([[7], [6], [3]]), leftOut: 0 },
    ]);
    expect(report.categories).toEqual([
      { category: "writing", score: clusteredMean([[9, 7]]), leftOut: 0 },
      {
        category: "math",
        leftOut: 0,
        score: clusteredMean([
          [4, 6],
          [10, 3],
        ]),
      },
    ]);
  });

  it("counts, and has nothing to warn of", () => {
    expect(report.judgments).toEqual({ expected: 6, scored: 6, unscored: {}, failed: {}, unanswered: 0, missing: 0 });
    expect(report.answers).toEqual({ asked: 3, answered: 3, failed: {}, truncatedTurns: 0, emptyTurns: 0 });
    expect(report.tokens).toEqual({
      candidate: { prompt: 60, completion: 90 },
      judge: { prompt: 600, completion: 60 },
    });
    expect(report).toMatchObject({ errorRate: 0, partial: null, caveats: [] });
  });

  it("fits the published schema", () => {
    const whole = {
      kind: "branchbench-report",
      bench: "mt_bench",
      branch: null,
      questions: { source: "question.jsonl", sha256: "aa", count: 3 },
      models: [report, reportOf({ judgments: [], answers: undefined })],
    };
    expect(reportSchema.parse(whole)).toEqual(whole);
  });
});

describe("modelReport of a run with gaps", () => {
  const without = (...gone: number[]): JudgmentSummary[] => scores.filter((_, at) => !gone.includes(at));

  it.each<[string, Partial<ScoredModel>, Partial<ModelReport["judgments"]>, number, string[]]>([
    [
      "a judgment without a rating",
      { judgments: [...without(0), judged(1, 1, unscored)] },
      { expected: 6, scored: 5, unscored: { missing: 1 } },
      1 / 6,
      ["1 of 6 judgments have no score; the means leave them out"],
    ],
    [
      "a judge that did not reply",
      { judgments: [...without(0, 1), judged(1, 1, failed), judged(1, 2, failed)] },
      { expected: 6, scored: 4, failed: { timeout: 2 } },
      2 / 6,
      ["2 of 6 judgments have no score; the means leave them out"],
    ],
    [
      "an answer that is not judged yet",
      { judgments: without(5) },
      { expected: 6, scored: 5, missing: 1 },
      1 / 6,
      ["1 answered turn is not judged yet", "1 of 6 judgments have no score; the means leave them out"],
    ],
    [
      "an answer that has changed since it was judged",
      { judgments: [...without(5), judged(3, 2, 3, { stale: true })] },
      { expected: 6, scored: 5, missing: 1 },
      1 / 6,
      ["1 answered turn is not judged yet", "1 of 6 judgments have no score; the means leave them out"],
    ],
    [
      "a candidate that failed in its second turn",
      { answers: [answered(1), answered(2), answered(3, { failure: "timeout", turns: 1 })], judgments: without(5) },
      { expected: 6, scored: 5, unanswered: 1 },
      1 / 6,
      ["1 of 6 judgments have no score; the means leave them out"],
    ],
    [
      "a candidate that never answered",
      { answers: [answered(1), answered(2), answered(3, { failure: "timeout", turns: 0 })], judgments: without(4, 5) },
      { expected: 6, scored: 4, unanswered: 2 },
      2 / 6,
      ["2 of 6 judgments have no score; the means leave them out"],
    ],
  ])("%s lowers no mean, and counts", (_, change, counts, errorRate, caveats) => {
    const report = reportOf(change);
    expect(report.judgments).toEqual({ unscored: {}, failed: {}, unanswered: 0, missing: 0, ...counts });
    expect(report.errorRate).toBeCloseTo(errorRate, 12);
    expect(report.caveats).toEqual(caveats);
    expect(report.overall.n).toBe(counts.scored);
    expect(report.partial).toBeNull();
  });

  it("gathers what went wrong by reason", () => {
    const report = reportOf({
      answers: [
        answered(1, { failure: "timeout", turns: 0 }),
        answered(2, { failure: "rejected", turns: 0 }),
        answered(3, { failure: "timeout", turns: 0 }),
      ],
      judgments: [
        judged(1, 1, unscored),
        judged(1, 2, { kind: "unscored", reason: "ambiguous" }),
        judged(2, 1, unscored),
        judged(2, 2, failed),
      ],
    });
    expect(report.answers).toMatchObject({ asked: 3, answered: 0, failed: { timeout: 2, rejected: 1 } });
    expect(report.judgments).toMatchObject({ unscored: { missing: 2, ambiguous: 1 }, failed: { timeout: 1 } });
  });

  it("never shows the score of an answer that has changed", () => {
    const report = reportOf({ judgments: scores.map((judgment) => ({ ...judgment, stale: true })) });
    expect(report.overall).toMatchObject({ n: 0, mean: null });
    expect(report).toMatchObject({ errorRate: 1, judgments: { missing: 6 } });
  });

  it("has no mean and no error rate beyond 1 where nothing was scored", () => {
    const report = reportOf({ judgments: [] });
    expect(report.overall).toMatchObject({ n: 0, mean: null, interval: null });
    expect(report.errorRate).toBe(1);
  });

  it("says that only a part was asked, and measures errors against that part", () => {
    const report = reportOf({ answers: [answered(1)], judgments: scores.slice(0, 2) });
    expect(report.partial).toEqual({ asked: 1, of: 3 });
    expect(report.errorRate).toBe(0);
    expect(report.judgments.expected).toBe(2);
    expect(report.caveats).toEqual(["partial run: 1 of 3 questions"]);
    expect(report.categories.map(({ category, score }) => [category, score.mean])).toEqual([
      ["writing", 8],
      ["math", null],
    ]);
  });

  it("passes over judgments of questions that are not in the set", () => {
    const { overall, judgments, errorRate, partial } = reportOf({ judgments: [...scores, judged(99, 1, 1)] });
    const { overall: same, ...rest } = reportOf({});
    expect(overall).toEqual(same);
    expect(rest).toMatchObject({ judgments, errorRate, partial });
  });
});

describe("modelReport of judgments alone", () => {
  it("takes the judged questions as asked", () => {
    const report = reportOf({ answers: undefined });
    expect(report).toMatchObject({ answers: null, errorRate: 0, partial: null, caveats: [] });
    expect(report.tokens.candidate).toEqual({ prompt: 0, completion: 0 });
  });

  it("misses the turns of a judged question that were not judged", () => {
    const report = reportOf({ answers: undefined, judgments: scores.slice(0, 3) });
    expect(report.judgments).toMatchObject({ expected: 4, scored: 3, missing: 1 });
    expect(report.partial).toEqual({ asked: 2, of: 3 });
  });
});

describe("modelReport of repeated answers", () => {
  it("averages the repeats of an answer before anything else", () => {
    const judgments = [
      judged(1, 1, 10),
      judged(1, 1, 4, { choice: 1 }),
      judged(1, 1, 4, { choice: 2 }),
      judged(2, 1, 2),
      judged(2, 1, unscored, { choice: 1 }),
      judged(2, 1, 1, { choice: 2, stale: true }),
    ];
    const report = reportOf({ answers: undefined, judgments });
    expect(report.overall).toEqual(clusteredMean([[6], [2]]));
  });

  it("expects a judgment of each repeat", () => {
    const repeated = answers.map((answer) => ({ ...answer, turns: 4 }));
    const judgments = scores.flatMap((judgment) => [judgment, { ...judgment, choice: 1 }]);
    expect(reportOf({ answers: repeated, judgments })).toMatchObject({
      errorRate: 0,
      judgments: { expected: 12, scored: 12 },
    });
    expect(reportOf({ answers: repeated })).toMatchObject({ errorRate: 0.5, judgments: { expected: 12, missing: 6 } });
  });

  it("counts what a failed repeat did not answer", () => {
    const half = answers.map((answer, at) => (at === 0 ? { ...answer, failure: "timeout" } : { ...answer, turns: 4 }));
    const judgments = scores.flatMap((judgment, at) => (at < 2 ? [judgment] : [judgment, { ...judgment, choice: 1 }]));
    expect(reportOf({ answers: half, judgments, choices: 2 })).toMatchObject({
      errorRate: 2 / 12,
      judgments: { expected: 12, scored: 10, unanswered: 2 },
    });
  });

  it("scores as if each question had been answered once where all repeats agree", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (values, repeats) => {
          const once = scores.map((judgment, at) => ({
            ...judgment,
            outcome: { kind: "scored" as const, score: values[at] ?? 1 },
          }));
          const often = Array.from({ length: repeats }, (_, choice) =>
            once.map((judgment) => ({ ...judgment, choice })),
          ).flat();
          expect(reportOf({ judgments: often }).overall).toEqual(reportOf({ judgments: once }).overall);
        },
      ),
    );
  });
});

describe("what a report names", () => {
  it("lists MT-Bench's categories in their order, then others by name, and none that does not occur", () => {
    const categories = ["zoology", "humanities", "writing", "art", "math", "coding"];
    const of = categories.map((category, at) => ({ id: at, category, turns: 1 }));
    expect(reportOf({ judgments: [], answers: [] }, of).categories.map(({ category }) => category)).toEqual([
      "writing",
      "math",
      "coding",
      "humanities",
      "art",
      "zoology",
    ]);
  });

  it("shows as many turns as the longest question has", () => {
    const of = [
      { id: 1, category: "a", turns: 1 },
      { id: 2, category: "a", turns: 3 },
    ];
    const report = reportOf({ answers: undefined, judgments: [judged(1, 1, 4), judged(2, 3, 8)] }, of);
    expect(report.turns.map(({ turn, score }) => [turn, score.mean])).toEqual([
      [1, 4],
      [2, null],
      [3, 8],
    ]);
  });

  it("lists the prompts once, sorted, and where things came from", () => {
    const judgments = scores.map((judgment, at) => ({ ...judgment, promptName: at % 2 === 0 ? "b" : "a" }));
    const sources = { promptsSource: "p.jsonl", referencesSource: "r.jsonl", sampling: "temperature 0" };
    expect(reportOf({ judgments, ...sources })).toMatchObject({ prompts: ["a", "b"], ...sources });
    expect(reportOf({})).toMatchObject({ promptsSource: null, referencesSource: null, sampling: null });
  });

  it.each<[string, Partial<ScoredModel>, string]>([
    [
      "an embedded candidate",
      { model: "embedded-candidate" },
      "embedded models are for trying the tool, not for measuring models",
    ],
    [
      "an embedded judge",
      { judge: "embedded-judge" },
      "embedded models are for trying the tool, not for measuring models",
    ],
    ["a judge that judges itself", { judge: "m" }, "the judge is the candidate itself"],
    [
      "cut answers",
      { answers: [answered(1, { truncated: 2 }), answered(2, { truncated: 1 }), answered(3)] },
      "3 answers were cut off by the token limit",
    ],
    ["empty answers", { answers: [answered(1, { empty: 1 }), answered(2), answered(3)] }, "1 answer is empty"],
  ])("warns of %s", (_, change, caveat) => {
    expect(reportOf(change).caveats).toEqual([caveat]);
  });
});

describe("compareModelReports", () => {
  it("puts the best first, what has no score last, and equals by name", () => {
    const withScore = (model: string, ...values: number[]): ModelReport =>
      reportOf({ model, answers: undefined, judgments: values.map((value, at) => judged(at + 1, 1, value)) });
    const reports = [
      withScore("none b"),
      withScore("low", 3),
      withScore("b", 7),
      withScore("none a"),
      withScore("high", 9),
      withScore("a", 6, 8),
    ];
    expect(reports.sort(compareModelReports).map(({ model }) => model)).toEqual([
      "high",
      "a",
      "b",
      "low",
      "none a",
      "none b",
    ]);
  });
});

const publishedSchema = z.array(
  z.object({ model: z.string(), n: z.number(), sum: z.number(), unparsed: z.number(), mean_excluding: z.number() }),
);
const repeatedSchema = z.object({
  question_id: z.number(),
  score_turn1: z.number().nullable(),
  score_turn2: z.number().nullable(),
});

describe.skipIf(!hasData)("published scores", () => {
  const official: QuestionSummary[] = Array.from({ length: 80 }, (_, at) => ({ id: 81 + at, category: "a", turns: 2 }));

  const read = (...path: string[]): string => readFileSync(join(dataFolder, ...path), "utf8");

  it("FastChat's sums of 160 ratings give FastChat's means, ratings that could not be read left out", () => {
    const published = publishedSchema.parse(JSON.parse(read("mt_bench", "published_scores.json")));
    expect(published.length).toBeGreaterThan(30);
    for (const { model, n, sum, unparsed, mean_excluding } of published) {
      // Any ratings of that number and sum will do: means of exact sums do not depend on who got which.
      const base = Math.floor(sum / n);
      const judgments = Array.from({ length: n + unparsed }, (_, at) => {
        const extra = Math.min(1, Math.max(0, sum - base * n - at));
        return judged(81 + (at % 80), at < 80 ? 1 : 2, at < n ? base + extra : unscored);
      });
      const report = reportOf({ model, answers: undefined, judgments }, official);
      expect(report.overall).toMatchObject({ n, sum, mean: mean_excluding });
      expect(report.judgments).toMatchObject({ scored: n, expected: 160, missing: 160 - n - unparsed });
    }
  });

  it.each([
    ["gpt/judge_gpt4omini", 960, "7.76"],
    ["gemma4/judge_12B", 957, "7.51"],
  ])(
    "a complete published run of %s gives the %i ratings and the mean of %s that its authors printed",
    (judge, n, mean) => {
      const models = [
        "EEVE-Korean-Instruct-10.8B",
        "EXAONE-3.5-7.8B-Instruct",
        "Llama-3.1-8B-Instruct",
        "Mistral-7B-Instruct-v0.3",
        "Phi-3.5-mini-Instruct",
        "gemma-2-9b-it",
      ];
      const reports = models.map((model) => {
        const rows = read("mt_bench_repro", "en", "judgments", judge, "single_grade", `${model}.jsonl`)
          .trimEnd()
          .split("\n");
        const judgments = rows.flatMap((line) => {
          const row = repeatedSchema.parse(JSON.parse(line));
          return [row.score_turn1, row.score_turn2].map((score, at) =>
            judged(row.question_id, at + 1, score !== null && score > 0 ? score : unscored),
          );
        });
        return reportOf({ model, answers: undefined, judgments }, official);
      });
      const total = reports.reduce((sum, { overall }) => sum + overall.sum, 0);
      expect(reports.reduce((sum, { overall }) => sum + overall.n, 0)).toBe(n);
      expect((total / n).toFixed(2)).toBe(mean);
      expect(reports.every(({ judgments }) => judgments.expected === 160 && judgments.missing === 0)).toBe(true);
    },
  );
});
