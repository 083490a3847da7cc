import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { diskError } from "./disk-error.js";
import type { TextLine } from "./jsonl.js";
import { parseLine, readLines } from "./jsonl.js";
import { isNonEmpty } from "./output-tree.js";
import type { SettleOrder } from "./settle.js";

/** A line with its key. */
export interface KeyedLine<Key> {
  readonly key: Key;
  readonly line: TextLine;
}

/** A JSON Lines file that can be read in the order of its keys, lines with one key in the order of the file. */
export interface OrderedLines<Key> {
  read(): AsyncGenerator<KeyedLine<Key>>;
}

/**
 * Looks through a file once. One that is in order, as finished stages leave theirs, is then read straight; of another one a key and a place per
 * line are kept, never the lines.
 */
export async function orderedLines<Key>(path: string, order: SettleOrder<Key>): Promise<OrderedLines<Key>> {
  if (!(await isNonEmpty(path))) return { read: nothing };
  const keyOf = (line: TextLine): Key =>
    order.keyOfText?.(line.text) ?? order.keyOf(parseLine(line, path), `${path}:${line.line}`);
  return (await isOrdered(path, { keyOf, compare: order.compare }))
    ? { read: () => inFileOrder(path, keyOf) }
    : inKeyOrder(path, { keyOf, compare: order.compare });
}

interface LineOrder<Key> {
  readonly keyOf: (line: TextLine) => Key;
  readonly compare: (left: Key, right: Key) => number;
}

async function* nothing(): AsyncGenerator<never> {
  // a file that is not there has no lines
}

async function isOrdered<Key>(path: string, { keyOf, compare }: LineOrder<Key>): Promise<boolean> {
  let previous: { readonly key: Key } | undefined;
  for await (const group of readLines(path)) {
    for (const line of group) {
      const key = keyOf(line);
      if (previous !== undefined && compare(previous.key, key) > 0) return false;
      previous = { key };
    }
  }
  return true;
}

async function* inFileOrder<Key>(path: string, keyOf: (line: TextLine) => Key): AsyncGenerator<KeyedLine<Key>> {
  for await (const group of readLines(path)) for (const line of group) yield { key: keyOf(line), line };
}

/** Where a line stands. */
type Place = Omit<TextLine, "text">;

async function inKeyOrder<Key>(path: string, { keyOf, compare }: LineOrder<Key>): Promise<OrderedLines<Key>> {
  const entries: { readonly key: Key; readonly place: Place }[] = [];
  for await (const group of readLines(path))
    for (const textLine of group) {
      const { line, offset, length } = textLine;
      entries.push({ key: keyOf(textLine), place: { line, offset, length } });
    }
  entries.sort((left, right) => compare(left.key, right.key) || left.place.line - right.place.line);
  return {
    read: async function* read() {
      const handle = await open(path).catch((error: unknown) => {
        throw diskError(error, `cannot read ${path}`);
      });
      try {
        for (const { key, place } of entries)
          yield { key, line: { ...place, text: await textAt(handle, place, path) } };
      } finally {
        await handle.close();
      }
    },
  };
}

async function textAt(handle: FileHandle, { offset, length }: Place, path: string): Promise<string> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset).catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  if (bytesRead < length) throw new Error(`${path} became shorter while it was read`);
  return buffer.toString("utf8");
}
