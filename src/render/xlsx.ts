import { Zip, ZipDeflate } from "fflate";
import { EvalError } from "../domain/eval-error.js";
import type { CellValue, ColumnFacts, Table } from "../domain/table.js";
import { columnMakers, tableOf } from "../domain/table.js";
import type { SheetName } from "./xlsx-xml.js";
import {
  contentTypesXml,
  packageRelationshipsXml,
  rowXml,
  sheetEndXml,
  sheetStartXml,
  stylesXml,
  workbookRelationshipsXml,
  workbookXml,
} from "./xlsx-xml.js";

/** What a workbook can hold. */
export interface WorkbookLimits {
  /** in a sheet, the header included */
  readonly rows: number;
  /** in a cell, in UTF-16 code units */
  readonly characters: number;
  /** of XML in a sheet, in bytes */
  readonly sheetBytes: number;
  /** of the whole file */
  readonly fileBytes: number;
}

/** Excel's limits of rows and characters; a zip archive without extensions ends at 4 GiB, of a part as of the whole. */
export const excelLimits: WorkbookLimits = {
  rows: 1_048_576,
  characters: 32_767,
  sheetBytes: 2 ** 31,
  fileBytes: 2 ** 32 - 2 ** 24,
};

export interface WorkbookOptions {
  /** first lines of the sheet `about` */
  readonly about: readonly string[];
  readonly limits?: WorkbookLimits;
  /** told, once, of each limit that was met */
  readonly note?: (text: string) => void;
}

const cutMark = " […]";
const pieceBytes = 256 * 1024;

/**
 * Tables as a workbook, one sheet each, in pieces that are made as they are taken: no sheet is ever held as a whole. A text that a cell cannot
 * hold is cut, rows that a sheet cannot hold go on in a further one; a sheet `about` says so and describes the columns.
 */
export async function* xlsx(tables: readonly Table[], options: WorkbookOptions): AsyncGenerator<Uint8Array> {
  const limits = options.limits ?? excelLimits;
  const archive = zipArchive(limits.fileBytes);
  const written: SheetName[] = [];
  const notes: string[] = [];
  for (const table of tables) yield* writeTable(table, { archive, limits, written, notes });
  for (const note of notes) options.note?.(note);
  const about = [...aboutLines(options.about, notes, tables)];
  yield* writeTable(tableOf("about", aboutColumns, about), { archive, limits, written, notes: [] });
  yield* archive.part("xl/styles.xml", [stylesXml]);
  yield* archive.part("xl/workbook.xml", [workbookXml(written)]);
  yield* archive.part("xl/_rels/workbook.xml.rels", [workbookRelationshipsXml(written)]);
  yield* archive.part("_rels/.rels", [packageRelationshipsXml]);
  yield* archive.part("[Content_Types].xml", [contentTypesXml(written)]);
  yield* archive.end();
}

interface Workbook {
  readonly archive: Archive;
  readonly limits: WorkbookLimits;
  readonly written: SheetName[];
  readonly notes: string[];
}

/** At least one sheet; a further one each time that one is full. */
async function* writeTable(table: Table, { archive, limits, written, notes }: Workbook): AsyncGenerator<Uint8Array> {
  const rows = fitted(table, limits);
  let next = await rows.cells.next();
  for (let part = 1; part === 1 || next.done !== true; part++) {
    const sheet = { name: part === 1 ? table.name : `${table.name} (${part})`, number: written.length + 1 };
    written.push(sheet);
    const entry = archive.open(`xl/worksheets/sheet${sheet.number}.xml`);
    let gathered = sheetStartXml(table.columns);
    let count = 1;
    while (next.done !== true && count < limits.rows && entry.bytes() + gathered.length < limits.sheetBytes) {
      gathered += rowXml(next.value, table.columns, ++count);
      if (gathered.length >= pieceBytes) {
        yield* entry.write(gathered);
        gathered = "";
      }
      next = await rows.cells.next();
    }
    yield* entry.write(gathered + sheetEndXml(table.columns, count));
    yield* entry.close();
    if (next.done !== true)
      notes.push(`sheet ${sheet.name} is full; its rows go on in sheet ${table.name} (${part + 1})`);
  }
  for (const [column, cells] of rows.cut)
    notes.push(
      `${cells} cells of column ${column} (${table.name}) were cut to ${limits.characters} characters, which is all a cell holds`,
    );
}

interface FittedRows {
  readonly cells: AsyncGenerator<readonly CellValue[]>;
  /** how many cells were cut, by column */
  readonly cut: ReadonlyMap<string, number>;
}

function fitted({ columns, rows }: Table, { characters }: WorkbookLimits): FittedRows {
  const cut = new Map<string, number>();
  const fit = (value: CellValue, column: ColumnFacts | undefined): CellValue => {
    if (typeof value !== "string" || value.length <= characters) return value;
    const name = column?.name ?? "";
    cut.set(name, (cut.get(name) ?? 0) + 1);
    return `${value.slice(0, characters - cutMark.length).replace(/[\uD800-\uDBFF]$/, "")}${cutMark}`;
  };
  async function* cells(): AsyncGenerator<readonly CellValue[]> {
    for await (const row of rows) yield row.map((value, index) => fit(value, columns[index]));
  }
  return { cells: cells(), cut };
}

interface AboutLine {
  readonly sheet: string;
  readonly column: string;
  readonly text: string;
}

const { text } = columnMakers<AboutLine>();

const aboutColumns = [
  text(["sheet", 16], "", (line) => line.sheet),
  text(["column", 26], "", (line) => line.column),
  text(["text", 100], "", (line) => line.text),
];

function* aboutLines(
  about: readonly string[],
  notes: readonly string[],
  tables: readonly Table[],
): Generator<AboutLine> {
  for (const text of [...about, ...notes]) yield { sheet: "", column: "", text };
  for (const { name, columns } of tables)
    for (const column of columns) yield { sheet: name, column: column.name, text: column.description };
}

/** One part of the archive, written piece by piece; only one is open at a time. */
interface ArchivePart {
  write(text: string): Generator<Uint8Array>;
  close(): Generator<Uint8Array>;
  /** bytes so far, before compression */
  bytes(): number;
}

interface Archive {
  open(path: string): ArchivePart;
  part(path: string, texts: readonly string[]): Generator<Uint8Array>;
  end(): Generator<Uint8Array>;
}

/** The earliest time that a zip archive can name, so that the same tables are the same file each time. */
const noTime = new Date(1980, 0, 1);

function zipArchive(fileBytes: number): Archive {
  const made: Uint8Array[] = [];
  let total = 0;
  const zip = new Zip((error, bytes) => {
    if (error !== null) throw error;
    made.push(bytes);
  });
  function* taken(): Generator<Uint8Array> {
    for (const bytes of made.splice(0)) {
      total += bytes.length;
      if (total > fileBytes)
        throw new EvalError("input", "the workbook would be larger than its format allows", {
          hint: "use --format csv, or fewer models with --model",
        });
      yield bytes;
    }
  }
  function open(path: string): ArchivePart {
    const entry = new ZipDeflate(path, { level: 4 });
    entry.mtime = noTime;
    zip.add(entry);
    let size = 0;
    return {
      *write(text) {
        const bytes = Buffer.from(text, "utf8");
        size += bytes.length;
        entry.push(bytes);
        yield* taken();
      },
      *close() {
        entry.push(new Uint8Array(), true);
        yield* taken();
      },
      bytes: () => size,
    };
  }
  return {
    open,
    *part(path, texts) {
      const entry = open(path);
      for (const text of texts) yield* entry.write(text);
      yield* entry.close();
    },
    *end() {
      zip.end();
      yield* taken();
    },
  };
}
