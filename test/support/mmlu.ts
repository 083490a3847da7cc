import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { promptSetHash } from "../../src/domain/mmlu/mmlu-prompt.js";
import type { MmluSubject } from "../../src/domain/mmlu/mmlu-subjects.js";
import { mmluSubjects } from "../../src/domain/mmlu/mmlu-subjects.js";
import type { MmluRow } from "../../src/domain/mmlu/mmlu-task.js";
import { mmluDocs, mmluTask } from "../../src/domain/mmlu/mmlu-task.js";

/** The columns of cais/mmlu's files, as pyarrow writes them. */
const schema: SchemaElement[] = [
  { name: "schema", num_children: 4 },
  { name: "question", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "subject", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "choices", converted_type: "LIST", num_children: 1, repetition_type: "OPTIONAL" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "answer", type: "INT64", repetition_type: "OPTIONAL" },
];

/** A parquet file of a subject, compressed by snappy. */
export function mmluParquet(subject: string, rows: readonly MmluRow[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      schema,
      columnData: [
        { name: "question", data: rows.map(({ question }) => question) },
        { name: "subject", data: rows.map(() => subject) },
        { name: "choices", data: rows.map(({ choices }) => [...choices]) },
        { name: "answer", data: rows.map(({ answer }) => BigInt(answer)) },
      ],
    }),
  );
}

/** Rows that hold what a reader might clean up. */
export function mmluRows(prefix: string, count: number): MmluRow[] {
  return Array.from({ length: count }, (_, index) => ({
    question: ` ${prefix} ${index}, "quoted"?\r\nline\rtwo \u0085`,
    choices: [`a ${index} `, "b,\n", "", "\u0092d"],
    answer: index % 4,
  }));
}

/** A subject whose published content is these rows. */
export function madeUpSubject(test: readonly MmluRow[], dev: readonly MmluRow[]): MmluSubject {
  const subject = mmluSubjects[0]!;
  const file = (rows: readonly MmluRow[]) => ({ path: "", docs: mmluDocs(subject.subject, rows) });
  const hash = (fewShots: number) =>
    promptSetHash(mmluTask({ subject, test: file(test), dev: file(dev), fewShots, hashes: { sha256: "" } })).slice(
      0,
      16,
    );
  return { ...subject, testSize: test.length, promptHashes: { 5: hash(5), 0: hash(0) } };
}
