import { isUtf8 } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { EvalError } from "../domain/eval-error.js";
import type { MmluRow } from "../domain/mmlu/mmlu-task.js";
import { choiceCount } from "../domain/mmlu/mmlu-task.js";
import { printable } from "../domain/printable.js";

const columns = ["question", "choice0", "choice1", "choice2", "choice3", "answer"] as const;

/** One record of a CSV file, and where it begins. */
interface CsvRecord {
  readonly fields: readonly string[];
  /** position in the file in bytes */
  readonly start: number;
}

/**
 * Reads one file of MMLU, with a header (`question,choice0,…,choice3,answer`, answers 0 to 3) or as Hendrycks published it (no header,
 * answers A to D). Texts are taken as they stand: fields in quotes hold line ends, and nothing is trimmed.
 *
 * @param path for messages
 * @throws EvalError `input` that names file, line and what is wrong
 */
export function parseMmluCsv(bytes: Buffer, path: string): MmluRow[] {
  const fail = (start: number, what: string, hint?: string): EvalError =>
    new EvalError("input", `${path}:${lineAt(bytes, start)}: ${what}`, hint === undefined ? {} : { hint });
  if (!isUtf8(bytes)) throw fail(firstBadByte(bytes), "it is not UTF-8 text", "save the file as UTF-8");
  const records = readRecords(bytes, fail);
  const [first, ...rest] = records;
  if (first === undefined) throw new EvalError("input", `${path}: it holds no question`);
  const isHeaderless = /^[A-D]$/.test(first.fields.at(-1) ?? "");
  const order = isHeaderless ? columns.map((_, index) => index) : columnOrder(first, fail);
  const rows = isHeaderless ? records : rest;
  if (rows.length === 0) throw new EvalError("input", `${path}: it holds no question`);
  const answers = isHeaderless ? ["A", "B", "C", "D"] : ["0", "1", "2", "3"];
  return rows.map((record) => toRow(record, { order, answers, fail }));
}

type Fail = (start: number, what: string, hint?: string) => EvalError;

function toRow(
  { fields, start }: CsvRecord,
  form: { readonly order: readonly number[]; readonly answers: readonly string[]; readonly fail: Fail },
): MmluRow {
  const { order, answers, fail } = form;
  if (fields.length !== columns.length)
    throw fail(start, `it has ${fields.length} fields, not ${columns.length}`, quoteHint);
  const values = order.map((index) => fields[index] ?? "");
  const [question = ""] = values;
  const written = values.at(-1) ?? "";
  const answer = answers.indexOf(written);
  if (answer === -1) throw fail(start, `the answer is ${shown(written)}, not one of ${answers.join(", ")}`);
  return { question, choices: values.slice(1, 1 + choiceCount), answer };
}

const quoteHint = 'a field that holds a comma, a quote or a line end stands in quotes ("…"), a quote in it is doubled';

/** Where each of our columns stands. */
function columnOrder({ fields, start }: CsvRecord, fail: Fail): number[] {
  const wanted = `the columns must be ${columns.join(",")}; without a header each row must end in A, B, C or D`;
  const unknown = fields.find((name) => !columns.some((column) => column === name));
  if (unknown !== undefined) throw fail(start, `there is no column ${shown(unknown)} in MMLU`, wanted);
  const missing = columns.find((column) => fields.filter((name) => name === column).length !== 1);
  if (missing !== undefined)
    throw fail(start, `the column ${missing} is ${fields.includes(missing) ? "there twice" : "missing"}`, wanted);
  return columns.map((column) => fields.indexOf(column));
}

function readRecords(bytes: Buffer, fail: Fail): CsvRecord[] {
  const records: CsvRecord[] = [];
  let start = 0;
  try {
    parse(bytes, {
      bom: true,
      // found by itself, a carriage return inside the first quotes would be taken for the end of a record
      record_delimiter: ["\r\n", "\n"],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (fields: string[], { bytes: end }) => {
        records.push({ fields, start: afterLineEnds(bytes, start) });
        start = end;
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw fail(afterLineEnds(bytes, start), faults.get(error.code) ?? "it is not a CSV record", quoteHint);
  }
  return records;
}

const faults: ReadonlyMap<string, string> = new Map([
  ["CSV_QUOTE_NOT_CLOSED", "a quote is opened and never closed"],
  ["CSV_INVALID_CLOSING_QUOTE", "a quote stands in a quoted field without being doubled"],
  ["INVALID_OPENING_QUOTE", "a quote stands in a field that is not in quotes"],
]);

/** Blank lines belong to no record. */
function afterLineEnds(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x0a || (bytes[at] === 0x0d && bytes[at + 1] === 0x0a)) at++;
  return at;
}

/** The line of a position, from 1. */
function lineAt(bytes: Buffer, position: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < position; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}

function firstBadByte(bytes: Buffer): number {
  // a line feed is never part of another character, so lines can be judged one by one
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(start, end))) return start;
    start = end;
  }
  return 0;
}

function shown(text: string): string {
  const line = printable(text);
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line);
}
