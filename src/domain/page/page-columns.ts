import type { PageRun } from "./page-data.js";
import { pageFlags } from "./page-data.js";
import type { QuestionId } from "../mt-bench/question.js";
import type { AnswerSummary, JudgmentSummary, ScoredModel } from "../mt-bench/scored-model.js";

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
  const judged = byRow(scored.judgments, questions);
  for (const [row, judgments] of judged) {
    for (const { turn, outcome, stale } of judgments) {
      if (stale) mark(row, pageFlags.stale);
      else if (outcome.kind === "scored") {
        cells.add(row, turn, outcome.score);
        countScore(histogram[turn - 1], outcome.score);
      } else mark(row, pageFlags.unscored);
    }
    spreads[row] = spreadOf(judgments);
  }
  markAnswers({ answers: scored.answers, judgments: judged }, questions, mark);
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

function byRow(judgments: readonly JudgmentSummary[], { rows }: ColumnQuestions): Map<number, JudgmentSummary[]> {
  const found = new Map<number, JudgmentSummary[]>();
  for (const judgment of judgments) {
    const row = rows.get(judgment.questionId);
    if (row === undefined) continue;
    const others = found.get(row);
    if (others === undefined) found.set(row, [judgment]);
    else others.push(judgment);
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
    let [sum, n] = [0, 0];
    for (const column of turns) {
      const value = column[row];
      if (typeof value !== "number") continue;
      sum += value;
      n++;
    }
    return rounded(sum, n);
  });
}

/** Judgments of one text: of one turn of one answer. */
interface TextJudgments {
  readonly choice: number;
  readonly turn: number;
  low: number;
  high: number;
}

/** The largest distance between judgments of one text. A question has few texts, so that a list is found through sooner than a map is made. */
function spreadOf(judgments: readonly JudgmentSummary[]): number {
  const texts: TextJudgments[] = [];
  for (const { choice, turn, outcome, stale } of judgments) {
    if (stale || outcome.kind !== "scored") continue;
    const { score } = outcome;
    const text = texts.find((one) => one.choice === choice && one.turn === turn);
    if (text === undefined) texts.push({ choice, turn, low: score, high: score });
    else {
      text.low = Math.min(text.low, score);
      text.high = Math.max(text.high, score);
    }
  }
  return texts.reduce((most, { low, high }) => Math.max(most, high - low), 0);
}

interface JudgedAnswers extends Pick<ScoredModel, "answers"> {
  /** by row */
  readonly judgments: ReadonlyMap<number, readonly JudgmentSummary[]>;
}

function markAnswers(
  { answers, judgments }: JudgedAnswers,
  questions: ColumnQuestions,
  mark: (row: number, flag: number) => void,
): void {
  for (const answer of answers ?? []) {
    const row = questions.rows.get(answer.questionId);
    if (row === undefined) continue;
    mark(row, answerFlags(answer));
    if (judgedTexts(judgments.get(row) ?? []) < answer.turns) mark(row, pageFlags.missing);
  }
}

/** How many texts of an answer have a judgment that is of the text as it is now. */
function judgedTexts(judgments: readonly JudgmentSummary[]): number {
  const isFirst = ({ choice, turn }: JudgmentSummary, index: number): boolean =>
    !judgments.slice(0, index).some((one) => !one.stale && one.choice === choice && one.turn === turn);
  return judgments.filter((judgment, index) => !judgment.stale && isFirst(judgment, index)).length;
}

function answerFlags({ failure, truncated, empty }: AnswerSummary): number {
  return (
    (failure === undefined ? 0 : pageFlags.unanswered) |
    (truncated > 0 ? pageFlags.truncated : 0) |
    (empty > 0 ? pageFlags.empty : 0)
  );
}
