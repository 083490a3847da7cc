import { useCallback, useMemo } from "preact/hooks";
import type { PageRun, PageSummary } from "../domain/page/page-data.js";
import { askedQuestions } from "../domain/report/asked-questions.js";
import type { ModelReport } from "../domain/report/report.js";
import { Chart } from "./chart.js";
import { count, decimal, percent, plural, scoreInterval, shortFile } from "./numbers.js";
import { isByFile } from "./rows.js";
import { categoriesOf, categoryBars, categoryRadar, scoreHistogram, turnsAgainst } from "./score-charts.js";
import type { Series } from "./series.js";
import { reportKey, reportSeries, seriesColour } from "./series.js";
import { SeriesChoice } from "./series-choice.js";
import { SeriesMark } from "./series-mark.js";
import { ModelTable } from "./model-table.js";
import { useShownSeries } from "./use-shown-series.js";

type ReportSummary = Extract<PageSummary, { readonly kind: "mt-bench" }>;

/** What an MT-Bench report comes to, before any single question. */
export function ReportOverview({ summary }: { readonly summary: ReportSummary }) {
  const { report, runs } = summary;
  const series = useMemo(() => reportSeries(report.models), [report]);
  const { shown, toggle } = useShownSeries(series);
  return (
    <>
      <p class="lead">{askedQuestions(report)}, scores from 1 to 10; intervals are 95 %, clustered by question.</p>
      <section id="models" aria-labelledby="models-title">
        <h2 id="models-title">Models</h2>
        <ModelTable series={series} />
        {series.length > 1 && <SeriesChoice series={series} shown={shown} onToggle={toggle} />}
      </section>
      {isByFile(report) ? <Files shown={shown} /> : <Categories shown={shown} />}
      <Distributions shown={shown} runs={runs} />
      <Turns shown={shown} runs={runs} />
    </>
  );
}

function Categories({ shown }: { readonly shown: readonly Series[] }) {
  const bars = useCallback((width: number) => categoryBars(shown, width), [shown]);
  const radar = useCallback((width: number) => categoryRadar(shown, width), [shown]);
  const names = categoriesOf(shown);
  if (names.length === 0) return null;
  const models = shown.map(({ name }) => name).join(", ");
  return (
    <section id="categories" aria-labelledby="categories-title">
      <h2 id="categories-title">Categories</h2>
      <div class="side-by-side">
        <figure>
          <figcaption>Mean score, with 95 % intervals where there is more than one question</figcaption>
          <Chart
            draw={bars}
            label={`Bars of the mean scores of ${models} in ${plural(names.length, "category", "categories")}; the table below has the numbers`}
          />
        </figure>
        {names.length > 2 && (
          <figure>
            <figcaption>The same as a profile: the middle is 1, the rim 10</figcaption>
            <Chart
              draw={radar}
              label={`Radar chart of the mean scores of ${models} by category; the table below has the numbers`}
            />
          </figure>
        )}
      </div>
      <PartTable shown={shown} parts={names} word="Category" />
    </section>
  );
}

/** The questions of a taxonomy are all of one category, but of many files: too many for bars. */
function Files({ shown }: { readonly shown: readonly Series[] }) {
  const files = [...new Set(shown.flatMap(({ report }) => report.files.map(({ qnaFile }) => qnaFile)))];
  return (
    <section id="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <PartTable shown={shown} parts={files} word="File" />
    </section>
  );
}

/** As many files as one can take in; the table of more opens on demand. */
const filesAtFirst = 30;

interface PartTableProps {
  readonly shown: readonly Series[];
  /** categories or files */
  readonly parts: readonly string[];
  readonly word: "Category" | "File";
}

function PartTable({ shown, parts, word }: PartTableProps) {
  const find = (report: ModelReport, part: string) =>
    word === "File"
      ? report.files.find(({ qnaFile }) => qnaFile === part)?.score
      : report.categories.find(({ category }) => category === part)?.score;
  return (
    <details class="numbers" open={word === "File" && parts.length <= filesAtFirst}>
      <summary>The numbers as a table</summary>
      <div class="table-place" tabIndex={0} role="region" aria-label={`Scores by ${word.toLowerCase()}`}>
        <table>
          <caption class="sr-only">
            Mean score, 95 % interval and number of scores by {word.toLowerCase()} and model
          </caption>
          <thead>
            <tr>
              <th scope="col">{word}</th>
              {shown.map(({ key, name }) => (
                <th key={key} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={part}>
                <th scope="row">
                  <a href={`#${new URLSearchParams({ section: part }).toString()}`}>{shortFile(part)}</a>
                </th>
                {shown.map(({ key, report }) => {
                  const score = find(report, part);
                  return (
                    <td key={key} class="number">
                      {decimal(score?.mean)}{" "}
                      <span class="small">
                        {scoreInterval(score?.interval ?? null)}, n {count(score?.n ?? 0)}
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

interface RunCharts {
  readonly shown: readonly Series[];
  readonly runs: readonly PageRun[];
}

function runOf(runs: readonly PageRun[], series: Series): PageRun | undefined {
  return runs.find((run) => reportKey(run) === series.key);
}

function Distributions({ shown, runs }: RunCharts) {
  return (
    <section id="scores" aria-labelledby="scores-title">
      <h2 id="scores-title">Scores given</h2>
      <div class="multiples">
        {shown.map((series) => (
          <Distribution key={series.key} series={series} run={runOf(runs, series)} />
        ))}
      </div>
    </section>
  );
}

function Distribution({ series, run }: { readonly series: Series; readonly run: PageRun | undefined }) {
  const draw = useCallback(
    (width: number) => scoreHistogram(run ?? noScores, seriesColour(series.place), width),
    [run, series],
  );
  const { scored, expected } = series.report.judgments;
  return (
    <figure>
      <figcaption>
        <SeriesMark series={series} /> {series.name}: {plural(scored, "score")},{" "}
        {percent((expected - scored) / Math.max(1, expected))} without one
      </figcaption>
      <Chart draw={draw} label={`Histogram of the scores of ${series.name}: ${histogramWords(run)}`} />
    </figure>
  );
}

function histogramWords(run: PageRun | undefined): string {
  const turns = run?.histogram ?? [];
  return turns
    .map((bins, index) => `turn ${index + 1}: ${bins.map((bin, score) => `${bin} of ${score + 1}`).join(", ")}`)
    .join("; ");
}

const noScores: PageRun = { model: "", judge: "", score: [], turns: [], flags: [], spread: [], histogram: [] };

function Turns({ shown, runs }: RunCharts) {
  const withTurns = shown.filter(({ report }) => report.turns.length > 1);
  if (withTurns.length === 0) return null;
  return (
    <section id="turns" aria-labelledby="turns-title">
      <h2 id="turns-title">Turn 1 against turn 2</h2>
      <div class="multiples narrow">
        {withTurns.map((series) => (
          <TurnPair key={series.key} series={series} run={runOf(runs, series)} />
        ))}
      </div>
    </section>
  );
}

function TurnPair({ series, run }: { readonly series: Series; readonly run: PageRun | undefined }) {
  const draw = useCallback(
    (width: number) => turnsAgainst(run ?? noScores, seriesColour(series.place), width),
    [run, series],
  );
  const [first, second] = series.report.turns;
  const words = `${decimal(first?.score.mean)} in turn 1, ${decimal(second?.score.mean)} in turn 2`;
  return (
    <figure>
      <figcaption>
        <SeriesMark series={series} /> {series.name}: {words}
      </figcaption>
      <Chart draw={draw} label={`Scores of ${series.name} by question: ${words}`} />
    </figure>
  );
}
