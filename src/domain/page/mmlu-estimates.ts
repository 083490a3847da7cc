import { normalInterval, plainMeanError, shareInterval } from "../statistics/accuracy-interval.js";
import type { MmluReport } from "../mmlu/mmlu-report.js";
import type { TaskScore } from "../mmlu/mmlu-scores.js";
import type { OverallEstimate, PageMmluModel, ShareEstimate } from "./page-mmlu.js";

/** A stored report with the intervals of all its figures. */
export function mmluEstimates({ scores, ...report }: MmluReport): PageMmluModel {
  const { tasks, categories, forms, weighted, mean } = scores;
  const all = { name: "all", alias: "all tasks", n: weighted.n, acc: weighted.acc, stderr: weighted.stderr, mean };
  return {
    report,
    overall:
      forms.length > 1
        ? forms.map((form) =>
            overall(
              form,
              tasks.filter((task) => task.form === form.name),
            ),
          )
        : [overall(all, tasks)],
    categories: categories.map((group) => ({
      ...group,
      ...shares(
        group,
        tasks.filter(({ category }) => `mmlu_${category}` === group.name),
      ),
    })),
    tasks: tasks.map((task) => ({ ...shares({ ...task, name: task.task }, [task]), category: task.category })),
    selected: scores.selected,
    failed: Object.values(scores.failed).reduce((sum, count) => sum + count, 0),
    unreadable: scores.unreadable,
    fallbacks: scores.ways["letters-fallback"] ?? 0,
    requests: scores.requests,
    tokens: scores.tokens,
  };
}

type Scored = Pick<ShareEstimate, "name" | "alias" | "n" | "acc" | "stderr">;

function shares({ name, alias, n, acc, stderr }: Scored, tasks: readonly TaskScore[]): ShareEstimate {
  const correct = tasks.reduce((sum, task) => sum + task.correct, 0);
  return { name, alias, category: null, n, correct, acc, stderr, interval: shareInterval({ n, correct }) };
}

function overall(group: Scored & { readonly mean: number | null }, tasks: readonly TaskScore[]): OverallEstimate {
  const { mean } = group;
  const scored = tasks.filter(({ n }) => n > 0);
  const meanStderr = mean === null ? null : plainMeanError(scored.map(({ stderr }) => stderr));
  const meanInterval = normalInterval(mean, meanStderr);
  return { ...shares(group, tasks), tasks: scored.length, mean, meanStderr, meanInterval };
}
