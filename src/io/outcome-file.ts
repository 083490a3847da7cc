import { z } from "zod";
import type { McqKey, McqRecord } from "../domain/mmlu/mcq-record.js";
import { compareMcqKeys, decodeMcqRecord, encodeMcqRecord, mcqRowSchema } from "../domain/mmlu/mcq-record.js";
import { parseRow, readJsonLines } from "./jsonl.js";
import { writeJsonLines } from "./write-jsonl.js";
import { isNonEmpty } from "./output-tree.js";
import { settleFile } from "./settle.js";

/** Reads what questions came to; nothing where there is no file. */
export async function* readOutcomes(path: string): AsyncGenerator<McqRecord> {
  if (!(await isNonEmpty(path))) return;
  for await (const { value, line } of readJsonLines(path))
    yield decodeMcqRecord(parseRow(mcqRowSchema, value, `${path}:${line}`));
}

/** The records of a settled file, one task at a time, by `doc_id`. */
export async function* readOutcomesByTask(
  path: string,
): AsyncGenerator<{ readonly task: string; readonly records: ReadonlyMap<number, McqRecord> }> {
  let group: { readonly task: string; readonly records: Map<number, McqRecord> } | undefined;
  for await (const record of readOutcomes(path)) {
    if (group?.task !== record.task) {
      if (group !== undefined) yield group;
      group = { task: record.task, records: new Map() };
    }
    group.records.set(record.docId, record);
  }
  if (group !== undefined) yield group;
}

/** Takes records out of a file. */
export async function dropOutcomes(path: string, isUnwanted: (record: McqRecord) => boolean): Promise<void> {
  if (!(await isNonEmpty(path))) return;
  await writeJsonLines(path, wantedRows(path, isUnwanted));
}

async function* wantedRows(path: string, isUnwanted: (record: McqRecord) => boolean): AsyncGenerator<object> {
  for await (const record of readOutcomes(path)) if (!isUnwanted(record)) yield encodeMcqRecord(record);
}

const keySchema = z.object({ task: z.string(), doc_id: z.number() });

/** Sorts records by task and question; of several for one question the last stays. */
export async function settleOutcomes(path: string): Promise<void> {
  if (!(await isNonEmpty(path))) return;
  await settleFile(path, { keyOf: rowKey, keyOfText: textKeys(), compare: compareMcqKeys });
}

/**
 * Reads the key of a line as this program writes it, with a name that JSON leaves as it is. Each name is one text for all of its lines:
 * sorting then mostly compares what is the same in memory, and of the lines only the first of each task stays in memory.
 */
function textKeys(): (text: string) => McqKey | undefined {
  const names = new Map<string, string>();
  return (text) => {
    const [, name, docId] = /^\{"task":"([^"\\]*)","doc_id":(\d+),/.exec(text) ?? [];
    if (name === undefined) return undefined;
    const task = names.get(name) ?? name;
    names.set(name, task);
    return { task, docId: Number(docId) };
  };
}

function rowKey(row: unknown): McqKey {
  const { task, doc_id: docId } = keySchema.parse(row);
  return { task, docId };
}
