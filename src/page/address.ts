import type { PageSummary } from "../domain/page/page-data.js";
import { verdicts } from "../domain/statistics/verdict.js";
import type { ListView, SortOrder } from "./rows.js";
import { categoriesOf, sortOrders, traits } from "./rows.js";

/** What the address says behind the `#`: a question, and how the list is filtered. */
export interface Address {
  /** row of the open question */
  readonly row: number | null;
  readonly view: ListView;
}

/** The view of a page that was opened without saying more. */
function defaultView(summary: PageSummary): ListView {
  const [left, right] = defaultRuns(summary);
  const sort: SortOrder = "order";
  return { search: "", section: null, category: null, verdict: null, group: null, trait: null, sort, left, right };
}

/** Base and tuned model; of other reports the second best and the best. */
function defaultRuns(summary: PageSummary): readonly [number, number] {
  if (summary.kind === "comparison") return [0, 1];
  if (summary.kind === "mmlu") return summary.mmlu.shown;
  const ranked = summary.report.models.map(({ model, judge }) =>
    summary.runs.findIndex((run) => run.model === model && run.judge === judge),
  );
  const [best = 0, second = best] = ranked;
  return [second, best];
}

export function isAddress(hash: string): boolean {
  return hash.includes("=");
}

/** Reads the part behind the `#`; what does not fit the report is passed over. */
export function readAddress(hash: string, summary: PageSummary): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const usual = defaultView(summary);
  const run = (name: string, otherwise: number): number => {
    const index = Number(fields.get(name) ?? Number.NaN);
    return summary.runs[index] === undefined ? otherwise : index;
  };
  const section = summary.questions.sections.indexOf(fields.get("section") ?? "");
  const group = fields.get("group");
  return {
    row: findQuestion(fields.get("q"), summary),
    view: {
      search: fields.get("search") ?? "",
      section: fields.has("section") && section !== -1 ? section : null,
      category: known(fields.get("category"), categoriesOf(summary)),
      verdict: known(fields.get("verdict"), verdicts),
      group: group === "changed" || group === "unchanged" ? group : null,
      trait: known(fields.get("only"), traits),
      sort: known(fields.get("sort"), sortOrders) ?? "order",
      left: run("left", usual.left),
      right: run("right", usual.right),
    },
  };
}

function known<Value extends string>(value: string | null, values: readonly Value[]): Value | null {
  return values.find((candidate) => candidate === value) ?? null;
}

function findQuestion(id: string | null, { questions }: PageSummary): number | null {
  if (id === null) return null;
  const row = questions.ids.findIndex((candidate) => String(candidate) === id);
  return row === -1 ? null : row;
}

/** The part behind the `#`; what is as usual is left out. */
export function writeAddress({ row, view }: Address, summary: PageSummary): string {
  const usual = defaultView(summary);
  const fields = new URLSearchParams();
  if (row !== null) fields.set("q", String(summary.questions.ids[row]));
  if (view.search !== "") fields.set("search", view.search);
  if (view.section !== null) fields.set("section", summary.questions.sections[view.section] ?? "");
  if (view.category !== null) fields.set("category", view.category);
  if (view.verdict !== null) fields.set("verdict", view.verdict);
  if (view.group !== null) fields.set("group", view.group);
  if (view.trait !== null) fields.set("only", view.trait);
  if (view.sort !== "order") fields.set("sort", view.sort);
  if (view.left !== usual.left) fields.set("left", String(view.left));
  if (view.right !== usual.right) fields.set("right", String(view.right));
  return `#${fields.toString()}`;
}
