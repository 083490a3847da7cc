import { useMemo } from "preact/hooks";
import type { PageSummary } from "../domain/page/page-data.js";
import { ComparisonOverview } from "./comparison-overview.js";
import { Explorer } from "./explorer.js";
import { MmluOverview } from "./mmlu-overview.js";
import { Provenance } from "./provenance.js";
import { ReportOverview } from "./report-overview.js";
import { isByFile } from "./rows.js";
import type { PageSource } from "./source.js";
import { recordReader } from "./source.js";
import { ThemeButton } from "./theme.js";
import { useAddress } from "./use-address.js";

interface AppProps {
  readonly summary: PageSummary;
  readonly source: PageSource;
}

/** The whole report. */
export function App({ summary, source }: AppProps) {
  const [address, change] = useAddress(summary);
  const read = useMemo(() => recordReader(source, summary), [source, summary]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the result
      </a>
      <header class="page-head">
        <p class="brand">branchbench</p>
        <nav aria-label="Sections">
          {sectionsOf(summary).map(([id, name]) => (
            <a key={id} href={`#${id}`}>
              {name}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        <p class="eyebrow">{summary.kind === "comparison" ? `Comparison: ${summary.title}` : summary.title}</p>
        <h1>{summary.sentence}</h1>
        {summary.kind === "comparison" && <ComparisonOverview summary={summary} />}
        {summary.kind === "mt-bench" && <ReportOverview summary={summary} />}
        {summary.kind === "mmlu" && <MmluOverview summary={summary} address={address} onChange={change} />}
        <Explorer summary={summary} source={source} read={read} address={address} onChange={change} />
        <Provenance summary={summary} />
      </main>
    </>
  );
}

type SectionLink = readonly [id: string, name: string];

const ownSections: Readonly<Record<PageSummary["kind"], readonly SectionLink[]>> = {
  comparison: [["files", "Files"]],
  "mt-bench": [
    ["models", "Models"],
    ["categories", "Categories"],
    ["scores", "Scores"],
  ],
  mmlu: [
    ["models", "Models"],
    ["tasks", "Tasks"],
  ],
};

function sectionsOf(summary: PageSummary): readonly SectionLink[] {
  const { kind, runs } = summary;
  const pair: readonly SectionLink[] = kind === "mmlu" && runs.length > 1 ? [["pair", "Pair"]] : [];
  const own = ownSections[kind].map((link): SectionLink =>
    link[0] === "categories" && summary.kind === "mt-bench" && isByFile(summary.report) ? ["files", "Files"] : link,
  );
  return [...own, ...pair, ["questions", "Questions"], ["caveats", "Mind"], ["provenance", "How"]];
}
