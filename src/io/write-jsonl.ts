import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { diskError } from "./disk-error.js";
import { replaceFile, stageFile } from "./replace-file.js";

const blockBytes = 256 * 1024;
/** Of lines that are long. */
const largeBlockBytes = 1024 * 1024;
const newline = 0x0a;

/** Writes rows as JSON Lines and puts the file in place in one step. */
export async function writeJsonLines(path: string, rows: Iterable<unknown> | AsyncIterable<unknown>): Promise<void> {
  // loaded by those who write: it brings a stream library of its own
  const { default: ndjson } = await import("ndjson");
  await replaceFile(path, (temporary) =>
    pipeline(Readable.from(rows), ndjson.stringify(), createWriteStream(temporary)),
  );
}

/** A line's JSON: `pieces.join(between)`, but that the text between, most of the line, need not be joined to be written. */
export interface JoinedLine {
  readonly pieces: readonly string[];
  readonly between: string;
}

/** Whether lines begin a file or go on with what was staged of it. */
export type FilePart = "first" | "further";

/**
 * Stages files (io/replace-file.ts) of JSON Lines of which each is a text already. Blocks, since a stream's event for each line takes longer than the line; and the same ones for all files, since
 * the garbage collector hears late of memory outside of its heap.
 */
export function jsonTextStager(): (path: string, lines: Iterable<JoinedLine>, part: FilePart) => Promise<void> {
  const idle: Buffer[] = [];
  return (path, lines, part) =>
    stageFile(path, async (temporary) => {
      const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(largeBlockBytes);
      const handle = await open(temporary, part === "first" ? "w" : "a");
      try {
        for (const block of blocksOf(lines, buffer)) await handle.appendFile(block);
      } finally {
        idle.push(buffer);
        await handle.close();
      }
    });
}

/** Each block is overwritten by the next. A line that is longer than the buffer gets one of its own. */
function* blocksOf(lines: Iterable<JoinedLine>, first: Buffer): Generator<Buffer> {
  let buffer = first;
  let filled = 0;
  for (const line of lines) {
    const room = mostBytes(line);
    if (filled > 0 && room > buffer.length - filled) {
      yield buffer.subarray(0, filled);
      filled = 0;
    }
    if (room > buffer.length) buffer = Buffer.allocUnsafeSlow(room);
    filled = writeJoined(line, buffer, filled);
    buffer[filled++] = newline;
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/** Of UTF-16's code units none takes more than three bytes. */
function mostBytes({ pieces, between }: JoinedLine): number {
  const units = pieces.reduce((sum, piece) => sum + piece.length, between.length * Math.max(0, pieces.length - 1));
  return 3 * units + 1;
}

/** Returns where the line ends. */
function writeJoined({ pieces, between }: JoinedLine, buffer: Buffer, start: number): number {
  let end = start;
  let first: { readonly start: number; readonly end: number } | undefined;
  for (const [index, piece] of pieces.entries()) {
    if (first !== undefined) {
      buffer.copyWithin(end, first.start, first.end);
      end += first.end - first.start;
    } else if (index > 0) {
      first = { start: end, end: end + buffer.write(between, end) };
      end = first.end;
    }
    end += buffer.write(piece, end);
  }
  return end;
}

/** Writes many small rows: gathered into blocks, since an event of a stream for each row takes several times as long. */
export interface RowWriter {
  add(row: unknown): void;
  /** Writes what has gathered where it fills a block; to be awaited now and then. */
  drain(): Promise<void>;
  /** Writes the rest. */
  close(): Promise<void>;
}

/** Opens a new file for rows, in place of what stands there. */
export async function openRowWriter(path: string): Promise<RowWriter> {
  const handle = await open(path, "w").catch((error: unknown) => {
    throw diskError(error, `cannot write ${path}`);
  });
  let rows: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const text = rows.join("");
    rows = [];
    length = 0;
    await handle.appendFile(text).catch((error: unknown) => {
      throw diskError(error, `cannot write ${path}`);
    });
  };
  return {
    add: (row) => {
      const text = `${JSON.stringify(row)}\n`;
      length += text.length;
      rows.push(text);
    },
    drain: async () => {
      if (length >= blockBytes) await flush();
    },
    close: async () => {
      try {
        await flush();
      } finally {
        await handle.close();
      }
    },
  };
}
