import { readSync } from "node:fs";
import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { z } from "zod";
import { firstFault } from "../domain/schema-fault.js";
import { EvalError } from "../domain/eval-error.js";
import { diskError } from "./disk-error.js";

/** One line of a JSON Lines file. */
export interface JsonLine {
  /** from 1 */
  readonly line: number;
  /** position and size in the file in bytes, without the line end and a byte order mark */
  readonly offset: number;
  readonly length: number;
  readonly value: unknown;
}

/** One line of a text file. */
export interface TextLine {
  /** from 1 */
  readonly line: number;
  /** position and size in the file in bytes, without the line end and a byte order mark */
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

const firstBlockBytes = 256 * 1024;
const maxLineBytes = 256 * 1024 * 1024;
const newline = 0x0a;
const space = 0x20;
const tilde = 0x7e;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a JSON Lines file with flat memory. Blank lines and a byte order mark are passed over; a broken line is an `EvalError` naming
 * file and line, never its content. (ndjson's reader names no line, quotes the data, and is quadratic in the length of a line.)
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  for await (const lines of readLines(path)) {
    for (const textLine of lines) {
      const { line, offset, length } = textLine;
      yield { line, offset, length, value: parseLine(textLine, path) };
    }
  }
}

/**
 * Reads the lines of a text file that are not blank, as many at a time as lie in one block of the file: a promise a line would take
 * longer than the line. Each group must be gone through before the next one is taken.
 *
 * @param onBytes gets every byte of the file, in views that hold good only during the call
 */
export async function* readLines(path: string, onBytes?: (bytes: Buffer) => void): AsyncGenerator<Iterable<TextLine>> {
  let line = 0;
  function* linesOf({ bytes, offset }: Block): Generator<TextLine> {
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(newline, start);
      const end = found === -1 ? bytes.length : found;
      line++;
      if (line === 1 && bytes.subarray(0, 3).equals(byteOrderMark)) start = byteOrderMark.length;
      const text = bytes.toString("utf8", start, end);
      if (!isBlank(text)) yield { line, offset: offset + start, length: end - start, text };
      start = end + 1;
    }
  }
  for await (const block of readBlocks(path)) {
    onBytes?.(block.bytes);
    yield linesOf(block);
  }
}

/** Nearly all lines begin with ASCII that is no blank, which is seen sooner than what is left when blanks are cut off. */
function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > space && first <= tilde) && text.trim() === "";
}

/** Whole lines that lie one after another. */
interface Block {
  /** overwritten by the next block */
  readonly bytes: Buffer;
  /** position in the file */
  readonly offset: number;
}

/**
 * The system reads ahead of whoever reads a file in order: asking a thread for each block would take longer than copying it, and on a busy
 * machine its answer is waited for. Between blocks others have their turn.
 */
async function* readBlocks(path: string): AsyncGenerator<Block> {
  const handle = await open(path).catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  try {
    // a pipe is waited for
    const isFile = (await handle.stat()).isFile();
    let block: Buffer = Buffer.allocUnsafeSlow(firstBlockBytes);
    let [rest, offset] = [0, 0];
    for (;;) {
      const bytesRead = isFile
        ? readSync(handle.fd, block, { offset: rest })
        : (await handle.read(block, rest)).bytesRead;
      const filled = rest + bytesRead;
      const isAtEnd = bytesRead === 0;
      const end = isAtEnd ? filled : block.subarray(0, filled).lastIndexOf(newline) + 1;
      if (end > 0) yield { bytes: block.subarray(0, end), offset };
      if (isAtEnd) return;
      block.copy(block, 0, end, filled);
      [rest, offset] = [filled - end, offset + end];
      if (rest === block.length) block = larger(block, path);
      await setImmediate();
    }
  } catch (error) {
    throw diskError(error, `cannot read ${path}`);
  } finally {
    await handle.close();
  }
}

/** Room for a line that is longer than the buffer. */
function larger(block: Buffer, path: string): Buffer {
  if (block.length >= maxLineBytes)
    throw new EvalError("input", `${path}: a line is longer than ${maxLineBytes} bytes`);
  const buffer = Buffer.allocUnsafeSlow(block.length * 2);
  block.copy(buffer);
  return buffer;
}

/** Parses a line of a file; the error names both. */
export function parseLine({ text, line }: TextLine, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = jsonFault(error, text);
    const torn = "; if a killed run left it half written, the same command sets it aside and goes on";
    throw new EvalError("input", `${path}:${line}: not valid JSON (${fault})`, {
      hint: `each line must hold one JSON object${fault.startsWith(endsEarly) ? torn : ""}`,
    });
  }
}

const endsEarly = "the line ends early";

/** Says where the fault is without quoting the text, which may hold anything. Not every message of the parser names a position. */
function jsonFault(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  if (message.startsWith("Unexpected end of JSON")) return `${endsEarly}, after ${text.length} characters`;
  const position = / JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1];
  return position === undefined ? "a character in a wrong place" : `at character ${Number(position) + 1}`;
}

/** Checks a parsed line; the error names file, line and field. */
export function parseRow<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EvalError("input", `${where}: ${firstFault(result.error, "the line")}`);
}
