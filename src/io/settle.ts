import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { parseLine, readLines } from "./jsonl.js";
import { replaceFile } from "./replace-file.js";

export interface SettleOrder<Key> {
  readonly keyOf: (row: unknown) => Key;
  /** the key of a line whose form makes it easy to find without parsing all of it */
  readonly keyOfText?: (text: string) => Key | undefined;
  readonly compare: (left: Key, right: Key) => number;
}

/**
 * Sorts a JSON Lines file and keeps the last of several lines with one key, in one atomic step. Lines are copied byte for byte. Memory
 * holds a key and a position per line, not the lines.
 */
export async function settleFile<Key>(path: string, order: SettleOrder<Key>): Promise<{ readonly records: number }> {
  const keys: Key[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  let settled = true;
  for await (const group of readLines(path)) {
    for (const line of group) {
      const key = order.keyOfText?.(line.text) ?? order.keyOf(parseLine(line, path));
      const previous = keys.at(-1);
      if (previous !== undefined && order.compare(previous, key) >= 0) settled = false;
      keys.push(key);
      offsets.push(line.offset);
      lengths.push(line.length);
    }
  }
  if (settled) return { records: keys.length };
  const positions = sortedPositions(keys, order.compare);
  function* lines(): Generator<readonly [offset: number, length: number]> {
    for (const position of positions) yield [offsets[position] ?? 0, lengths[position] ?? 0];
  }
  await replaceFile(path, (temporary) => copyLines(path, temporary, lines()));
  return { records: positions.length };
}

/** Positions in the order of their keys; of equal keys only the last. */
function sortedPositions<Key>(keys: readonly Key[], compare: (left: Key, right: Key) => number): number[] {
  const compareAt = (left: number, right: number): number => {
    const [leftKey, rightKey] = [keys[left], keys[right]];
    return leftKey === undefined || rightKey === undefined ? 0 : compare(leftKey, rightKey);
  };
  const positions = Uint32Array.from(keys, (_, position) => position).sort(
    (left, right) => compareAt(left, right) || left - right,
  );
  const kept: number[] = [];
  for (const [place, position] of positions.entries()) {
    const next = positions[place + 1];
    if (next === undefined || compareAt(position, next) !== 0) kept.push(position);
  }
  return kept;
}

async function copyLines(
  from: string,
  to: string,
  lines: Iterable<readonly [offset: number, length: number]>,
): Promise<void> {
  const source = await open(from, "r");
  const target = await open(to, "w");
  try {
    const readAt = windowReader(source);
    let pieces: Buffer[] = [];
    let bytes = 0;
    for (const [offset, length] of lines) {
      pieces.push(await readAt(offset, length), lineEnd);
      bytes += length + 1;
      if (bytes < windowBytes) continue;
      await target.appendFile(Buffer.concat(pieces));
      pieces = [];
      bytes = 0;
    }
    await target.appendFile(Buffer.concat(pieces));
  } finally {
    await source.close();
    await target.close();
  }
}

const lineEnd = Buffer.from("\n");
const windowBytes = 1024 * 1024;
const windowLeadBytes = 128 * 1024;

/** Records lie almost in order, so reading goes through a window that moves with them; a far line is read by itself. */
function windowReader(source: FileHandle): (offset: number, length: number) => Promise<Buffer> {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  const readExactly = async (offset: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await source.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  return async (offset, length) => {
    const end = start + window.length;
    if (offset >= start && offset + length <= end) return window.subarray(offset - start, offset - start + length);
    const isNear = Math.abs(offset - end) < windowBytes;
    if (!isNear && start > 0) return readExactly(offset, length);
    start = Math.max(0, offset - windowLeadBytes);
    window = await readExactly(start, Math.max(windowBytes, length + windowLeadBytes));
    return window.subarray(offset - start, offset - start + length);
  };
}
