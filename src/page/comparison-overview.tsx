import { useCallback, useMemo, useState } from "preact/hooks";
import type { ComparedExample } from "../domain/comparison/branch-comparison.js";
import type { FileComparison } from "../domain/comparison/file-comparison.js";
import type { PageComparison, PageSummary } from "../domain/page/page-data.js";
import { questionPreview } from "../domain/page/page-preview.js";
import type { Verdict } from "../domain/statistics/verdict.js";
import { verdicts } from "../domain/statistics/verdict.js";
import { compareForReview } from "../domain/comparison/verdict-words.js";
import { readAddress, writeAddress } from "./address.js";
import { Chart } from "./chart.js";
import { FileTable } from "./file-table.js";
import type { ForestLine } from "./forest-plot.js";
import { forestLine, forestPlot } from "./forest-plot.js";
import { count, decimal, percent, plural, shortFile, signed, signedInterval } from "./numbers.js";
import { rowDifference } from "./rows.js";
import { VerdictBadge } from "./verdict-badge.js";

type ComparisonSummary = Extract<PageSummary, { readonly kind: "comparison" }>;

/** What a comparison comes to, before any single question. */
export function ComparisonOverview({ summary }: { readonly summary: ComparisonSummary }) {
  const { comparison } = summary;
  return (
    <>
      <Figures comparison={comparison} />
      <Files comparison={comparison} />
      <Examples title="Gains" examples={comparison.gains} kind="gain" all={allExamples(summary, "gain")} />
      <Examples title="Losses" examples={comparison.losses} kind="loss" all={allExamples(summary, "loss")} />
    </>
  );
}

function Figures({ comparison: { comparison, models, base, branch } }: { readonly comparison: PageComparison }) {
  const { changed, unchanged, all } = comparison.groups;
  return (
    <>
      <p class="lead">
        <span class="left-name">{models.base}</span> against <span class="right-name">{models.tuned}</span>, judged by{" "}
        {models.judge}, on the questions of <code>{branch.branch}</code> and <code>{base.branch}</code>.
      </p>
      <dl class="figures">
        <div>
          <dt>Changed questions</dt>
          <dd class="figure">{signed(changed.difference)}</dd>
          <dd class="small">
            points, 95 % interval {signedInterval(changed.interval)}; {plural(changed.n, "question")} in{" "}
            {plural(changed.files, "file")}
          </dd>
        </div>
        <div>
          <dt>Unchanged questions</dt>
          <dd class="figure">{signed(unchanged.difference)}</dd>
          <dd class="small">
            points, 95 % interval {signedInterval(unchanged.interval)}; {plural(unchanged.n, "question")} in{" "}
            {plural(unchanged.files, "file")}
          </dd>
        </div>
        <div>
          <dt>Smallest detectable difference</dt>
          <dd class="figure">{decimal(changed.detectable)}</dd>
          <dd class="small">
            points over the changed questions; {decimal(unchanged.detectable)} over the unchanged ones (80 % power)
          </dd>
        </div>
        <div>
          <dt>Left out</dt>
          <dd class="figure">{count(all.leftOut.count)}</dd>
          <dd class="small">
            of {plural(all.n + all.leftOut.count, "question")} lack a score from one of the models (
            {percent(all.leftOut.share)})
          </dd>
        </div>
      </dl>
    </>
  );
}

/** As many files as one can take in; the rest on demand. */
const filesAtFirst = 30;

function Files({ comparison: { comparison } }: { readonly comparison: PageComparison }) {
  const files = useMemo(() => comparison.files.toSorted(compareForReview), [comparison]);
  const [limit, setLimit] = useState(filesAtFirst);
  const lines = useMemo(() => forestLines(comparison, files.slice(0, limit)), [comparison, files, limit]);
  const draw = useCallback((width: number) => forestPlot(lines, width), [lines]);
  const present = verdicts.filter((verdict) => files.some((file) => file.verdict === verdict));
  return (
    <section id="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <figure>
        <figcaption>
          Difference of the mean scores, tuned − base, with 95 % intervals. The shaded band holds the differences that
          are too small to be detected.
          <Legend verdicts={present} />
        </figcaption>
        <Chart
          draw={draw}
          label={`Forest plot of ${plural(lines.length, "line")}: difference of the tuned model from the base model for each file. The table below has the same numbers.`}
        />
        {files.length > limit && (
          <button type="button" onClick={() => setLimit((shown) => shown + 200)}>
            Show more of {plural(files.length, "file")}
          </button>
        )}
      </figure>
      <FileTable files={files} />
    </section>
  );
}

function Legend({ verdicts: present }: { readonly verdicts: readonly Verdict[] }) {
  return (
    <span class="legend">
      {present.map((verdict) => (
        <VerdictBadge key={verdict} verdict={verdict} />
      ))}
    </span>
  );
}

/** The changed files below what they come to together, then the unchanged ones. */
function forestLines(comparison: PageComparison["comparison"], files: readonly FileComparison[]): ForestLine[] {
  return (["changed", "unchanged"] as const).flatMap((group) => {
    const { difference, interval, detectable, n } = comparison.groups[group];
    const own = files.filter((file) => file.group === group);
    if (own.length === 0) return [];
    const name = group === "changed" ? "Changed questions" : "Unchanged questions";
    return [{ key: group, name, difference, interval, detectable, n, verdict: null }, ...own.map(forestLine)];
  });
}

interface AllExamples {
  readonly count: number;
  /** the list of them, the largest first */
  readonly address: string;
}

function allExamples(summary: ComparisonSummary, kind: "gain" | "loss"): AllExamples {
  const { view } = readAddress("", summary);
  const sign = kind === "gain" ? 1 : -1;
  const trait = kind === "gain" ? "better" : "worse";
  return {
    count: summary.questions.ids.filter((_, row) => sign * (rowDifference(summary, view, row) ?? 0) > 0).length,
    address: writeAddress({ row: null, view: { ...view, trait, sort: kind } }, summary),
  };
}

interface ExamplesProps {
  readonly title: string;
  readonly kind: "gain" | "loss";
  readonly examples: readonly ComparedExample[];
  /** all questions of the kind */
  readonly all: AllExamples;
}

function Examples({ title, examples, kind, all }: ExamplesProps) {
  const id = `${kind}-title`;
  return (
    <section class="examples" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {examples.length === 0 && <p class="quiet">No question shows one.</p>}
      <ol>
        {examples.map(({ id: question, question: text, qnaFile, base, tuned }) => (
          <li key={String(question)}>
            <a href={`#${new URLSearchParams({ q: String(question) }).toString()}`}>
              <span class={`difference ${kind === "gain" ? "up" : "down"}`}>{signed(tuned.score - base.score, 1)}</span>
              <span class="preview">{questionPreview(text)}</span>
              <span class="small">
                {shortFile(qnaFile)}: {decimal(base.score, 1)} → {decimal(tuned.score, 1)}
              </span>
            </a>
          </li>
        ))}
      </ol>
      {all.count > examples.length && (
        <p class="small more">
          and {count(all.count - examples.length)} more; <a href={all.address}>list them all</a>
        </p>
      )}
    </section>
  );
}
