import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { diskError } from "./disk-error.js";

const newline = 0x0a;
const blockBytes = 1024 * 1024;

/** A JSON Lines file that is read as it grows. */
export interface AppendedLines {
  /**
   * Gives the parsed lines that were added since the last call. A file that was replaced or cut, as by settling, is given from its start
   * again, after `onRestart`. A line without its end is left for the next call, and one that is no JSON is passed over.
   */
  read(onRow: (row: unknown) => void, onRestart: () => void): Promise<void>;
}

export function appendedLines(path: string): AppendedLines {
  let [inode, position] = [-1, 0];

  async function read(onRow: (row: unknown) => void, onRestart: () => void): Promise<void> {
    const handle = await open(path).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw diskError(error, `cannot read ${path}`);
    });
    try {
      const { ino, size } = handle === undefined ? { ino: -1, size: 0 } : await handle.stat();
      if (ino !== inode || size < position) {
        [inode, position] = [ino, 0];
        onRestart();
      }
      if (handle !== undefined) position = await readLinesFrom(handle, { from: position, to: size }, onRow);
    } finally {
      await handle?.close();
    }
  }

  return { read };
}

/** Returns where the last whole line ends. */
async function readLinesFrom(
  handle: FileHandle,
  { from, to }: { readonly from: number; readonly to: number },
  onRow: (row: unknown) => void,
): Promise<number> {
  let start = from;
  let unfinished: Buffer = Buffer.alloc(0);
  for (let at = from; at < to;) {
    const block = Buffer.allocUnsafeSlow(Math.min(blockBytes, to - at));
    const { bytesRead } = await handle.read(block, 0, block.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const bytes = Buffer.concat([unfinished, block.subarray(0, bytesRead)]);
    let line = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, line)) {
      giveRow(bytes.toString("utf8", line, end), onRow);
      line = end + 1;
    }
    start += line;
    unfinished = bytes.subarray(line);
  }
  return start;
}

function giveRow(text: string, onRow: (row: unknown) => void): void {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    return;
  }
  onRow(row);
}
