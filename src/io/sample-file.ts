import type { McqSample } from "../domain/mmlu/mcq-sample.js";
import { decodeSample, sampleRowSchema } from "../domain/mmlu/mcq-sample.js";
import { parseRow, readJsonLines } from "./jsonl.js";
import { isNonEmpty } from "./output-tree.js";

/** Reads lm-eval's samples of one task as branchbench writes them; nothing where there is no file. */
export async function* readSamples(path: string): AsyncGenerator<McqSample> {
  if (!(await isNonEmpty(path))) return;
  for await (const { value, line } of readJsonLines(path))
    yield decodeSample(parseRow(sampleRowSchema, value, `${path}:${line}`));
}
