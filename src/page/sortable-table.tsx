import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => ComponentChildren;
  /** what the column is ordered by; it cannot be ordered without */
  readonly key?: (item: Item) => number | string | null;
  readonly isNumber?: true;
}

interface SortableTableProps<Item> {
  readonly caption: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly columns: readonly Column<Item>[];
}

interface Sorting {
  readonly column: number;
  readonly direction: "ascending" | "descending";
}

/** A table whose columns order it; the first column names the row. */
export function SortableTable<Item>({ caption, items, keyOf, columns }: SortableTableProps<Item>) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const sorted = useMemo(() => sortItems(items, columns, sorting), [items, columns, sorting]);
  const sortBy = (column: number): void =>
    setSorting((before) => ({
      column,
      direction: before?.column === column && before.direction === "descending" ? "ascending" : "descending",
    }));
  return (
    <div class="table-place" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, key, isNumber }, index) => (
              <th
                key={title}
                scope="col"
                class={isNumber === true ? "number" : undefined}
                aria-sort={sorting?.column === index ? sorting.direction : undefined}
              >
                {key === undefined ? (
                  title
                ) : (
                  <button type="button" class="sort" onClick={() => sortBy(index)}>
                    {title}
                    <span aria-hidden="true">{arrow(sorting, index)}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(({ title, cell, isNumber }, index) =>
                index === 0 ? (
                  <th key={title} scope="row">
                    {cell(item)}
                  </th>
                ) : (
                  <td key={title} class={isNumber === true ? "number" : undefined}>
                    {cell(item)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function arrow(sorting: Sorting | null, column: number): string {
  if (sorting?.column !== column) return " ↕";
  return sorting.direction === "descending" ? " ↓" : " ↑";
}

function sortItems<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  sorting: Sorting | null,
): readonly Item[] {
  const key = sorting === null ? undefined : columns[sorting.column]?.key;
  if (sorting === null || key === undefined) return items;
  const sign = sorting.direction === "ascending" ? 1 : -1;
  return items.toSorted((left, right) => {
    const [one, other] = [key(left), key(right)];
    // what has no value stays at the end
    if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
    return one < other ? -sign : one > other ? sign : 0;
  });
}
