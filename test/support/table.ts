import type { CellValue, ColumnKind, Table } from "../../src/domain/table.js";

/** A table with a column for each kind named, and the rows given. */
export function tableWith(
  kinds: readonly ColumnKind[],
  rows: Iterable<readonly CellValue[]> | AsyncIterable<readonly CellValue[]>,
): Table {
  return {
    name: "questions",
    columns: kinds.map((kind, index) => ({ name: `${kind}${index}`, kind, width: 10, description: `what ${kind} is` })),
    rows,
  };
}

/** Rows that count how many of them were taken. */
export function countedRows(count: number, cells: (index: number) => readonly CellValue[]) {
  const state = { taken: 0 };
  function* rows(): Generator<readonly CellValue[]> {
    for (let index = 0; index < count; index++) {
      state.taken++;
      yield cells(index);
    }
  }
  return { rows: rows(), state };
}
