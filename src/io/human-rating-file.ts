import { setTimeout as sleep } from "node:timers/promises";
import { EvalError } from "../domain/eval-error.js";
import { decodeHumanRating, encodeHumanRating, humanRatingRowSchema } from "../domain/mt-bench/human-rating.js";
import type { HumanRating } from "../domain/mt-bench/human-rating.js";
import { openJournal } from "./journal.js";
import { parseRow, readJsonLines } from "./jsonl.js";
import { withLock } from "./lock.js";
import { isNonEmpty } from "./output-tree.js";

/** Reads what people said of a model's answers, oldest first; nothing where there is no file. */
export async function* readHumanRatings(path: string): AsyncGenerator<HumanRating> {
  if (!(await isNonEmpty(path))) return;
  for await (const { value, line } of readJsonLines(path))
    yield decodeHumanRating(parseRow(humanRatingRowSchema, value, `${path}:${line}`));
}

/** Adds a rating to the end of the file and resolves once it is on disk. Nothing that stands there is changed. */
export async function appendHumanRating(path: string, rating: HumanRating): Promise<void> {
  const row = parseRow(humanRatingRowSchema, encodeHumanRating(rating), path);
  await withLockSoon(path, async () => {
    const journal = await openJournal(path);
    try {
      await journal.append(row);
    } finally {
      await journal.close();
    }
  });
}

const waitMs = 50;
const waits = 40;

/** Writing a line takes a moment, so another writer is waited for. */
async function withLockSoon(path: string, work: () => Promise<void>): Promise<void> {
  for (let left = waits; ; left--) {
    try {
      await withLock(path, work);
      return;
    } catch (error) {
      if (!(error instanceof EvalError) || error.code !== "locked" || left === 0) throw error;
      await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}
