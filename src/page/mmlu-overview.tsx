import { useCallback, useMemo } from "preact/hooks";
import type { PageMmlu, ShareEstimate } from "../domain/page/page-mmlu.js";
import type { Address } from "./address.js";
import { Chart } from "./chart.js";
import { MmluModelTable } from "./mmlu-model-table.js";
import { MmluPair } from "./mmlu-pair.js";
import type { MmluPageSummary, MmluSeries } from "./mmlu-series.js";
import { mmluSeries } from "./mmlu-series.js";
import { plural, sharePercent, shareRange } from "./numbers.js";
import { SeriesChoice } from "./series-choice.js";
import type { ShareLine } from "./share-plot.js";
import { sharePlot } from "./share-plot.js";
import type { Column } from "./sortable-table.js";
import { SortableTable } from "./sortable-table.js";
import { useShownSeries } from "./use-shown-series.js";

interface MmluOverviewProps {
  readonly summary: MmluPageSummary;
  readonly address: Address;
  readonly onChange: (change: Partial<Address>) => void;
}

/** More models than these are only shown when they are chosen: their lines would hide one another. */
const shownAtFirst = 3;

/** What multiple-choice results come to, before any single question. */
export function MmluOverview({ summary, address, onChange }: MmluOverviewProps) {
  const { mmlu } = summary;
  const series = useMemo(() => mmluSeries(mmlu), [mmlu]);
  const { shown, toggle } = useShownSeries(series, shownAtFirst);
  return (
    <>
      <p class="lead">
        {plural(summary.questions.ids.length, "question")} of {plural(summary.questions.sections.length, "task")};
        intervals are 95 %. What failed is left out; a written answer that names no choice is wrong.
      </p>
      <section id="models" aria-labelledby="models-title">
        <h2 id="models-title">Models</h2>
        <MmluModelTable series={series} />
        {series.length > 1 && <SeriesChoice series={series} shown={shown} onToggle={toggle} />}
      </section>
      <Tasks mmlu={mmlu} shown={shown} />
      {series.length > 1 && <MmluPair summary={summary} address={address} onChange={onChange} />}
    </>
  );
}

function Tasks({ mmlu, shown }: { readonly mmlu: PageMmlu; readonly shown: readonly MmluSeries[] }) {
  const lines = useMemo(() => shareLines(mmlu, shown), [mmlu, shown]);
  const draw = useCallback((width: number) => sharePlot(lines, shown, width), [lines, shown]);
  const hasCategories = lines.some(({ isGroup }) => isGroup);
  return (
    <section id="tasks" aria-labelledby="tasks-title">
      <h2 id="tasks-title">{hasCategories ? "Categories and tasks" : "Tasks"}</h2>
      <figure>
        <figcaption>
          Share of right answers with 95 % intervals
          {hasCategories && ", each category above its tasks"}; within a category the best task of the first model comes
          first.
        </figcaption>
        <Chart
          draw={draw}
          label={`Dot plot of the share of right answers of ${shown.map(({ name }) => name).join(", ")} in ${plural(lines.length, "line")}; the table below has the numbers`}
        />
      </figure>
      <details class="numbers">
        <summary>The numbers as a table</summary>
        <SortableTable
          caption="Share of right answers by category and task"
          items={lines}
          keyOf={({ key }) => key}
          columns={taskColumns(shown)}
        />
      </details>
    </section>
  );
}

/** Each category, then its tasks; tasks without one come last. */
function shareLines({ models }: PageMmlu, shown: readonly MmluSeries[]): ShareLine[] {
  const tasks = unique(models.flatMap((model) => model.tasks));
  const groups = unique(models.flatMap((model) => model.categories));
  const line = (part: "tasks" | "categories", { name, alias }: ShareEstimate): ShareLine => ({
    key: `${part} ${name}`,
    name: alias.replaceAll("_", " "),
    isGroup: part === "categories",
    estimates: shown.map(({ model }) => model[part].find((estimate) => estimate.name === name)),
  });
  const tasksOf = (isIn: (task: ShareEstimate) => boolean): ShareLine[] =>
    tasks
      .filter(isIn)
      .map((task) => line("tasks", task))
      .sort((left, right) => (right.estimates[0]?.acc ?? -1) - (left.estimates[0]?.acc ?? -1));
  return [
    ...groups.flatMap((group) => [
      line("categories", group),
      ...tasksOf(({ category }) => `mmlu_${category}` === group.name),
    ]),
    ...tasksOf(({ category }) => category === null),
  ];
}

function unique(estimates: readonly ShareEstimate[]): ShareEstimate[] {
  return [...new Map(estimates.map((estimate) => [estimate.name, estimate])).values()];
}

function taskColumns(shown: readonly MmluSeries[]): Column<ShareLine>[] {
  return [
    { title: "Task", key: ({ name }) => name, cell: (line) => <LineName line={line} /> },
    ...shown.flatMap(({ name }, index): Column<ShareLine>[] => [
      {
        title: name,
        isNumber: true,
        key: ({ estimates }) => estimates[index]?.acc ?? null,
        cell: ({ estimates }) => (
          <>
            {sharePercent(estimates[index]?.acc)}{" "}
            <span class="small">
              {shareRange(estimates[index]?.interval)}, {estimates[index]?.correct ?? 0} of {estimates[index]?.n ?? 0}
            </span>
          </>
        ),
      },
    ]),
  ];
}

function LineName({ line: { key, name, isGroup } }: { readonly line: ShareLine }) {
  const id = key.slice(key.indexOf(" ") + 1);
  const fields = isGroup ? { category: id.replace(/^mmlu_/, "") } : { section: id };
  const link = <a href={`#${new URLSearchParams(fields).toString()}`}>{name}</a>;
  return isGroup ? <strong>{link}</strong> : link;
}
