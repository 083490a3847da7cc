import type { ComparedTask, McqResult } from "../domain/mmlu/mcq-comparison.js";
import type { McqComparison } from "../domain/mmlu/mcq-comparison-schema.js";
import { compareMcq } from "../domain/mmlu/mcq-comparison.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { PageMmluPair, PairCounts } from "../domain/page/page-mmlu.js";

/** What a model's questions came to, by task and `doc_id`. */
export type ModelResults = ReadonlyMap<string, ReadonlyMap<number, McqResult>>;

/** More models than these would make more comparisons than anybody looks at. */
const mostCompared = 6;

/**
 * Compares each of the first models with each other, both ways round.
 *
 * @param known the comparison of the first model with the second, where it was made before
 */
export function mmluPairs(
  reports: readonly MmluReport[],
  results: readonly ModelResults[],
  known: McqComparison | undefined,
): PageMmluPair[] {
  const places = reports.slice(0, mostCompared).map((_, place) => place);
  return places.flatMap((base) =>
    places
      .filter((tuned) => tuned !== base && (known === undefined || base < tuned))
      .map((tuned) => {
        const tasks = sharedTasks(reports[tuned], results[base], results[tuned]);
        const { settings, overall, tasks: compared } = known ?? compareMcq(tasks);
        return { base, tuned, comparison: { settings, overall, tasks: compared }, counts: countPairs(tasks) };
      }),
  );
}

/** The questions that both models were asked. */
function sharedTasks(
  report: MmluReport | undefined,
  base: ModelResults | undefined,
  tuned: ModelResults | undefined,
): ComparedTask[] {
  return (report?.scores.tasks ?? []).flatMap(({ task, form }) => {
    const before = base?.get(task);
    if (before === undefined) return [];
    const questions = [...(tuned?.get(task) ?? [])].flatMap(([id, after]) => {
      const found = before.get(id);
      return found === undefined ? [] : [{ id, base: found, tuned: after }];
    });
    return [{ task, form, questions }];
  });
}

function countPairs(tasks: readonly ComparedTask[]): PairCounts[] {
  return [...new Set(tasks.map(({ form }) => form))].map((form) => ({
    form,
    ...countQuestions(tasks.filter((task) => task.form === form)),
  }));
}

function countQuestions(tasks: readonly ComparedTask[]): Omit<PairCounts, "form"> {
  const counts = { both: 0, gained: 0, lost: 0, neither: 0 };
  for (const { questions } of tasks)
    for (const { base, tuned } of questions) {
      if (base.kind === "unscored" || tuned.kind === "unscored") continue;
      if (base.correct) counts[tuned.correct ? "both" : "lost"]++;
      else counts[tuned.correct ? "gained" : "neither"]++;
    }
  return counts;
}
