import { EvalError } from "../eval-error.js";
import { nearestNames } from "../nearest-names.js";
import { printable } from "../printable.js";

/** A task as it can be asked for. */
export interface SelectableTask {
  readonly name: string;
  /** groups, tags and aliases that it is also found under */
  readonly labels: readonly string[];
}

/**
 * The tasks that names stand for, in the order of `tasks`, each once. A name is that of a task, one of its labels, or a glob of either
 * with `*` and `?`. No name stands for all tasks.
 *
 * @throws EvalError `input` for a name that nothing answers to, with the nearest ones
 */
export function selectTasks<Task extends SelectableTask>(names: readonly string[], tasks: readonly Task[]): Task[] {
  const wanted = names.map((name) => name.trim()).filter((name) => name !== "");
  if (wanted.length === 0) return [...tasks];
  const selected = new Set<Task>();
  for (const name of wanted) {
    const found = tasks.filter((task) => answersTo(task, name));
    if (found.length === 0) throw unknownTask(name, tasks);
    for (const task of found) selected.add(task);
  }
  return tasks.filter((task) => selected.has(task));
}

function answersTo({ name, labels }: SelectableTask, wanted: string): boolean {
  return matchesGlob(name, wanted) || labels.some((label) => matchesGlob(label, wanted));
}

function unknownTask(wanted: string, tasks: readonly SelectableTask[]): EvalError {
  const known = [...new Set(tasks.flatMap(({ name, labels }) => [name, ...labels]))];
  const near = nearestNames(wanted, known);
  const offered = near.length > 0 ? near : known.slice(0, 5);
  return new EvalError("input", `there is no task, group or tag "${printable(wanted)}"`, {
    hint: `${near.length > 0 ? "did you mean" : "there are, among others,"} ${offered.map(printable).join(", ")}${near.length > 0 ? "?" : ""}`,
  });
}

/** Whether a text matches a pattern in which `*` stands for any characters and `?` for one; in time linear in each star. */
export function matchesGlob(text: string, pattern: string): boolean {
  let [at, next] = [0, 0];
  let star: { readonly next: number; at: number } | undefined;
  while (at < text.length) {
    if (pattern[next] === "*") {
      next++;
      star = { next, at };
    } else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === text[at])) {
      at++;
      next++;
    } else if (star !== undefined) {
      // the last star takes one character more
      star.at++;
      ({ at, next } = star);
    } else return false;
  }
  return /^\**$/.test(pattern.slice(next));
}
