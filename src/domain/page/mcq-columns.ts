import type { AskedMcq, SampleOutcome } from "../mmlu/mcq-sample.js";
import { isRight } from "../mmlu/mcq-sample.js";
import { mmluEstimates } from "./mmlu-estimates.js";
import type { MmluReport } from "../mmlu/mmlu-report.js";
import type { TaskScore } from "../mmlu/mmlu-scores.js";
import type { ShareEstimate } from "./page-mmlu.js";
import type { Column } from "../table.js";
import { columnMakers } from "../table.js";

/** One question of one model. */
export interface McqRow {
  readonly report: MmluReport;
  readonly task: string;
  readonly category: string | null;
  readonly docId: number;
  readonly asked: AskedMcq | undefined;
  readonly outcome: SampleOutcome;
  readonly requests: number;
}

const question = columnMakers<McqRow>();

export const mcqColumns: readonly Column<McqRow>[] = [
  question.text(["bench", 14], "benchmark", ({ report }) => report.bench),
  question.text(["model", 24], "the model", ({ report }) => report.model),
  question.text(["task", 30], "task", ({ task }) => task),
  question.text(["category", 16], "lm-eval's category; empty where a task has none", ({ category }) => category),
  question.whole("doc_id", "place of the question in the task's file, from 0", ({ docId }) => docId),
  question.flag("right", "empty where it failed; an answer that names no choice is wrong", ({ outcome, asked }) =>
    isRight(outcome, asked),
  ),
  question.text(["outcome", 12], "chosen, unreadable or failed", ({ outcome }) => outcome.kind),
  question.text(["choice", 8], "letter of the model's choice", ({ outcome }) =>
    outcome.kind === "chosen" ? letter(outcome.choice) : null,
  ),
  question.text(["gold", 8], "letter of the right choice", ({ asked }) => asked && letter(asked.gold)),
  question.text(["way", 16], "how the choice was found: letters, full, letters-fallback or generate", ({ outcome }) =>
    outcome.kind === "failed" ? null : outcome.way,
  ),
  ...[0, 1, 2, 3].map((index) =>
    question.number(
      `logprob_${letter(index).toLowerCase()}`,
      `log-probability of choice ${letter(index)}; empty where it is not known`,
      ({ outcome }) => (outcome.kind === "chosen" ? outcome.logprobs[index] : null),
    ),
  ),
  question.whole("requests", "that the question took", ({ requests }) => requests),
  question.text(["reason", 18], "why it failed", ({ outcome }) => (outcome.kind === "failed" ? outcome.reason : null)),
  question.text(["question", 50], "as it stands in the data", ({ asked }) => asked?.question),
  question.text(["choices", 50], "with their letters, one a line", ({ asked }) =>
    asked?.choices.map((text, index) => `${letter(index)}. ${text}`).join("\n"),
  ),
  question.text(["answer", 40], "the written answer, or what went wrong", ({ outcome }) =>
    outcome.kind === "failed" ? outcome.message : outcome.text,
  ),
];

/** One share of right answers of one model. */
export interface McqSummaryRow {
  readonly report: MmluReport;
  readonly level: "model" | "category" | "task";
  readonly estimate: ShareEstimate;
  /** plain mean over tasks; of a model */
  readonly mean: number | null;
  /** the tasks that it is over */
  readonly tasks: readonly TaskScore[];
}

/** Each model's figures over all tasks, then of its categories and tasks. */
export function mcqSummaryRows(reports: readonly MmluReport[]): McqSummaryRow[] {
  return reports.flatMap((report) => {
    const { overall, categories, tasks } = mmluEstimates(report);
    const scores = report.scores.tasks;
    const row = (level: McqSummaryRow["level"], estimate: ShareEstimate, isOf: (task: TaskScore) => boolean) => ({
      report,
      level,
      estimate,
      mean: null,
      tasks: scores.filter(isOf),
    });
    return [
      ...overall.map((estimate) => ({
        ...row("model", estimate, ({ form }) => overall.length === 1 || form === estimate.name),
        mean: estimate.mean,
      })),
      ...categories.map((estimate) =>
        row("category", estimate, ({ category }) => `mmlu_${category}` === estimate.name),
      ),
      ...tasks.map((estimate) => row("task", estimate, ({ task }) => task === estimate.name)),
    ];
  });
}

/** Without lm-eval's prefix, as it stands in the column `category`. */
function nameOf({ level, estimate: { name } }: McqSummaryRow): string {
  return level === "category" ? name.replace(/^mmlu_/, "") : name;
}

function failedOf({ tasks }: McqSummaryRow): number {
  return tasks.flatMap(({ failed }) => Object.values(failed)).reduce((sum, count) => sum + count, 0);
}

function unreadableOf({ tasks }: McqSummaryRow): number {
  return tasks.reduce((sum, { unreadable }) => sum + unreadable, 0);
}

const summary = columnMakers<McqSummaryRow>();

export const mcqSummaryColumns: readonly Column<McqSummaryRow>[] = [
  summary.text(["bench", 14], "benchmark", ({ report }) => report.bench),
  summary.text(["model", 24], "the model", ({ report }) => report.model),
  summary.text(["level", 10], "model, category or task", ({ level }) => level),
  summary.text(["name", 32], "category or task; of a model `all`, or how its tasks are scored", nameOf),
  summary.text(["category", 16], "lm-eval's, of a category or task; empty where there is none", (row) =>
    row.level === "category" ? nameOf(row) : row.estimate.category,
  ),
  summary.whole("n", "questions scored", ({ estimate }) => estimate.n),
  summary.whole("sum", "of these, right", ({ estimate }) => estimate.correct),
  summary.whole("unreadable", "of these, written answers that name no choice and count as wrong", unreadableOf),
  summary.whole("left_out", "questions that failed and are in no score", failedOf),
  summary.share("accuracy", "share of right answers, each task by its size", ({ estimate }) => estimate.acc),
  summary.share("standard_error", "lm-eval's; empty where it cannot be known", ({ estimate }) => estimate.stderr),
  summary.share("interval_low", "95 % interval, Wilson's", ({ estimate }) => estimate.interval?.[0]),
  summary.share("interval_high", "95 % interval, Wilson's", ({ estimate }) => estimate.interval?.[1]),
  summary.share("mean_over_tasks", "plain mean over tasks; of a model", ({ mean }) => mean),
  summary.text(["partial", 30], "what was left out on purpose", ({ report }) => report.partial),
  summary.text(["caveats", 50], "what to mind", ({ report }) => report.caveats.join("; ")),
];

function letter(index: number): string {
  return String.fromCodePoint(0x41 + index);
}
