import { z } from "zod";
import { mtBenchCategories } from "../mt-bench/mt-bench.js";
import type { QuestionId } from "../mt-bench/question.js";
import { clusteredMean } from "../statistics/statistics.js";
import { countAnswers, countFields, countJudgments, countTokens } from "./report-counts.js";
import type { JudgmentSummary, QuestionSummary, ScoredModel } from "../mt-bench/scored-model.js";
import { counted } from "../counted.js";

export const estimateSchema = z
  .strictObject({
    n: z.number().int().nonnegative(),
    sum: z.number(),
    mean: z.number().nullable(),
    clusters: z.number().int().nonnegative(),
    standardError: z.number().nullable(),
    interval: z.tuple([z.number(), z.number()]).readonly().nullable(),
  })
  .describe("a mean of scores from 1 to 10, with a 95 % interval clustered by question");

const partFields = {
  score: estimateSchema,
  leftOut: z.number().int().nonnegative().describe("turns that were asked and have no score; the mean leaves them out"),
};

const modelReportSchema = z.strictObject({
  model: z.string(),
  judge: z.string(),
  overall: estimateSchema,
  turns: z.array(z.strictObject({ turn: z.number().int().positive(), ...partFields })).readonly(),
  categories: z.array(z.strictObject({ category: z.string(), ...partFields })).readonly(),
  files: z
    .array(z.strictObject({ qnaFile: z.string(), ...partFields }))
    .readonly()
    .describe("per taxonomy file; empty where the questions come from none"),
  ...countFields,
  prompts: z.array(z.string()).readonly(),
  promptsSource: z.string().nullable(),
  referencesSource: z.string().nullable(),
  sampling: z.string().nullable(),
  caveats: z.array(z.string()).readonly(),
});

/** The JSON form of a report; `docs/schema/report.schema.json` is made from it. */
export const reportSchema = z.strictObject({
  kind: z.literal("branchbench-report"),
  bench: z.string(),
  branch: z.string().nullable(),
  questions: z.strictObject({ source: z.string(), sha256: z.string(), count: z.number().int() }),
  models: z.array(modelReportSchema).readonly().describe("best first"),
});

export type Report = z.infer<typeof reportSchema>;
export type ModelReport = z.infer<typeof modelReportSchema>;

/** Scores one candidate under one judge. Repeats of an answer are averaged before anything else. */
export function modelReport(scored: ScoredModel, questions: readonly QuestionSummary[]): ModelReport {
  const known = new Map(questions.map((question) => [question.id, question]));
  const judgments = scored.judgments.filter((judgment) => known.has(judgment.questionId));
  const answers = scored.answers?.filter(({ questionId }) => known.has(questionId));
  const cells = scoreCells(judgments.filter((judgment) => !judgment.stale));
  const asked = new Set((answers ?? judgments).map(({ questionId }) => questionId));
  const part = (of: readonly QuestionSummary[], turn?: number): ReportPart => partOf(of, { cells, asked, turn });
  const turnCount = questions.reduce((most, question) => Math.max(most, question.turns), 1);
  const turnNumbers = Array.from({ length: turnCount }, (_, index) => index + 1);
  const facts = {
    model: scored.model,
    judge: scored.judge,
    overall: part(questions).score,
    turns: turnNumbers.map((turn) => ({ turn, ...part(questions, turn) })),
    categories: categoriesOf(questions).map((category) => ({
      category,
      ...part(questions.filter((question) => question.category === category)),
    })),
    files: filesOf(questions).map(([qnaFile, ofFile]) => ({ qnaFile, ...part(ofFile) })),
    ...countJudgments({ ...scored, answers, judgments }, { known, asked }),
    answers: countAnswers(answers),
    tokens: countTokens(answers, judgments),
    prompts: [...new Set(judgments.map(({ promptName }) => promptName))].sort(),
    promptsSource: scored.promptsSource ?? null,
    referencesSource: scored.referencesSource ?? null,
    sampling: scored.sampling ?? null,
  };
  return { ...facts, caveats: [...caveatsOf(facts), ...(scored.notes ?? [])] };
}

type ReportPart = Pick<ModelReport["turns"][number], "score" | "leftOut">;

interface Measured {
  readonly cells: ReadonlyMap<QuestionId, readonly TurnScore[]>;
  readonly asked: ReadonlySet<QuestionId>;
  /** only this turn */
  readonly turn: number | undefined;
}

function partOf(questions: readonly QuestionSummary[], { cells, asked, turn }: Measured): ReportPart {
  const score = clusteredMean(
    questions.map(({ id }) =>
      (cells.get(id) ?? []).filter((cell) => turn === undefined || cell.turn === turn).map(({ sum, n }) => sum / n),
    ),
  );
  const turnsOf = ({ turns }: QuestionSummary): number => (turn === undefined ? turns : Number(turns >= turn));
  const turns = questions.reduce((sum, question) => sum + (asked.has(question.id) ? turnsOf(question) : 0), 0);
  return { score, leftOut: Math.max(0, turns - score.n) };
}

/** In the order in which the files first occur. */
function filesOf(questions: readonly QuestionSummary[]): [string, QuestionSummary[]][] {
  const files = new Map<string, QuestionSummary[]>();
  for (const question of questions) {
    if (question.qnaFile === undefined) continue;
    const others = files.get(question.qnaFile);
    if (others === undefined) files.set(question.qnaFile, [question]);
    else others.push(question);
  }
  return [...files];
}

/** MT-Bench's categories in their own order, then others by name; only those that occur. */
function categoriesOf(questions: readonly QuestionSummary[]): string[] {
  const present = new Set(questions.map(({ category }) => category));
  const official = mtBenchCategories.filter((category) => present.delete(category));
  return [...official, ...[...present].sort()];
}

/** Scores of one turn of a question, over the repeats of the answer. */
interface TurnScore {
  readonly turn: number;
  sum: number;
  n: number;
}

/** A short list a question: a map of turns would take several times the memory. */
function scoreCells(judgments: readonly JudgmentSummary[]): Map<QuestionId, TurnScore[]> {
  const cells = new Map<QuestionId, TurnScore[]>();
  for (const { questionId, turn, outcome } of judgments) {
    if (outcome.kind !== "scored") continue;
    const turns = cells.get(questionId);
    const cell = turns?.find((one) => one.turn === turn);
    if (turns === undefined) cells.set(questionId, [{ turn, sum: outcome.score, n: 1 }]);
    else if (cell === undefined) turns.push({ turn, sum: outcome.score, n: 1 });
    else {
      cell.sum += outcome.score;
      cell.n++;
    }
  }
  return cells;
}

function caveatsOf(report: Omit<ModelReport, "caveats">): string[] {
  const { judgments, answers, partial } = report;
  const caveats: string[] = [];
  const say = (condition: boolean, text: string): void => void (condition && caveats.push(text));
  say(
    report.model.startsWith("embedded-") || report.judge.startsWith("embedded-"),
    "embedded models are for trying the tool, not for measuring models",
  );
  say(partial !== null, `partial run: ${partial?.asked ?? 0} of ${partial?.of ?? 0} questions`);
  say(judgments.missing > 0, `${counted(judgments.missing, "answered turn is", "answered turns are")} not judged yet`);
  say(
    report.errorRate > 0,
    `${judgments.expected - judgments.scored} of ${counted(judgments.expected, "judgment")} have no score; the means leave them out`,
  );
  say(
    (answers?.truncatedTurns ?? 0) > 0,
    `${counted(answers?.truncatedTurns ?? 0, "answer was", "answers were")} cut off by the token limit`,
  );
  say((answers?.emptyTurns ?? 0) > 0, `${counted(answers?.emptyTurns ?? 0, "answer is", "answers are")} empty`);
  say(report.model === report.judge, "the judge is the candidate itself");
  return caveats;
}

/** Best overall score first; what has no score last. */
export function compareModelReports(left: ModelReport, right: ModelReport): number {
  return (
    (right.overall.mean ?? -Infinity) - (left.overall.mean ?? -Infinity) ||
    compareText(`${left.model}\n${left.judge}`, `${right.model}\n${right.judge}`)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
