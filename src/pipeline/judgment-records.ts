import { rm } from "node:fs/promises";
import { encodeJudgment } from "../domain/mt-bench/eval-output.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import { judgmentKey } from "../domain/mt-bench/judgment.js";
import { judgedPart, judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import { readJsonFile, writeJsonFile } from "../io/json-file.js";
import { writeJsonLines } from "../io/write-jsonl.js";
import { readJudgments, removeModel } from "../io/judgment-file.js";
import type { OutputTree, RecordPaths } from "../io/output-tree.js";

/** Keeps the last failure of each judgment that was not made later; other models' failures stay. */
export async function settleFailures(path: string, model: string, rated: ReadonlySet<string>): Promise<void> {
  const failed = new Map<string, Judgment>();
  for await (const judgment of readJudgments(path))
    if (judgment.model !== model || !rated.has(judgmentKey(judgment))) failed.set(judgmentKey(judgment), judgment);
  if (failed.size === 0) return rm(path, { force: true });
  return writeJsonLines(path, [...failed.values()].map(encodeJudgment));
}

export async function hasJudgments(paths: RecordPaths, model: string): Promise<boolean> {
  const manifest = await readJsonFile(paths.manifest, judgmentManifestSchema);
  if (judgedPart(manifest, model) !== undefined) return true;
  for (const path of [paths.records, paths.failed])
    for await (const judgment of readJudgments(path)) if (judgment.model === model) return true;
  return false;
}

/**
 * Copies the judge's files aside, then takes this model out of them, one file at a time in one step each: whenever a run is killed, every
 * line stands in its place or aside, and the other models' lines in their place. The manifest is last: as long as it names the model, the
 * next run knows what was made how.
 */
export async function setModelAside(
  { output, model: gone }: { readonly output: OutputTree; readonly model: string },
  paths: RecordPaths,
): Promise<void> {
  if (!(await hasJudgments(paths, gone))) return;
  await output.copyAside(paths, new Date());
  for (const path of [paths.records, paths.failed]) await removeModel(path, gone);
  const manifest = await readJsonFile(paths.manifest, judgmentManifestSchema);
  if (manifest === undefined) return;
  const models = Object.fromEntries(Object.entries(manifest.models).filter(([model]) => model !== gone));
  await writeJsonFile(paths.manifest, { ...manifest, models });
}
