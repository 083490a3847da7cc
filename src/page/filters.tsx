import type { ComponentChildren } from "preact";
import type { PageSummary } from "../domain/page/page-data.js";
import { verdicts } from "../domain/statistics/verdict.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";
import { count, plural, shortFile } from "./numbers.js";
import type { ListView, SortOrder, Trait } from "./rows.js";
import { categoriesOf, isByFile, shownPair, sortOrders, traits, traitsOf } from "./rows.js";

interface FiltersProps {
  readonly summary: PageSummary;
  readonly view: ListView;
  readonly onChange: (change: Partial<ListView>) => void;
}

/** Everything that narrows or orders the list of questions. */
export function Filters({ summary, view, onChange }: FiltersProps) {
  const isComparison = summary.kind === "comparison";
  const isPair = view.left !== view.right;
  const hasVerdicts = summary.kind === "mmlu" && isPair && shownPair(summary, view) !== undefined;
  return (
    <div class="filters">
      <CategoryFilter summary={summary} view={view} onChange={onChange} />
      <Choice
        label={sectionWord(summary)}
        value={view.section === null ? "" : String(view.section)}
        onChange={(value) => onChange({ section: value === "" ? null : Number(value) })}
      >
        <option value="">all</option>
        {summary.questions.sections.map((name, index) => (
          <option key={name} value={String(index)}>
            {summary.kind === "mmlu" ? name : shortFile(name)}
          </option>
        ))}
      </Choice>
      {(isComparison || hasVerdicts) && <VerdictFilter view={view} onChange={onChange} />}
      {isComparison && <GroupFilter view={view} onChange={onChange} />}
      <Choice
        label="Only"
        value={view.trait ?? ""}
        onChange={(value) => onChange({ trait: traits.find((trait) => trait === value) ?? null })}
      >
        <option value="">all questions</option>
        {traitsOf(summary, view).map((trait) => (
          <option key={trait} value={trait}>
            {traitWords(trait, summary)}
          </option>
        ))}
      </Choice>
      <Choice
        label="Order"
        value={view.sort}
        onChange={(value) => onChange({ sort: sortOrders.find((order) => order === value) ?? "order" })}
      >
        {sortOrders
          .filter((order) => isPair || (order !== "gain" && order !== "loss"))
          .map((order) => (
            <option key={order} value={order}>
              {(summary.kind === "mmlu" ? mcqOrderWords : orderWords)[order]}
            </option>
          ))}
      </Choice>
      {!isTuning(summary) && summary.runs.length > 1 && (
        <RunChoices summary={summary} view={view} onChange={onChange} />
      )}
    </div>
  );
}

/** What the questions of a page are listed under. */
function sectionWord(summary: PageSummary): string {
  if (summary.kind === "mmlu") return "Task";
  return summary.kind === "comparison" || isByFile(summary.report) ? "File" : "Category";
}

function CategoryFilter({ summary, view, onChange }: FiltersProps) {
  const categories = categoriesOf(summary);
  if (categories.length === 0) return null;
  return (
    <Choice
      label="Category"
      value={view.category ?? ""}
      onChange={(value) => onChange({ category: value === "" ? null : value })}
    >
      <option value="">all</option>
      {categories.map((name) => (
        <option key={name} value={name}>
          {name.replaceAll("_", " ")}
        </option>
      ))}
    </Choice>
  );
}

function VerdictFilter({ view, onChange }: Omit<FiltersProps, "summary">) {
  return (
    <Choice
      label="Verdict"
      value={view.verdict ?? ""}
      onChange={(value) => onChange({ verdict: verdicts.find((verdict) => verdict === value) ?? null })}
    >
      <option value="">all</option>
      {verdicts.map((verdict) => (
        <option key={verdict} value={verdict}>
          {verdictWords[verdict]}
        </option>
      ))}
    </Choice>
  );
}

function GroupFilter({ view, onChange }: Omit<FiltersProps, "summary">) {
  return (
    <Choice
      label="Questions"
      value={view.group ?? ""}
      onChange={(value) => onChange({ group: value === "changed" || value === "unchanged" ? value : null })}
    >
      <option value="">changed and unchanged</option>
      <option value="changed">changed by the branch</option>
      <option value="unchanged">unchanged</option>
    </Choice>
  );
}

/** Which two runs are shown side by side. */
export function RunChoices({ summary, view, onChange }: FiltersProps) {
  const judges = new Set(summary.runs.map(({ judge }) => judge));
  const options = summary.runs.map(({ model, judge }, index) => (
    <option key={index} value={String(index)}>
      {judges.size > 1 ? `${model} (${judge})` : model}
    </option>
  ));
  return (
    <>
      <Choice label="Left" value={String(view.left)} onChange={(value) => onChange({ left: Number(value) })}>
        {options}
      </Choice>
      <Choice label="Right" value={String(view.right)} onChange={(value) => onChange({ right: Number(value) })}>
        {options}
      </Choice>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ComponentChildren;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}

/** Whether the runs are a base model and one tuned from it. */
export function isTuning(summary: PageSummary): boolean {
  return summary.kind === "comparison" || (summary.kind === "mmlu" && summary.mmlu.isTuning);
}

function traitWords(trait: Trait, summary: PageSummary): string {
  const [left, right] = isTuning(summary) ? ["base model", "tuned model"] : ["left model", "right model"];
  const isMcq = summary.kind === "mmlu";
  const own = isMcq && summary.runs.length < 2 ? "" : `${right} `;
  const words: Readonly<Record<Trait, string>> = {
    unscored: "without a rating",
    disagreement: "judgments disagree",
    truncated: "truncated answers",
    unanswered: "without an answer",
    empty: "empty answers",
    stale: "changed since judged",
    better: isMcq ? `only the ${right} right` : `${right} better`,
    worse: isMcq ? `only the ${left} right` : `${right} worse`,
    right: `${own}right`,
    wrong: `${own}wrong`,
    differ: "right in one model only",
    "both-right": "right in both",
    neither: "right in neither",
    unreadable: "unreadable answers",
    failed: "failed requests",
    fallback: "scored the slow way",
  };
  return words[trait];
}

const orderWords: Readonly<Record<SortOrder, string>> = {
  order: "as asked",
  gain: "largest gain first",
  loss: "largest loss first",
  low: "lowest score first",
  high: "highest score first",
};

const mcqOrderWords: Readonly<Record<SortOrder, string>> = {
  order: "as asked",
  gain: "gained first",
  loss: "lost first",
  low: "wrong first",
  high: "right first",
};

/** How many questions are listed. */
export function ListCount({ shown, of }: { readonly shown: number; readonly of: number }) {
  return (
    <p class="small" role="status">
      {shown === of ? plural(of, "question") : `${count(shown)} of ${plural(of, "question")}`}
    </p>
  );
}
