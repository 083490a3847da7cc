import { runProgressSchema, runRate, runState } from "../domain/run-progress.js";
import type { ViewCandidate } from "../domain/page/view-listing.js";
import { readJsonFile } from "../io/json-file.js";
import { isHeld } from "../io/lock.js";
import type { RecordPaths } from "../io/output-tree.js";

/** Where the stage stands that writes these records. */
export async function stageOf(paths: RecordPaths): Promise<Pick<ViewCandidate, "state" | "progress">> {
  const progress = await readJsonFile(paths.progress, runProgressSchema);
  const state = runState(progress, await isHeld(paths.records));
  if (progress === undefined) return { state, progress: null };
  const { done, total, failed, started, updated } = progress;
  const seconds = (Date.parse(updated) - Date.parse(started)) / 1000;
  return { state, progress: { ...runRate(progress, seconds), done, total: total ?? null, failed } };
}
