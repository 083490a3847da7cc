import type { FileComparison } from "../domain/comparison/file-comparison.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";
import { decimal, plural, shortFile, signed, signedInterval } from "./numbers.js";
import type { Column } from "./sortable-table.js";
import { SortableTable } from "./sortable-table.js";
import { VerdictBadge } from "./verdict-badge.js";

const columns: readonly Column<FileComparison>[] = [
  {
    title: "File",
    key: ({ qnaFile }) => qnaFile,
    cell: ({ qnaFile }) => (
      <a href={`#${new URLSearchParams({ section: qnaFile }).toString()}`} title={qnaFile}>
        {shortFile(qnaFile)}
      </a>
    ),
  },
  { title: "Questions", key: ({ group }) => group, cell: ({ group }) => group },
  {
    title: "Verdict",
    key: ({ verdict }) => verdictWords[verdict],
    cell: ({ verdict }) => <VerdictBadge verdict={verdict} />,
  },
  { title: "n", isNumber: true, key: ({ n }) => n, cell: ({ n }) => n },
  { title: "Base", isNumber: true, key: ({ baseMean }) => baseMean, cell: ({ baseMean }) => decimal(baseMean) },
  { title: "Tuned", isNumber: true, key: ({ tunedMean }) => tunedMean, cell: ({ tunedMean }) => decimal(tunedMean) },
  {
    title: "Difference",
    isNumber: true,
    key: ({ difference }) => difference,
    cell: ({ difference }) => signed(difference),
  },
  { title: "95 % interval", isNumber: true, cell: ({ interval }) => signedInterval(interval) },
  {
    title: "Detectable",
    isNumber: true,
    key: ({ detectable }) => detectable,
    cell: ({ detectable }) => decimal(detectable),
  },
  { title: "Left out", isNumber: true, key: ({ leftOut }) => leftOut.count, cell: ({ leftOut }) => leftOut.count },
];

/** More rows than this would slow the page down; the list of questions has them all. */
const mostRows = 1_000;

/** The numbers behind the forest plot. */
export function FileTable({ files }: { readonly files: readonly FileComparison[] }) {
  return (
    <details class="numbers">
      <summary>The numbers as a table</summary>
      {files.length > mostRows && <p class="small">The first {plural(mostRows, "file")} that need a look.</p>}
      <SortableTable
        caption="Files: verdict, means, difference"
        items={files.slice(0, mostRows)}
        keyOf={({ group, qnaFile }) => `${group} ${qnaFile}`}
        columns={columns}
      />
    </details>
  );
}
