import { useCallback, useMemo } from "preact/hooks";
import type { McqTaskComparison } from "../domain/mmlu/mcq-comparison-schema.js";
import type { PageMmluPair, PairCounts } from "../domain/page/page-mmlu.js";
import { verdicts } from "../domain/statistics/verdict.js";
import { compareVerdicts, verdictWords } from "../domain/comparison/verdict-words.js";
import type { Address } from "./address.js";
import { writeAddress } from "./address.js";
import { Chart } from "./chart.js";
import { isTuning, RunChoices } from "./filters.js";
import type { ForestLine } from "./forest-plot.js";
import { forestPlot } from "./forest-plot.js";
import type { MmluPageSummary } from "./mmlu-series.js";
import { count, decimal, percent, plural, sharePercent, signed } from "./numbers.js";
import type { Trait } from "./rows.js";
import { shownPair } from "./rows.js";
import type { Column } from "./sortable-table.js";
import { SortableTable } from "./sortable-table.js";
import { VerdictBadge } from "./verdict-badge.js";

interface MmluPairProps {
  readonly summary: MmluPageSummary;
  readonly address: Address;
  readonly onChange: (change: Partial<Address>) => void;
}

/** Two models question by question. */
export function MmluPair({ summary, address, onChange }: MmluPairProps) {
  const { view } = address;
  const pair = shownPair(summary, view);
  const [left, right] = [summary.runs[view.left]?.model ?? "", summary.runs[view.right]?.model ?? ""];
  return (
    <section id="pair" aria-labelledby="pair-title">
      <h2 id="pair-title">Two models, question by question</h2>
      <p class="lead">
        <span class="left-name">{left}</span> against <span class="right-name">{right}</span>. Differences are in
        percentage points; above 0 they are in favour of {right}.
      </p>
      {!isTuning(summary) && summary.runs.length > 2 && (
        <div class="filters">
          <RunChoices summary={summary} view={view} onChange={(change) => onChange({ view: { ...view, ...change } })} />
        </div>
      )}
      {view.left === view.right ? (
        <p class="quiet">Choose two different models.</p>
      ) : pair === undefined ? (
        <p class="quiet">These two were not compared; a report of the two alone (--model, twice) compares them.</p>
      ) : (
        <PairFigures summary={summary} address={address} pair={pair} names={[left, right]} />
      )}
    </section>
  );
}

type PairNames = readonly [left: string, right: string];

interface PairFiguresProps extends Omit<MmluPairProps, "onChange"> {
  readonly pair: PageMmluPair;
  readonly names: PairNames;
}

function PairFigures({ summary, address, pair, names }: PairFiguresProps) {
  const { overall, tasks } = pair.comparison;
  return (
    <>
      <dl class="figures">
        {overall.map((group) => (
          <div key={group.form}>
            <dt>Difference{overall.length > 1 && `, scored by ${group.form}`}</dt>
            <dd class="figure">{signed(points(group.difference), 1)}</dd>
            <dd class="small">
              points, 95 % interval {pointInterval(group.interval)}, over {plural(group.n, "question")}; means over
              tasks {sharePercent(group.baseMean)} and {sharePercent(group.tunedMean)}; smallest detectable difference{" "}
              {decimal(points(group.detectable), 1)}
            </dd>
          </div>
        ))}
      </dl>
      {pair.counts.map((counts) => (
        <Quarters key={counts.form} summary={summary} address={address} pair={pair} names={names} counts={counts} />
      ))}
      <TaskForest tasks={tasks} names={names} />
    </>
  );
}

interface QuartersProps extends PairFiguresProps {
  readonly counts: PairCounts;
}

/** Right in both, in one, in neither: each leads to its questions. */
function Quarters({ summary, address, pair, names: [left, right], counts }: QuartersProps) {
  const isSplit = pair.counts.length > 1;
  const total = counts.both + counts.gained + counts.lost + counts.neither;
  const quarters: readonly (readonly [string, number, Trait])[] = [
    ["Both right", counts.both, "both-right"],
    [`Only ${right} right`, counts.gained, "better"],
    [`Only ${left} right`, counts.lost, "worse"],
    ["Neither right", counts.neither, "neither"],
  ];
  return (
    <dl class="figures quarters">
      {quarters.map(([name, value, trait]) => (
        <div key={trait}>
          <dt>
            {name}
            {isSplit && `, scored by ${counts.form}`}
          </dt>
          <dd class="figure">{count(value)}</dd>
          <dd class="small">
            {percent(value / Math.max(1, total))} of the questions;{" "}
            <a href={writeAddress({ row: null, view: { ...address.view, trait } }, summary)}>
              {isSplit ? "list those of all tasks" : "list them"}
            </a>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** As many tasks as one can take in; the table has them all. */
const mostLines = 120;

function TaskForest({ tasks, names }: { readonly tasks: readonly McqTaskComparison[]; readonly names: PairNames }) {
  const sorted = useMemo(() => tasks.toSorted(compareTasks), [tasks]);
  const lines = useMemo(() => sorted.slice(0, mostLines).map(forestLine), [sorted]);
  const columns = useMemo(() => taskColumns(names), [names]);
  const draw = useCallback((width: number) => forestPlot(lines, width), [lines]);
  const present = verdicts.filter((verdict) => tasks.some((task) => task.verdict === verdict));
  return (
    <>
      <figure>
        <figcaption>
          Difference of the share of right answers by task, in points, with 95 % intervals. The shaded band holds the
          differences that are too small to be detected.
          <span class="legend">
            {present.map((verdict) => (
              <VerdictBadge key={verdict} verdict={verdict} />
            ))}
          </span>
        </figcaption>
        <Chart
          draw={draw}
          label={`Forest plot of ${plural(lines.length, "task")}: difference of the share of right answers. The table below has the same numbers.`}
        />
        {sorted.length > mostLines && <p class="small">The first {mostLines} tasks; the table has all.</p>}
      </figure>
      <details class="numbers">
        <summary>The numbers as a table</summary>
        <SortableTable
          caption="Tasks: verdict, shares, difference, questions gained and lost"
          items={sorted}
          keyOf={({ task }) => task}
          columns={columns}
        />
      </details>
    </>
  );
}

function compareTasks(left: McqTaskComparison, right: McqTaskComparison): number {
  return compareVerdicts(left.verdict, right.verdict) || (left.difference ?? 0) - (right.difference ?? 0);
}

function forestLine({ task, difference, interval, detectable, n, verdict }: McqTaskComparison): ForestLine {
  return {
    key: task,
    name: task.replace(/^mmlu_/, "").replaceAll("_", " "),
    difference: points(difference),
    interval: pointRange(interval),
    detectable: points(detectable),
    n,
    verdict,
    digits: 1,
  };
}

const taskColumns = ([left, right]: PairNames): readonly Column<McqTaskComparison>[] => [
  {
    title: "Task",
    key: ({ task }) => task,
    cell: ({ task }) => <a href={`#${new URLSearchParams({ section: task }).toString()}`}>{task}</a>,
  },
  {
    title: "Verdict",
    key: ({ verdict }) => verdictWords[verdict],
    cell: ({ verdict }) => <VerdictBadge verdict={verdict} />,
  },
  { title: "n", isNumber: true, key: ({ n }) => n, cell: ({ n }) => n },
  { title: left, isNumber: true, key: ({ baseAcc }) => baseAcc, cell: ({ baseAcc }) => sharePercent(baseAcc) },
  { title: right, isNumber: true, key: ({ tunedAcc }) => tunedAcc, cell: ({ tunedAcc }) => sharePercent(tunedAcc) },
  {
    title: "Difference",
    isNumber: true,
    key: ({ difference }) => difference,
    cell: ({ difference }) => signed(points(difference), 1),
  },
  { title: "95 % interval", isNumber: true, cell: ({ interval }) => pointInterval(interval) },
  { title: "Gained", isNumber: true, key: ({ gained }) => gained, cell: ({ gained }) => gained },
  { title: "Lost", isNumber: true, key: ({ lost }) => lost, cell: ({ lost }) => lost },
  {
    title: "p",
    isNumber: true,
    key: ({ p }) => p,
    cell: ({ p }) => (p === null ? "–" : p < 0.0001 ? "< 0.0001" : p.toFixed(4)),
  },
  {
    title: "Detectable",
    isNumber: true,
    key: ({ detectable }) => detectable,
    cell: ({ detectable }) => decimal(points(detectable), 1),
  },
  { title: "Left out", isNumber: true, key: ({ leftOut }) => leftOut.count, cell: ({ leftOut }) => leftOut.count },
];

/** Shares as percentage points. */
function points(share: number | null): number | null {
  return share === null ? null : share * 100;
}

function pointInterval(interval: readonly [number, number] | null): string {
  return interval === null ? "–" : `${signed(points(interval[0]), 1)} to ${signed(points(interval[1]), 1)}`;
}

function pointRange(interval: readonly [number, number] | null): readonly [number, number] | null {
  return interval === null ? null : [interval[0] * 100, interval[1] * 100];
}
