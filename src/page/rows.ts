import type { Report } from "../domain/report/report.js";
import type { Verdict } from "../domain/statistics/verdict.js";
import type { PageFlag, PageSummary } from "../domain/page/page-data.js";
import { disagreementPoints, pageFlags } from "../domain/page/page-data.js";
import type { PageMmluPair } from "../domain/page/page-mmlu.js";

/** What the list of questions shows, and in which order. */
export interface ListView {
  readonly search: string;
  /** index of a category, file or task; null for all */
  readonly section: number | null;
  /** of the question's task; null for all */
  readonly category: string | null;
  /** of the question's file or task; of a comparison */
  readonly verdict: Verdict | null;
  readonly group: "changed" | "unchanged" | null;
  readonly trait: Trait | null;
  readonly sort: SortOrder;
  /** runs shown side by side; the same twice for one */
  readonly left: number;
  readonly right: number;
}

export const traits = [
  "unscored",
  "disagreement",
  "truncated",
  "unanswered",
  "empty",
  "stale",
  "better",
  "worse",
  "right",
  "wrong",
  "differ",
  "both-right",
  "neither",
  "unreadable",
  "failed",
  "fallback",
] as const;
export type Trait = (typeof traits)[number];

const judgedTraits = ["unscored", "disagreement", "truncated", "unanswered", "empty", "stale"] as const;
const mcqTraits = ["right", "wrong", "unreadable", "failed", "fallback"] as const;

/** The traits that questions of a page can have; those of pairs where two runs are shown. */
export function traitsOf({ kind }: PageSummary, { left, right }: Pick<ListView, "left" | "right">): readonly Trait[] {
  const ofPair: readonly Trait[] = left === right ? [] : ["better", "worse"];
  if (kind !== "mmlu") return [...judgedTraits, ...ofPair];
  return [...mcqTraits, ...ofPair, ...(left === right ? [] : (["differ", "both-right", "neither"] as const))];
}

/** Whether the questions of a report come from files of a taxonomy, which tell more than the one category they share. */
export function isByFile({ models }: Report): boolean {
  return models.some(({ files }) => files.length > 0);
}

/** Categories of the tasks of multiple choice; none of other pages. */
export function categoriesOf(summary: PageSummary): readonly string[] {
  return summary.kind === "mmlu" ? [...new Set(taskCategories(summary).values())] : [];
}

/** By task. */
function taskCategories(summary: PageSummary): ReadonlyMap<string, string> {
  if (summary.kind !== "mmlu") return new Map();
  const tasks = summary.mmlu.models.flatMap((model) => model.tasks);
  return new Map(tasks.flatMap(({ name, category }) => (category === null ? [] : [[name, category] as const])));
}

/** The comparison of the two runs that are shown; undefined where none was made. */
export function shownPair(
  { mmlu }: Extract<PageSummary, { readonly kind: "mmlu" }>,
  { left, right }: Pick<ListView, "left" | "right">,
): PageMmluPair | undefined {
  return mmlu.pairs.find(({ base, tuned }) => base === left && tuned === right);
}

export const sortOrders = ["order", "gain", "loss", "low", "high"] as const;
export type SortOrder = (typeof sortOrders)[number];

/** Rows in the order in which they are listed. `found` holds the rows whose texts match the search. */
export function listRows(summary: PageSummary, view: ListView, found: ReadonlySet<number> | null): number[] {
  const rows: number[] = [];
  const isWanted = rowTest(summary, view, found);
  for (let row = 0; row < summary.questions.ids.length; row++) if (isWanted(row)) rows.push(row);
  return sorted(rows, summary, view);
}

function rowTest(summary: PageSummary, view: ListView, found: ReadonlySet<number> | null): (row: number) => boolean {
  const { questions } = summary;
  const words = view.search.toLowerCase().trim();
  const sectionMatches = questions.sections.map((name) => words !== "" && name.toLowerCase().includes(words));
  const verdicts = view.verdict === null ? null : sectionsWith(summary, view, view.verdict);
  const inCategory = view.category === null ? null : sectionsIn(summary, view.category);
  const isWantedSection = (section: number): boolean =>
    (view.section === null || section === view.section) && inCategory?.has(section) !== false;
  const wantsChanged = view.group === "changed" ? 1 : 0;
  return (row) => {
    const section = questions.section[row] ?? 0;
    if (!isWantedSection(section)) return false;
    if (view.group !== null && questions.changed[row] !== wantsChanged) return false;
    if (verdicts !== null && !verdicts.has(`${section} ${questions.changed[row] ?? 0}`)) return false;
    if (view.trait !== null && !hasTrait(summary, view, { row, trait: view.trait })) return false;
    return words === "" || sectionMatches[section] === true || matches(summary, row, words) || found?.has(row) === true;
  };
}

function matches({ questions }: PageSummary, row: number, words: string): boolean {
  return (
    String(questions.ids[row]).toLowerCase() === words || (questions.preview[row] ?? "").toLowerCase().includes(words)
  );
}

function sectionsIn(summary: PageSummary, category: string): Set<number> {
  const categories = taskCategories(summary);
  return new Set(
    summary.questions.sections.flatMap((task, index) => (categories.get(task) === category ? [index] : [])),
  );
}

/** A file has one verdict for what the branch changed in it and one for the rest; a task has one of a pair of models. */
function sectionsWith(summary: PageSummary, view: Pick<ListView, "left" | "right">, verdict: Verdict): Set<string> {
  const places = new Map(summary.questions.sections.map((name, index) => [name, index]));
  if (summary.kind === "mmlu") {
    const tasks = shownPair(summary, view)?.comparison.tasks ?? [];
    return new Set(tasks.flatMap((task) => (task.verdict === verdict ? [`${places.get(task.task) ?? -1} 0`] : [])));
  }
  if (summary.kind !== "comparison") return new Set();
  return new Set(
    summary.comparison.comparison.files
      .filter((file) => file.verdict === verdict)
      .map((file) => `${places.get(file.qnaFile) ?? -1} ${file.group === "changed" ? 1 : 0}`),
  );
}

function hasTrait(
  summary: PageSummary,
  view: Pick<ListView, "left" | "right">,
  { row, trait }: { readonly row: number; readonly trait: Trait },
): boolean {
  if (trait === "better" || trait === "worse") {
    const difference = rowDifference(summary, view, row);
    return difference !== null && (trait === "better" ? difference > 0 : difference < 0);
  }
  if (trait === "disagreement") return disagrees(summary, row);
  if (isOutcome(trait)) return outcomeTests[trait](scoresOf(summary, view, row));
  return hasFlag(summary, row, trait);
}

type OutcomeTrait = "right" | "wrong" | "differ" | "both-right" | "neither";
type SideScores = readonly [left: number | null, right: number | null];

/** `right` and `wrong` are said of the model on the right-hand side. */
const outcomeTests: Readonly<Record<OutcomeTrait, (scores: SideScores) => boolean>> = {
  right: ([, right]) => right === 1,
  wrong: ([, right]) => right === 0,
  differ: ([left, right]) => left !== null && right !== null && left !== right,
  "both-right": ([left, right]) => left === 1 && right === 1,
  neither: ([left, right]) => left === 0 && right === 0,
};

function isOutcome(trait: Trait): trait is OutcomeTrait {
  return Object.hasOwn(outcomeTests, trait);
}

function scoresOf({ runs }: PageSummary, { left, right }: Pick<ListView, "left" | "right">, row: number): SideScores {
  return [runs[left]?.score[row] ?? null, runs[right]?.score[row] ?? null];
}

/** Whether any run has the flag on the question. */
export function hasFlag({ runs }: PageSummary, row: number, flag: PageFlag): boolean {
  return runs.some((run) => ((run.flags[row] ?? 0) & pageFlags[flag]) !== 0);
}

/** Judgments of one text, or judges of one model, that lie far apart. */
export function disagrees({ kind, runs }: PageSummary, row: number): boolean {
  if (kind === "mmlu") return false;
  if (runs.some((run) => (run.spread[row] ?? 0) >= disagreementPoints)) return true;
  return runs.some((run, index) =>
    runs.slice(index + 1).some((other) => {
      const [score, against] = [run.score[row] ?? null, other.score[row] ?? null];
      return (
        other.model === run.model &&
        score !== null &&
        against !== null &&
        Math.abs(score - against) >= disagreementPoints
      );
    }),
  );
}

/** right − left; null where one has no score */
export function rowDifference(
  summary: PageSummary,
  view: Pick<ListView, "left" | "right">,
  row: number,
): number | null {
  const [from, to] = scoresOf(summary, view, row);
  return from === null || to === null ? null : to - from;
}

function sorted(rows: number[], summary: PageSummary, view: ListView): number[] {
  if (view.sort === "order") return rows;
  const key = sortKey(summary, view);
  const keys = new Map(rows.map((row) => [row, key(row)]));
  // what has no number comes last, in the order of the questions
  return rows.sort((left, right) => {
    const [one, other] = [keys.get(left) ?? null, keys.get(right) ?? null];
    if (one === null || other === null) return one === other ? left - right : one === null ? 1 : -1;
    return one - other || left - right;
  });
}

function sortKey(summary: PageSummary, view: ListView): (row: number) => number | null {
  const score = (row: number): number | null => summary.runs[view.right]?.score[row] ?? null;
  const difference = (row: number): number | null => rowDifference(summary, view, row);
  const negative = (value: number | null): number | null => (value === null ? null : -value);
  const keys: Readonly<Record<Exclude<SortOrder, "order">, (row: number) => number | null>> = {
    gain: (row) => negative(difference(row)),
    loss: difference,
    low: score,
    high: (row) => negative(score(row)),
  };
  return view.sort === "order" ? (row) => row : keys[view.sort];
}
