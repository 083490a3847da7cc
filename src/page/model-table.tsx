import { count, decimal, percent, scoreInterval } from "./numbers.js";
import type { Series } from "./series.js";
import { IntervalLine } from "./interval-line.js";
import { seriesColour } from "./series.js";
import { SeriesMark } from "./series-mark.js";
import type { Column } from "./sortable-table.js";
import { SortableTable } from "./sortable-table.js";

/** All models of a report, best first. */
export function ModelTable({ series }: { readonly series: readonly Series[] }) {
  const turns = series.reduce((most, { report }) => Math.max(most, report.turns.length), 1);
  const columns: Column<Series>[] = [
    {
      title: "Model",
      key: ({ report }) => report.model,
      cell: (one) => (
        <>
          <SeriesMark series={one} /> {one.report.model}
          {one.report.partial !== null && " (partial)"}
        </>
      ),
    },
    { title: "Judge", key: ({ report }) => report.judge, cell: ({ report }) => report.judge },
    {
      title: "Score",
      isNumber: true,
      key: ({ report }) => report.overall.mean,
      cell: ({ report }) => <strong>{decimal(report.overall.mean)}</strong>,
    },
    { title: "1 to 10", cell: (one) => <ScoreLine series={one} /> },
    { title: "95 % interval", isNumber: true, cell: ({ report }) => scoreInterval(report.overall.interval) },
    {
      title: "n",
      isNumber: true,
      key: ({ report }) => report.overall.n,
      cell: ({ report }) => count(report.overall.n),
    },
    ...(turns < 2
      ? []
      : Array.from({ length: turns }, (_, index): Column<Series> => ({
          title: `Turn ${index + 1}`,
          isNumber: true,
          key: ({ report }) => report.turns[index]?.score.mean ?? null,
          cell: ({ report }) => decimal(report.turns[index]?.score.mean),
        }))),
    {
      title: "Without score",
      isNumber: true,
      key: ({ report }) => report.errorRate,
      cell: ({ report }) => percent(report.errorRate),
    },
  ];
  return (
    <SortableTable
      caption="Models with scores and intervals"
      items={series}
      keyOf={({ key }) => key}
      columns={columns}
    />
  );
}

function ScoreLine({ series }: { readonly series: Series }) {
  const { mean, interval } = series.report.overall;
  const onScale = (score: number): number => (score - 1) / 9;
  if (mean === null) return null;
  const reach = interval && ([onScale(interval[0]), onScale(interval[1])] as const);
  return <IntervalLine mean={onScale(mean)} interval={reach} colour={seriesColour(series.place)} />;
}
