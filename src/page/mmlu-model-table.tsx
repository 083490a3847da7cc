import type { OverallEstimate } from "../domain/page/page-mmlu.js";
import type { MmluSeries } from "./mmlu-series.js";
import { count, decimal, sharePercent, shareRange } from "./numbers.js";
import { IntervalLine } from "./interval-line.js";
import { seriesColour } from "./series.js";
import { SeriesMark } from "./series-mark.js";
import type { Column } from "./sortable-table.js";
import { SortableTable } from "./sortable-table.js";

/** One figure of one model; a model has two where some tasks are scored by letters and some by texts. */
interface ModelLine {
  readonly series: MmluSeries;
  readonly overall: OverallEstimate;
}

const columns: readonly Column<ModelLine>[] = [
  {
    title: "Model",
    key: ({ series }) => series.name,
    cell: ({ series }) => (
      <>
        <SeriesMark series={series} /> {series.name}
      </>
    ),
  },
  {
    title: "Right",
    isNumber: true,
    key: ({ overall }) => overall.acc,
    cell: ({ overall }) => <strong>{sharePercent(overall.acc)}</strong>,
  },
  {
    title: "0 to 100 %",
    cell: ({ series, overall: { acc, interval } }) =>
      acc !== null && <IntervalLine mean={acc} interval={interval} colour={seriesColour(series.place)} />,
  },
  { title: "95 % interval", isNumber: true, cell: ({ overall }) => shareRange(overall.interval) },
  {
    title: "± stderr",
    isNumber: true,
    key: ({ overall }) => overall.stderr,
    cell: ({ overall }) => error(overall.stderr),
  },
  {
    title: "Mean over tasks",
    isNumber: true,
    key: ({ overall }) => overall.mean,
    cell: ({ overall }) => (
      <>
        {sharePercent(overall.mean)}
        <br />
        {overall.meanStderr !== null && overall.meanStderr > 0 && (
          <span class="small">
            ± {error(overall.meanStderr)}, {shareRange(overall.meanInterval)}
          </span>
        )}
      </>
    ),
  },
  { title: "Tasks", isNumber: true, key: ({ overall }) => overall.tasks, cell: ({ overall }) => overall.tasks },
  { title: "n", isNumber: true, key: ({ overall }) => overall.n, cell: ({ overall }) => count(overall.n) },
  {
    title: "Unreadable",
    isNumber: true,
    key: ({ series }) => series.model.unreadable,
    cell: ({ series }) => count(series.model.unreadable),
  },
  {
    title: "Failed",
    isNumber: true,
    key: ({ series }) => series.model.failed,
    cell: ({ series }) => count(series.model.failed),
  },
];

/** All models; each task weighs as many as it has questions, and beside it the plain mean over tasks. */
export function MmluModelTable({ series }: { readonly series: readonly MmluSeries[] }) {
  const lines = series.flatMap((one) => one.model.overall.map((overall) => ({ series: one, overall })));
  const isSplit = lines.some(({ overall }) => overall.name !== "all");
  const [model, ...rest] = columns;
  const scoredBy: Column<ModelLine> = { title: "Scored by", cell: ({ overall }) => overall.name };
  return (
    <SortableTable
      caption="Models with shares of right answers and intervals"
      items={lines}
      keyOf={({ series: { key }, overall }) => `${key} ${overall.name}`}
      columns={isSplit && model !== undefined ? [model, scoredBy, ...rest] : columns}
    />
  );
}

function error(stderr: number | null): string {
  return stderr === null ? "–" : decimal(stderr * 100);
}
