import { stringify } from "csv-stringify/sync";
import { guardFormula } from "../domain/formula-guard.js";
import type { CellValue, ColumnFacts, ColumnKind, Table } from "../domain/table.js";

const rowsPerPiece = 64;

/**
 * A table as CSV (RFC 4180: commas, CRLF, quotes where needed; UTF-8 without a byte order mark), in pieces that are made as they are taken.
 * Numbers are plain, yes and no are `true` and `false`, nothing is an empty cell, and texts that a spreadsheet could run are guarded.
 */
export async function* csv(table: Table): AsyncGenerator<string> {
  yield lines([table.columns.map(({ name }) => name)], []);
  let gathered: (readonly CellValue[])[] = [];
  for await (const row of table.rows) {
    gathered.push(row);
    if (gathered.length < rowsPerPiece) continue;
    yield lines(gathered, table.columns);
    gathered = [];
  }
  if (gathered.length > 0) yield lines(gathered, table.columns);
}

function lines(rows: readonly (readonly CellValue[])[], columns: readonly ColumnFacts[]): string {
  return stringify(
    rows.map((row) => row.map((value, column) => cell(value, columns[column]?.kind))),
    // of its own accord csv-stringify quotes only what holds the whole delimiter, but readers end a row at a bare LF or CR, too
    { record_delimiter: "\r\n", quoted_match: /[\r\n]/ },
  );
}

/** Texts of our own making, such as numbers, need no guard: a minus before digits is a number. */
function cell(value: CellValue, kind: ColumnKind | undefined): string {
  if (kind === "time" && typeof value === "number") return timeText(value);
  return typeof value === "string" ? guardFormula(value) : String(value ?? "");
}

/** ISO 8601, UTC. What no calendar holds stays a number. */
function timeText(seconds: number): string {
  return Math.abs(seconds) <= 8.64e12 ? new Date(seconds * 1_000).toISOString() : String(seconds);
}
