import { parquetReadObjects } from "hyparquet";
import { z } from "zod";
import { schemaFault } from "../domain/schema-fault.js";
import { EvalError } from "../domain/eval-error.js";
import type { MmluRow } from "../domain/mmlu/mmlu-task.js";
import { choiceCount } from "../domain/mmlu/mmlu-task.js";

/** A row of cais/mmlu; its answers are 64-bit integers. */
const rowSchema = z.object({
  question: z.string(),
  choices: z.array(z.string()).length(choiceCount),
  answer: z
    .union([z.bigint(), z.int()])
    .transform(Number)
    .pipe(
      z
        .int()
        .min(0)
        .max(choiceCount - 1),
    ),
});

/**
 * Reads one of cais/mmlu's parquet files (uncompressed or snappy).
 *
 * @param path for messages
 * @throws EvalError `input` for what is no such file
 */
export async function parseMmluParquet(bytes: Uint8Array, path: string): Promise<MmluRow[]> {
  // a copy, since a view may lie anywhere in a larger buffer
  const { buffer } = Uint8Array.from(bytes);
  const broken = (why: string, cause?: unknown): EvalError =>
    new EvalError("input", `${path} is not a parquet file of cais/mmlu: ${why}`, {
      hint: "run: branchbench data pull mmlu",
      cause,
    });
  let rows: readonly unknown[];
  try {
    rows = await parquetReadObjects({
      file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
      columns: ["question", "choices", "answer"],
    });
  } catch (error) {
    // a reader of bytes fails in many ways at broken ones
    throw broken(error instanceof Error ? error.message.slice(0, 100) : "it cannot be read", error);
  }
  return rows.map((row, index) => {
    const result = rowSchema.safeParse(row);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw broken(`row ${index + 1}: field ${issue?.path.join(".") ?? ""}: ${schemaFault(issue)}`);
  });
}
