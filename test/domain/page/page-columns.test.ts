import { describe, expect, it } from "vitest";
import type { ColumnQuestions } from "../../../src/domain/page/page-columns.js";
import { pageRun } from "../../../src/domain/page/page-columns.js";
import { pageFlags } from "../../../src/domain/page/page-data.js";
import type { AnswerSummary, JudgmentSummary, ScoredModel } from "../../../src/domain/mt-bench/scored-model.js";

const questions: ColumnQuestions = {
  rows: new Map<JudgmentSummary["questionId"], number>([
    [81, 0],
    ["340282366920938463463374607431768211455", 1],
    [83, 2],
  ]),
  turns: 2,
  count: 3,
};

function judgment(questionId: JudgmentSummary["questionId"], more: Partial<JudgmentSummary> = {}): JudgmentSummary {
  const outcome = { kind: "scored", score: 5 } as const;
  const tokens = { promptTokens: 0, completionTokens: 0 };
  return { questionId, turn: 1, choice: 0, repeat: 0, promptName: "p", outcome, stale: false, ...tokens, ...more };
}

const scored = (score: number): Pick<JudgmentSummary, "outcome"> => ({ outcome: { kind: "scored", score } });

function answered(questionId: AnswerSummary["questionId"], more: Partial<AnswerSummary> = {}): AnswerSummary {
  const usual = { failure: undefined, turns: 1, truncated: 0, empty: 0, promptTokens: 0, completionTokens: 0 };
  return { questionId, ...usual, ...more };
}

function model(judgments: readonly JudgmentSummary[], answers?: readonly AnswerSummary[]): ScoredModel {
  return {
    model: "m",
    judge: "j",
    answers,
    judgments,
    choices: 1,
    promptsSource: undefined,
    referencesSource: undefined,
    sampling: undefined,
  };
}

describe("pageRun", () => {
  it("has one entry a question in each column, whatever is known", () => {
    expect(pageRun(model([]), questions)).toEqual({
      model: "m",
      judge: "j",
      score: [null, null, null],
      turns: [
        [null, null, null],
        [null, null, null],
      ],
      flags: [0, 0, 0],
      spread: [0, 0, 0],
      histogram: [Array(10).fill(0), Array(10).fill(0)],
    });
  });

  it("averages repeats and choices within a turn, then the turns that have a score, to four digits", () => {
    const run = pageRun(
      model([
        judgment(81, scored(3)),
        judgment(81, scored(4)),
        judgment(81, { choice: 1, ...scored(4) }),
        judgment(81, { turn: 2, ...scored(9) }),
        judgment(83, { turn: 2, ...scored(7) }),
      ]),
      questions,
    );
    expect(run.turns).toEqual([
      [3.6667, null, null],
      [9, null, 7],
    ]);
    expect(run.score).toEqual([6.3334, null, 7]);
  });

  it("counts scores by whole points, those that lie between them too", () => {
    const scores = [1, 1.4, 1.5, 9.5, 10, 0.2];
    const run = pageRun(model(scores.map((score) => judgment(81, scored(score)))), questions);
    expect(run.histogram).toEqual([[3, 1, 0, 0, 0, 0, 0, 0, 0, 2], Array(10).fill(0)]);
  });

  it.each<[string, readonly JudgmentSummary[], number]>([
    ["repeats of one judgment", [judgment(81, scored(4)), judgment(81, scored(9)), judgment(81, scored(6))], 5],
    ["texts of two choices", [judgment(81, scored(1)), judgment(81, { choice: 1, ...scored(9) })], 0],
    ["texts of two turns", [judgment(81, scored(1)), judgment(81, { turn: 2, ...scored(9) })], 0],
    ["a text that was changed since", [judgment(81, scored(1)), judgment(81, { stale: true, ...scored(9) })], 0],
    [
      "the widest of several",
      [
        ...[judgment(81, scored(1)), judgment(81, scored(2))],
        ...[judgment(81, { turn: 2, ...scored(3) }), judgment(81, { turn: 2, ...scored(6) })],
      ],
      3,
    ],
  ])("tells how far judgments of one text lie apart: %s", (_, judgments, spread) => {
    expect(pageRun(model(judgments), questions).spread).toEqual([spread, 0, 0]);
  });

  const unreadable = { outcome: { kind: "unscored", reason: "ambiguous" } } as const;
  const failed = { outcome: { kind: "failed", reason: "timeout" } } as const;
  const { unscored, unanswered, truncated, empty, stale, missing } = pageFlags;
  it.each<[string, readonly JudgmentSummary[], readonly AnswerSummary[] | undefined, number]>([
    ["a judgment and its answer", [judgment(81)], [answered(81)], 0],
    ["a judgment without a rating", [judgment(81, unreadable)], [answered(81)], unscored],
    ["a judgment that failed", [judgment(81, failed)], [answered(81)], unscored],
    ["an answer that was changed since", [judgment(81, { stale: true })], [answered(81)], stale + missing],
    ["an answer that nobody judged", [], [answered(81)], missing],
    ["a turn that nobody judged", [judgment(81)], [answered(81, { turns: 2 })], missing],
    ["two judgments of one turn", [judgment(81), judgment(81)], [answered(81, { turns: 2 })], missing],
    ["a failed answer", [], [answered(81, { failure: "timeout", turns: 0 })], unanswered],
    ["a cut and an empty turn", [judgment(81)], [answered(81, { truncated: 1, empty: 1 })], truncated + empty],
    ["judgments whose answers are not at hand", [judgment(81, unreadable)], undefined, unscored],
  ])("marks %s", (_, judgments, answers, flags) => {
    expect(pageRun(model(judgments, answers), questions).flags).toEqual([flags, 0, 0]);
  });

  it("passes over questions and turns that are not shown, and takes ids of any kind", () => {
    const branch = "340282366920938463463374607431768211455";
    const run = pageRun(
      model(
        [judgment(99), judgment(branch, scored(8)), judgment(branch, { turn: 3, ...scored(1) })],
        [answered(99, { failure: "timeout" })],
      ),
      questions,
    );
    expect(run.score).toEqual([null, 8, null]);
    expect(run.flags).toEqual([0, 0, 0]);
  });
});
