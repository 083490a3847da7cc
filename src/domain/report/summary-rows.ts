import type { ModelReport, Report } from "./report.js";
import type { MeanEstimate } from "../statistics/statistics.js";
import type { Column } from "../table.js";
import { columnMakers } from "../table.js";

const { text, whole, number, mean, share, flag } = columnMakers<SummaryRow>();

/** One mean of one candidate under one judge. */
export interface SummaryRow {
  readonly report: Report;
  readonly model: ModelReport;
  readonly level: SummaryLevel;
  /** of the turn, category or file; empty for the model as a whole */
  readonly name: string;
  readonly score: MeanEstimate;
  /** turns that were asked and have no score */
  readonly leftOut: number;
}

export type SummaryLevel = "model" | "turn" | "category" | "file";

/** Every mean of a report: of each model, then of its turns, categories and files. */
export function summaryRows(report: Report): SummaryRow[] {
  return report.models.flatMap((model) => {
    const row = (level: SummaryLevel, name: string, part: Pick<SummaryRow, "score" | "leftOut">): SummaryRow => {
      const { score, leftOut } = part;
      return { report, model, level, name, score, leftOut };
    };
    const leftOutOfAll = model.turns.reduce((sum, turn) => sum + turn.leftOut, 0);
    return [
      row("model", "", { score: model.overall, leftOut: leftOutOfAll }),
      ...model.turns.map((part) => row("turn", String(part.turn), part)),
      ...model.categories.map((part) => row("category", part.category, part)),
      ...model.files.map((part) => row("file", part.qnaFile, part)),
    ];
  });
}

const names: readonly Column<SummaryRow>[] = [
  text(["bench", 16], "benchmark", ({ report }) => report.bench),
  text(["branch", 14], "taxonomy branch; empty where there is none", ({ report }) => report.branch),
  text(["model", 24], "candidate", ({ model }) => model.model),
  text(["judge", 24], "judge", ({ model }) => model.judge),
];

const level: readonly Column<SummaryRow>[] = [
  text(["level", 10], "what the mean is over: model, turn, category, or file", (row) => row.level),
  text(["name", 36], "turn, category or taxonomy file; empty for the model as a whole", ({ name }) => name),
];

const means: readonly Column<SummaryRow>[] = [
  whole("n", "scores in the mean, one a turn; repeats are averaged first", ({ score }) => score.n),
  number("sum", "of the scores", ({ score }) => score.sum),
  mean("mean", "1 to 10; empty where there is no score", ({ score }) => score.mean),
  mean("standard_error", "clustered by question", ({ score }) => score.standardError),
  mean("interval_low", "95 % interval, not cut to the scale", ({ score }) => score.interval?.[0]),
  mean("interval_high", "95 % interval, not cut to the scale", ({ score }) => score.interval?.[1]),
  whole("questions", "questions that the scores come from", ({ score }) => score.clusters),
  whole("left_out", "turns that were asked and have no score", ({ leftOut }) => leftOut),
];

const facts: readonly Column<SummaryRow>[] = [
  whole("judgments_expected", "of the model as a whole, repeats included", ({ model }) => model.judgments.expected),
  whole("judgments_scored", "of these, those with a score", ({ model }) => model.judgments.scored),
  share("error_rate", "share of the expected judgments without a score", ({ model }) => model.errorRate),
  flag("partial", "not the whole question set was asked", ({ model }) => model.partial !== null),
  whole("truncated_turns", "answers cut off by the token limit", ({ model }) => model.answers?.truncatedTurns),
  whole("prompt_tokens", "of the candidate", ({ model }) => model.tokens.candidate.prompt),
  whole("completion_tokens", "of the candidate", ({ model }) => model.tokens.candidate.completion),
  whole("judge_prompt_tokens", "of the judge", ({ model }) => model.tokens.judge.prompt),
  whole("judge_completion_tokens", "of the judge", ({ model }) => model.tokens.judge.completion),
  text(["sampling", 30], "how the answers were sampled", ({ model }) => model.sampling),
  text(["judge_prompts", 30], "where the judge's prompts come from", ({ model }) => model.promptsSource),
  text(["references", 30], "where the references come from", ({ model }) => model.referencesSource),
  text(["questions_sha256", 18], "hash of the question file", ({ report }) => report.questions.sha256),
  text(["caveats", 50], "what to mind", ({ model }) => model.caveats.join("; ")),
];

/** All levels in one table. */
export const summaryColumns: readonly Column<SummaryRow>[] = [...names, ...level, ...means, ...facts];

/** The level of models alone. */
export const modelColumns: readonly Column<SummaryRow>[] = [...names, ...means, ...facts];

/** One level below the models; `heading` names what a row is of. */
export function partColumns(heading: string): readonly Column<SummaryRow>[] {
  return [...names, text([heading, 36], `the ${heading} that the mean is over`, ({ name }) => name), ...means];
}
