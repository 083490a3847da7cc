import type { PageRecord } from "./page-data.js";

/*
 * A chunk of a page is its records' texts as they are, each behind a line end, and in the last line the records as a JSON array in which
 * lengths stand for the texts. Texts written as JSON would have to be escaped, which took longer than all else that is done with them.
 */

/** A record with something else in place of its texts, which are asked for in the order in which they lie in a chunk. */
export function withTexts<From, To>(record: PageRecord<From>, replace: (text: From) => To): PageRecord<To> {
  if (record.kind === "question")
    return { ...record, turns: record.turns.map(replace), reference: record.reference.map(replace) };
  if (record.kind === "answer")
    return { ...record, turns: record.turns.map((turn) => ({ ...turn, text: replace(turn.text) })) };
  if (record.kind === "judgment") return { ...record, text: replace(record.text) };
  return record;
}

// what branchbench wrote is taken as it is: a page and its chunks are of one version
const parseRecords: (json: string) => PageRecord<number>[] = JSON.parse;

/** Reads a chunk. */
export function chunkRecords(chunk: string): PageRecord[] {
  let position = 0;
  const next = (length: number): string => {
    const start = position + 1;
    position = start + length;
    return chunk.slice(start, position);
  };
  return parseRecords(chunk.slice(chunk.lastIndexOf("\n") + 1)).map((record) => withTexts(record, next));
}
