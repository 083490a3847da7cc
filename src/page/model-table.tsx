import { count, decimal, percent, scoreInterval } from "./numbers.js";
import type { Series } from "./series.js";
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
    { title: "1 to 10", cell: (one) => <IntervalLine series={one} /> },
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

/** Where the score and its interval lie on the scale. */
function IntervalLine({ series }: { readonly series: Series }) {
  const { mean, interval } = series.report.overall;
  const x = (score: number): number => ((Math.min(10, Math.max(1, score)) - 1) / 9) * 108 + 6;
  if (mean === null) return null;
  const colour = seriesColour(series.place);
  return (
    <svg class="interval" viewBox="0 0 120 16" width="120" height="16" aria-hidden="true">
      <line x1="6" x2="114" y1="8" y2="8" class="scale" />
      {interval !== null && (
        <line x1={x(interval[0])} x2={x(interval[1])} y1="8" y2="8" stroke={colour} stroke-width="3" />
      )}
      <circle cx={x(mean)} cy="8" r="4.5" fill={colour} />
    </svg>
  );
}
