import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { parseLine, readLines } from "./jsonl.js";
import { numberColumn } from "../domain/number-column.js";
import { replaceFile } from "./replace-file.js";

export interface SettleOrder<Key> {
  /** @param where file and line, for an error */
  readonly keyOf: (row: unknown, where: string) => Key;
  /** the key of a line whose form makes it easy to find without parsing all of it */
  readonly keyOfText?: (text: string) => Key | undefined;
  readonly compare: (left: Key, right: Key) => number;
}

/** What a settled file holds. */
export interface Settled<Key> {
  readonly records: number;
  /** of every line read, in the order before, those that were left out too */
  readonly keys: readonly Key[];
}

/**
 * Sorts a JSON Lines file and keeps the last of several lines with one key, in one atomic step. Lines are copied byte for byte. Memory
 * holds a key and a position per line, not the lines.
 */
export async function settleFile<Key>(path: string, order: SettleOrder<Key>): Promise<Settled<Key>> {
  const keys: Key[] = [];
  const offsets = numberColumn();
  const lengths = numberColumn();
  let settled = true;
  for await (const group of readLines(path)) {
    for (const line of group) {
      const key = order.keyOfText?.(line.text) ?? order.keyOf(parseLine(line, path), `${path}:${line.line}`);
      const previous = keys.at(-1);
      if (previous !== undefined && order.compare(previous, key) >= 0) settled = false;
      keys.push(key);
      offsets.push(line.offset);
      lengths.push(line.length);
    }
  }
  if (settled) return { records: keys.length, keys };
  const positions = sortedPositions(keys, order.compare);
  function* lines(): Generator<Place> {
    for (const position of positions) yield { offset: offsets.at(position), length: lengths.at(position) };
  }
  await replaceFile(path, (temporary) => copyLines(path, temporary, lines()));
  return { records: positions.length, keys };
}

/** Positions in the order of their keys; of equal keys only the last. */
function sortedPositions<Key>(keys: readonly Key[], compare: (left: Key, right: Key) => number): Uint32Array {
  const compareAt = (left: number, right: number): number => {
    const [leftKey, rightKey] = [keys[left], keys[right]];
    return (leftKey === undefined || rightKey === undefined ? 0 : compare(leftKey, rightKey)) || left - right;
  };
  const positions = new Uint32Array(keys.length);
  for (let place = 0; place < positions.length; place++) positions[place] = place;
  if (!sortNearby(positions, compareAt)) positions.sort(compareAt);
  // in place: what is written stands at or before what is read
  let kept = 0;
  for (const [place, position] of positions.entries()) {
    const next = positions[place + 1];
    const [key, nextKey] = [keys[position], next === undefined ? undefined : keys[next]];
    if (key === undefined || nextKey === undefined || compare(key, nextKey) !== 0) positions[kept++] = position;
  }
  return positions.subarray(0, kept);
}

/**
 * Sorts what lies almost in order, as records do that came while others were under way, by moving each to its place among the last ones: the
 * usual sort needs four times the memory of the list. Returns false where something belongs farther ahead; the list is then in some order.
 */
function sortNearby(positions: Uint32Array, compareAt: (left: number, right: number) => number): boolean {
  for (const [place, position] of positions.entries()) {
    const isBefore = (other: number): boolean => compareAt(positions[other] ?? 0, position) > 0;
    if (place === 0 || !isBefore(place - 1)) continue;
    let [from, to] = [Math.max(0, place - nearby), place - 1];
    if (from > 0 && isBefore(from)) return false;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (isBefore(middle)) to = middle;
      else from = middle + 1;
    }
    positions.copyWithin(from + 1, from, place);
    positions[from] = position;
  }
  return true;
}

/** Farther than this a record rarely comes too late. */
const nearby = 16_384;

async function copyLines(from: string, to: string, lines: Iterable<Place>): Promise<void> {
  const source = await open(from, "r");
  const target = await open(to, "w");
  try {
    const window = movingWindow(source);
    let gathered = Buffer.allocUnsafeSlow(gatheredBytes);
    let used = 0;
    for (const line of lines) {
      if (used + line.length + 1 > gathered.length) {
        await target.appendFile(gathered.subarray(0, used));
        used = 0;
        if (line.length + 1 > gathered.length) gathered = Buffer.allocUnsafeSlow(line.length + 1);
      }
      // mostly a copy in memory, so a promise is made only for what is not
      if (!window.copy(line, gathered, used)) await window.load(line, gathered, used);
      used += line.length;
      gathered[used++] = newline;
    }
    await target.appendFile(gathered.subarray(0, used));
  } finally {
    await source.close();
    await target.close();
  }
}

/** Where a line stands in a file, in bytes. */
interface Place {
  readonly offset: number;
  readonly length: number;
}

const newline = 0x0a;
const gatheredBytes = 1024 * 1024;
const windowBytes = 4 * 1024 * 1024;
/** Records come in about the order of their questions, off by what is under way at a time. */
const windowLeadBytes = 2 * 1024 * 1024;
const missesBeforeMove = 16;

/** A part of a file in memory that moves along, so that lines which lie almost in order are not read one by one. */
interface MovingWindow {
  /** Copies a line where the window holds it, and returns whether it does. */
  copy(line: Place, target: Buffer, position: number): boolean;
  /** Copies a line that the window does not hold, and moves the window where that is worth it: not for a single line far away. */
  load(line: Place, target: Buffer, position: number): Promise<void>;
}

function movingWindow(source: FileHandle): MovingWindow {
  const window = Buffer.allocUnsafeSlow(windowBytes);
  let [start, end, missesInARow] = [0, 0, 0];

  async function moveTo(newStart: number): Promise<void> {
    const kept = newStart >= start && newStart < end ? end - newStart : 0;
    window.copyWithin(0, newStart - start, newStart - start + kept);
    const { bytesRead } = await source.read(window, kept, windowBytes - kept, newStart + kept);
    start = newStart;
    end = newStart + kept + bytesRead;
  }

  function copy({ offset, length }: Place, target: Buffer, position: number): boolean {
    if (offset < start || offset + length > end) return false;
    window.copy(target, position, offset - start, offset - start + length);
    missesInARow = 0;
    return true;
  }

  async function load(line: Place, target: Buffer, position: number): Promise<void> {
    const { offset, length } = line;
    const isNext = offset >= start && offset < end + windowLeadBytes;
    if (isNext || ++missesInARow > missesBeforeMove) {
      await moveTo(Math.max(0, offset - windowLeadBytes));
      if (copy(line, target, position)) return;
    }
    const { bytesRead } = await source.read(target, position, length, offset);
    if (bytesRead < length) throw new Error(`a file of ${offset + length} bytes became shorter while it was read`);
  }

  return { copy, load };
}
