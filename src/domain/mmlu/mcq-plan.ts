import type { McqDoc, McqTask } from "../scoring/multiple-choice.js";

/** The questions of one task that are to be asked. */
export interface PlannedTask {
  readonly task: McqTask;
  readonly docs: readonly McqDoc[];
}

/** What is to be asked, task by task in the order of their names: all questions, or the first so many of each as lm-eval's `--limit`. */
export function planMcq(tasks: readonly McqTask[], firstN: number | undefined): PlannedTask[] {
  return tasks
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((task) => ({ task, docs: firstN === undefined ? task.docs : task.docs.slice(0, firstN) }));
}

/** What of a plan was left out on purpose, in words; null where nothing was. */
export function partialText(
  plan: readonly PlannedTask[],
  selection: { readonly firstN?: number | undefined; readonly tasks?: string | undefined },
): string | null {
  const isCut = plan.some(({ task, docs }) => docs.length < task.docs.length);
  const parts = [
    ...(selection.tasks === undefined ? [] : [selection.tasks]),
    ...(isCut ? [firstText(selection.firstN ?? 0)] : []),
  ];
  return parts.length === 0 ? null : parts.join("; ");
}

function firstText(count: number): string {
  return `the first ${count === 1 ? "question" : `${count} questions`} of each task`;
}
