/** What a cell holds; null where there is nothing to say. */
export type CellValue = string | number | boolean | null;

/** `mean`: two decimals; `share`: from 0 to 1, shown as per cent; `number`: as it is;
 * `time`: seconds since 1970. */
export type ColumnKind = "text" | "flag" | "whole" | "number" | "mean" | "share" | "time";

/** What a reader must know of a column. */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: ColumnKind;
  /** in characters, as spreadsheets count it */
  readonly width: number;
  readonly description: string;
}

/** A column of rows of one kind. */
export interface Column<Row> extends ColumnFacts {
  readonly valueOf: (row: Row) => CellValue;
}

type ValueOf<Row, Value> = (row: Row) => Value | null | undefined;
type Maker<Row, Value> = (name: string, description: string, valueOf: ValueOf<Row, Value>) => Column<Row>;

/** Makers of columns, by what their cells hold; texts say how wide they are. */
export function columnMakers<Row>(): {
  readonly text: (sized: readonly [string, number], description: string, valueOf: ValueOf<Row, string>) => Column<Row>;
  readonly whole: Maker<Row, number>;
  readonly number: Maker<Row, number>;
  readonly mean: Maker<Row, number>;
  readonly share: Maker<Row, number>;
  readonly time: Maker<Row, number>;
  readonly flag: Maker<Row, boolean>;
} {
  const maker =
    (kind: ColumnKind) =>
    (name: string, description: string, valueOf: ValueOf<Row, CellValue>): Column<Row> => ({
      name,
      kind,
      description,
      width: Math.max(10, name.length + 2),
      valueOf: (row) => valueOf(row) ?? null,
    });
  return {
    text: ([name, width], description, valueOf) => ({ ...maker("text")(name, description, valueOf), width }),
    whole: maker("whole"),
    number: maker("number"),
    mean: maker("mean"),
    share: maker("share"),
    time: maker("time"),
    flag: maker("flag"),
  };
}

/** A table whose rows are made as they are taken. */
export interface Table {
  /** also the name of its sheet in a workbook */
  readonly name: string;
  readonly columns: readonly ColumnFacts[];
  readonly rows: Iterable<readonly CellValue[]> | AsyncIterable<readonly CellValue[]>;
}

export function tableOf<Row>(
  name: string,
  columns: readonly Column<Row>[],
  rows: Iterable<Row> | AsyncIterable<Row>,
): Table {
  async function* cells(): AsyncGenerator<readonly CellValue[]> {
    for await (const row of rows) yield columns.map(({ valueOf }) => valueOf(row));
  }
  return { name, columns, rows: cells() };
}
