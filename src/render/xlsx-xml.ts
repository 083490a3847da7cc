import type { CellValue, ColumnFacts, ColumnKind } from "../domain/table.js";

/*
 * The parts of a workbook (ECMA-376, part 1, SpreadsheetML). Texts stand in their cells as typed strings, never as formulas and not in a
 * shared table, which would have to be held in memory.
 */

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packaged = "http://schemas.openxmlformats.org/package/2006";
const contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** Positions in `cellXfs` of `stylesXml`. */
const styles = { plain: 0, header: 1, whole: 2, mean: 3, share: 4, text: 5, quoted: 6, time: 7 } as const;

const styleOf: Readonly<Record<ColumnKind, number>> = {
  text: styles.text,
  flag: styles.plain,
  whole: styles.whole,
  number: styles.plain,
  mean: styles.mean,
  share: styles.share,
  time: styles.time,
};

/** Spreadsheets count days since the end of 1899. */
const dayOf1970 = 25_569;
const secondsOfDay = 86_400;

export const stylesXml =
  `${declaration}<styleSheet xmlns="${main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>' +
  '<fill><patternFill patternType="solid"><fgColor rgb="FFE7EBF0"/><bgColor indexed="64"/></patternFill></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="8">' +
  [
    format("0"),
    format("0", 'fontId="1" fillId="2" applyFont="1" applyFill="1"'),
    format("1", 'applyNumberFormat="1"'),
    format("2", 'applyNumberFormat="1"'),
    format("164", 'applyNumberFormat="1"'),
    format("0"),
    format("0", 'quotePrefix="1"'),
    format("165", 'applyNumberFormat="1"'),
  ].join("") +
  '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

function format(number: string, more = ""): string {
  const fonts = more.includes("fontId") ? "" : ' fontId="0" fillId="0"';
  return `<xf numFmtId="${number}"${fonts} borderId="0" xfId="0" ${more} applyAlignment="1"><alignment vertical="top"/></xf>`;
}

/** Sheets are numbered in the order in which they were written; the workbook may list them in another. */
export interface SheetName {
  readonly name: string;
  readonly number: number;
}

export function workbookXml(sheets: readonly SheetName[]): string {
  const list = sheets.map(
    ({ name, number }) => `<sheet name="${xmlText(name)}" sheetId="${number}" r:id="rId${number}"/>`,
  );
  return `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>${list.join("")}</sheets></workbook>`;
}

export function workbookRelationshipsXml(sheets: readonly SheetName[]): string {
  const list = sheets.map(
    ({ number }) =>
      `<Relationship Id="rId${number}" Type="${relationships}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
  );
  return `${declaration}<Relationships xmlns="${packaged}/relationships">${list.join("")}<Relationship Id="rIdStyles" Type="${relationships}/styles" Target="styles.xml"/></Relationships>`;
}

export const packageRelationshipsXml = `${declaration}<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${relationships}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

export function contentTypesXml(sheets: readonly SheetName[]): string {
  const part = (name: string, type: string): string =>
    `<Override PartName="${name}" ContentType="${contentType}.${type}+xml"/>`;
  return (
    `${declaration}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
    `<Default Extension="xml" ContentType="application/xml"/>${part("/xl/workbook.xml", "sheet.main")}${part("/xl/styles.xml", "styles")}` +
    `${sheets.map(({ number }) => part(`/xl/worksheets/sheet${number}.xml`, "worksheet")).join("")}</Types>`
  );
}

/** Everything before the rows: the header row stays in sight, columns have their widths. */
export function sheetStartXml(columns: readonly ColumnFacts[]): string {
  const widths = columns.map(
    ({ width }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  );
  return (
    `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols>${widths.join("")}</cols><sheetData><row r="1">${columns.map(({ name }, column) => textCell(name, `${columnName(column)}1`, styles.header)).join("")}</row>`
  );
}

/** @param rows number of rows in the sheet, the header included */
export function sheetEndXml(columns: readonly ColumnFacts[], rows: number): string {
  return `</sheetData><autoFilter ref="A1:${columnName(columns.length - 1)}${rows}"/></worksheet>`;
}

/** @param row from 1, the header included */
export function rowXml(cells: readonly CellValue[], columns: readonly ColumnFacts[], row: number): string {
  const written = cells.map((value, column) =>
    cellXml(value, columns[column]?.kind ?? "text", `${columnName(column)}${row}`),
  );
  return `<row r="${row}">${written.join("")}</row>`;
}

function cellXml(value: CellValue, kind: ColumnKind, place: string): string {
  if (value === null || value === "") return "";
  if (typeof value === "boolean") return `<c r="${place}" s="${styles.plain}" t="b"><v>${value ? 1 : 0}</v></c>`;
  if (typeof value === "string") return textCell(value, place, /^[=+\-@]/.test(value) ? styles.quoted : styles.text);
  // Excel knows neither infinity nor NaN
  if (!Number.isFinite(value)) return textCell(String(value), place, styles.text);
  const shown = kind === "time" ? value / secondsOfDay + dayOf1970 : value;
  return `<c r="${place}" s="${kind === "text" ? styles.plain : styleOf[kind]}"><v>${shown}</v></c>`;
}

function textCell(text: string, place: string, style: number): string {
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
}

/** `A` for 0, `AA` for 26. */
function columnName(column: number): string {
  const last = String.fromCodePoint(65 + (column % 26));
  return column < 26 ? last : `${columnName(Math.floor(column / 26) - 1)}${last}`;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/**
 * A text as spreadsheets store it: what XML cannot hold is written as `_xHHHH_`, and what reads like that by chance has its underscore
 * written so (ECMA-376, ST_Xstring). Half a surrogate pair is no character and becomes U+FFFD.
 */
function xmlText(text: string): string {
  return text
    .replaceAll(/\p{Cs}/gu, "\uFFFD")
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
    .replaceAll(/(?![\t\n\r\u0080-\u009F\u007F])[\p{Cc}\uFFFE\uFFFF]/gu, hexEscape)
    .replaceAll(/[&<>"\r]/g, (letter) => escapes[letter] ?? letter);
}

function hexEscape(letter: string): string {
  return `_x${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}
