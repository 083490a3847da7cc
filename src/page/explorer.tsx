import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageSummary } from "../domain/page/page-data.js";
import type { Address } from "./address.js";
import { Filters, ListCount } from "./filters.js";
import { QuestionDetail } from "./question-detail.js";
import { QuestionRow } from "./question-row.js";
import type { ListView } from "./rows.js";
import { listRows } from "./rows.js";
import { SearchField } from "./search-field.js";
import type { PageSource, RecordReader } from "./source.js";
import { useKeys } from "./use-keys.js";
import { VirtualList } from "./virtual-list.js";

interface ExplorerProps {
  readonly summary: PageSummary;
  readonly source: PageSource;
  readonly read: RecordReader;
  readonly address: Address;
  readonly onChange: (change: Partial<Address>) => void;
}

const rowHeight = 76;

/** All questions: found, filtered, ordered, and one of them opened beside the list. */
export function Explorer({ summary, source, read, address, onChange }: ExplorerProps) {
  const { row, view } = address;
  const [found, setFound] = useState<ReadonlySet<number> | null>(null);
  const rows = useMemo(() => listRows(summary, view, found), [summary, view, found]);
  const current = row === null ? -1 : rows.indexOf(row);
  const search = useRef<HTMLInputElement>(null);
  const detail = useRef<HTMLDivElement>(null);
  const changeView = useCallback(
    (change: Partial<ListView>) => onChange({ view: { ...view, ...change } }),
    [view, onChange],
  );
  const step = (by: number): void => {
    const next = rows[current === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, current + by))];
    if (next !== undefined) onChange({ row: next });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    "/": () => search.current?.focus(),
    Escape: () => onChange({ row: null }),
  });
  useEffect(() => {
    if (row !== null) detail.current?.scrollTo({ top: 0 });
  }, [row]);
  useReveal(row);
  return (
    <section id="questions" aria-labelledby="questions-title">
      <h2 id="questions-title">Questions and answers</h2>
      <SearchField
        summary={summary}
        source={source}
        view={view}
        onChange={changeView}
        onFound={setFound}
        input={search}
      />
      <Filters summary={summary} view={view} onChange={changeView} />
      <div class={`explorer ${row === null ? "" : "open"}`}>
        <div class="list">
          <ListCount shown={rows.length} of={summary.questions.ids.length} />
          <VirtualList
            count={rows.length}
            rowHeight={rowHeight}
            label="Questions"
            current={current === -1 ? null : current}
          >
            {(index) => <QuestionRow summary={summary} address={address} row={rows[index] ?? 0} />}
          </VirtualList>
        </div>
        <div class="detail-place" ref={detail}>
          {row === null ? (
            <p class="hint">
              Choose a question to see the answers side by side. <kbd>j</kbd> and <kbd>k</kbd> go to the next and the
              previous one, <kbd>/</kbd> searches, <kbd>Esc</kbd> closes.
            </p>
          ) : (
            <>
              <button type="button" class="plain back" onClick={() => onChange({ row: null })}>
                ← Back to the list
              </button>
              <QuestionDetail key={row} summary={summary} address={address} row={row} read={read} />
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** A question that was opened from elsewhere on the page, or by its address, is brought into sight. */
function useReveal(row: number | null): void {
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (row !== null && before.current === null) document.getElementById("questions")?.scrollIntoView();
    before.current = row;
  }, [row]);
}
