import type { BranchComparison } from "./branch-comparison.js";
import type { Comparison } from "./comparison.js";
import type { FileComparison } from "./file-comparison.js";
import type { Question } from "../mt-bench/question.js";
import type { Column } from "../table.js";
import { columnMakers } from "../table.js";
import { verdictWords } from "./verdict-words.js";

type Group = Comparison["groups"]["all"];

/** One question that both models were asked. */
export interface ComparedRow {
  readonly pair: Comparison["pairs"][number] | undefined;
  readonly leftOut: Comparison["leftOut"][number] | undefined;
  readonly question: Question | undefined;
  /** first answer of each model, where there is one */
  readonly base: string | undefined;
  readonly tuned: string | undefined;
}

/** One row a group of questions, or a file of one group. */
export interface ComparedSummaryRow {
  readonly level: "group" | "file";
  readonly group: string;
  readonly qnaFile: string | null;
  readonly verdict: FileComparison["verdict"] | null;
  readonly measured: Group | FileComparison;
  readonly result: BranchComparison;
}

/** The groups, then the files in the order of the questions. */
export function comparedSummaryRows(result: BranchComparison): ComparedSummaryRow[] {
  const { groups, files } = result.comparison;
  return [
    ...(["changed", "unchanged", "all"] as const).map((group) => ({
      level: "group" as const,
      group,
      qnaFile: null,
      verdict: null,
      measured: groups[group],
      result,
    })),
    ...files.map((file) => ({
      level: "file" as const,
      group: file.group,
      qnaFile: file.qnaFile,
      verdict: file.verdict,
      measured: file,
      result,
    })),
  ];
}

const summary = columnMakers<ComparedSummaryRow>();

export const comparedSummaryColumns: readonly Column<ComparedSummaryRow>[] = [
  summary.text(["level", 8], "group of questions, or file", ({ level }) => level),
  summary.text(["questions", 12], "changed by the branch, unchanged, or all", ({ group }) => group),
  summary.text(["qna_file", 40], "taxonomy file; empty for a group", ({ qnaFile }) => qnaFile),
  summary.text(["verdict", 20], "what can be said of the file", ({ verdict }) => verdict && verdictWords[verdict]),
  summary.whole("n", "questions with a score from both models", ({ measured }) => measured.n),
  summary.mean("base_mean", "of the base model, 1 to 10", ({ measured }) => measured.baseMean),
  summary.mean("tuned_mean", "of the tuned model, 1 to 10", ({ measured }) => measured.tunedMean),
  summary.mean("difference", "tuned − base", ({ measured }) => measured.difference),
  summary.number("difference_sum", "of the differences over the n questions", ({ measured }) =>
    measured.difference === null ? null : measured.difference * measured.n,
  ),
  summary.mean("standard_error", "of the difference", ({ measured }) => measured.standardError),
  summary.mean("interval_low", "95 % interval of the difference", ({ measured }) => measured.interval?.[0]),
  summary.mean("interval_high", "95 % interval of the difference", ({ measured }) => measured.interval?.[1]),
  summary.mean(
    "detectable",
    "smallest true difference that would have been called",
    ({ measured }) => measured.detectable,
  ),
  summary.whole(
    "left_out",
    "questions that lack a score from one of the models",
    ({ measured }) => measured.leftOut.count,
  ),
  summary.share(
    "left_out_share",
    "of the questions that should have been compared",
    ({ measured }) => measured.leftOut.share,
  ),
  summary.text(["base_model", 24], "the model before training", ({ result }) => result.models.base),
  summary.text(["model", 24], "the tuned model", ({ result }) => result.models.tuned),
  summary.text(["judge", 24], "the judge", ({ result }) => result.models.judge),
  summary.text(["base_branch", 16], "what the branch is compared with", ({ result }) => result.base.branch),
  summary.text(["branch", 16], "the branch under review", ({ result }) => result.branch.branch),
];

const compared = columnMakers<ComparedRow>();

export const comparedColumns: readonly Column<ComparedRow>[] = [
  {
    ...compared.text(["question_id", 14], "id in the question set", () => null),
    // numbers stay numbers
    valueOf: ({ pair, leftOut }) => pair?.id ?? leftOut?.id ?? null,
  },
  compared.text(["qna_file", 40], "taxonomy file", ({ pair, leftOut }) => pair?.qnaFile ?? leftOut?.qnaFile),
  compared.text(
    ["questions", 12],
    "changed by the branch, or unchanged",
    ({ pair, leftOut }) => pair?.group ?? leftOut?.group,
  ),
  compared.number("base_score", "mean over repeats, 1 to 10; empty where there is none", ({ pair }) => pair?.base),
  compared.number("tuned_score", "mean over repeats, 1 to 10; empty where there is none", ({ pair }) => pair?.tuned),
  compared.number("difference", "tuned − base", ({ pair }) => pair?.difference),
  compared.text(["base_reason", 18], "why the base model has no score", ({ leftOut }) => leftOut?.base),
  compared.text(["tuned_reason", 18], "why the tuned model has no score", ({ leftOut }) => leftOut?.tuned),
  compared.text(["question", 50], "what both were asked", ({ question }) => question?.turns.join("\n\n")),
  compared.text(["reference", 40], "the taxonomy's answer", ({ question }) => question?.reference?.join("\n\n")),
  compared.text(["base_answer", 50], "first answer of the base model", ({ base }) => base),
  compared.text(["tuned_answer", 50], "first answer of the tuned model", ({ tuned }) => tuned),
];
