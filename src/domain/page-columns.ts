import type { PageRun } from "./page-data.js";
import { pageFlags } from "./page-data.js";
import type { QuestionId } from "./question.js";
import type { AnswerSummary, JudgmentSummary, ScoredModel } from "./scored-model.js";

/** What the columns need to know of the questions. */
export interface ColumnQuestions {
  /** place of each question in the columns */
  readonly rows: ReadonlyMap<QuestionId, number>;
  /** most turns of any question */
  readonly turns: number;
  readonly count: number;
}

/** How many whole points there are, from 1 to 10. */
const points = 10;

/** The columns of one candidate under one judge. Questions that are not among `questions` are passed over. */
export function pageRun(scored: ScoredModel, questions: ColumnQuestions): PageRun {
  const flags = zeros(questions.count);
  const mark = (row: number, flag: number): void => void (flags[row] = (flags[row] ?? 0) | flag);
  const spreads = zeros(questions.count);
  const histogram = Array.from({ length: questions.turns }, () => zeros(points));
  const cells = turnCells(questions);
  for (const [row, judgments] of byRow(scored.judgments, questions)) {
    for (const { turn, outcome, stale } of judgments) {
      if (stale) mark(row, pageFlags.stale);
      else if (outcome.kind === "scored") {
        cells.add(row, turn, outcome.score);
        countScore(histogram[turn - 1], outcome.score);
      } else mark(row, pageFlags.unscored);
    }
    spreads[row] = spreadOf(judgments);
  }
  markAnswers(scored, questions, mark);
  const turns = cells.means();
  return {
    model: scored.model,
    judge: scored.judge,
    score: meanOverTurns(turns),
    turns,
    flags,
    spread: spreads,
    histogram,
  };
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function countScore(bins: number[] | undefined, score: number): void {
  const bin = Math.min(points, Math.max(1, Math.round(score))) - 1;
  if (bins !== undefined) bins[bin] = (bins[bin] ?? 0) + 1;
}

function byRow<Fact extends { readonly questionId: QuestionId }>(
  facts: readonly Fact[],
  { rows }: ColumnQuestions,
): Map<number, Fact[]> {
  const found = new Map<number, Fact[]>();
  for (const fact of facts) {
    const row = rows.get(fact.questionId);
    if (row === undefined) continue;
    const others = found.get(row);
    if (others === undefined) found.set(row, [fact]);
    else others.push(fact);
  }
  return found;
}

interface TurnCells {
  add(row: number, turn: number, score: number): void;
  means(): (number | null)[][];
}

function turnCells({ turns, count }: ColumnQuestions): TurnCells {
  const sums = Array.from({ length: turns }, () => new Float64Array(count));
  const counts = Array.from({ length: turns }, () => new Uint32Array(count));
  return {
    add: (row, turn, score) => {
      const [sum, n] = [sums[turn - 1], counts[turn - 1]];
      if (sum === undefined || n === undefined) return;
      sum[row] = (sum[row] ?? 0) + score;
      n[row] = (n[row] ?? 0) + 1;
    },
    means: () => sums.map((sum, turn) => Array.from(sum, (total, row) => rounded(total, counts[turn]?.[row] ?? 0))),
  };
}

/** Four digits are more than a chart shows, and a third of the characters. */
function rounded(sum: number, n: number): number | null {
  return n === 0 ? null : Math.round((sum / n) * 10_000) / 10_000;
}

function meanOverTurns(turns: readonly (readonly (number | null)[])[]): (number | null)[] {
  return (turns[0] ?? []).map((_, row) => {
    const values = turns.flatMap((column) => column[row] ?? []);
    return rounded(
      values.reduce((sum, value) => sum + value, 0),
      values.length,
    );
  });
}

/** The largest distance between judgments of one text. */
function spreadOf(judgments: readonly JudgmentSummary[]): number {
  const ranges = new Map<string, [number, number]>();
  for (const { choice, turn, outcome, stale } of judgments) {
    if (stale || outcome.kind !== "scored") continue;
    const key = `${choice} ${turn}`;
    const [low, high] = ranges.get(key) ?? [outcome.score, outcome.score];
    ranges.set(key, [Math.min(low, outcome.score), Math.max(high, outcome.score)]);
  }
  return [...ranges.values()].reduce((most, [low, high]) => Math.max(most, high - low), 0);
}

function markAnswers(scored: ScoredModel, questions: ColumnQuestions, mark: (row: number, flag: number) => void): void {
  if (scored.answers === undefined) return;
  const judgments = byRow(scored.judgments, questions);
  for (const [row, answers] of byRow(scored.answers, questions))
    for (const answer of answers) {
      for (const flag of answerFlags(answer)) mark(row, flag);
      const judged = new Set(
        (judgments.get(row) ?? []).filter(({ stale }) => !stale).map(({ choice, turn }) => `${choice} ${turn}`),
      );
      if (judged.size < answer.turns) mark(row, pageFlags.missing);
    }
}

function answerFlags({ failure, truncated, empty }: AnswerSummary): number[] {
  return [
    ...(failure === undefined ? [] : [pageFlags.unanswered]),
    ...(truncated > 0 ? [pageFlags.truncated] : []),
    ...(empty > 0 ? [pageFlags.empty] : []),
  ];
}
