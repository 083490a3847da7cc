import { answerRowSchema, decodeAnswer, decodeJudgment, judgmentRowSchema } from "../domain/mt-bench/eval-output.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import { judgmentKey } from "../domain/mt-bench/judgment.js";
import { mtBenchScale } from "../domain/mt-bench/rating.js";
import type { ViewScore } from "../domain/page/view-listing.js";
import { appendedLines } from "../io/appended-lines.js";
import type { RecordPaths } from "../io/output-tree.js";

/** Counts of a model's answers that follow the files as they grow. */
export interface AnswerTally {
  read(): Promise<{ readonly answered: number; readonly errors: Readonly<Record<string, number>> }>;
}

/** Counts of a judge's judgments that follow the files as they grow. */
export interface JudgmentTally {
  read(): Promise<{ readonly models: readonly ViewScore[]; readonly errors: Readonly<Record<string, number>> }>;
}

export function answerTally(paths: RecordPaths): AnswerTally {
  const records = answerFollower(paths.records);
  const failed = answerFollower(paths.failed);
  return {
    read: async () => {
      const [ofRecords, ofFailed] = [await records(), await failed()];
      const reasons: string[] = [];
      for (const reason of ofRecords.values()) if (reason !== undefined) reasons.push(reason);
      // a conversation that has begun goes on, or does so with the next run: that is no error
      for (const [id, reason] of ofFailed)
        if (reason !== undefined && reason !== "interrupted" && !ofRecords.has(id)) reasons.push(reason);
      const answered = [...ofRecords.values()].filter((reason) => reason === undefined).length;
      return { answered, errors: countBy(reasons) };
    },
  };
}

/** Why each question of a file failed; undefined for a complete answer, which nothing later undoes. */
function answerFollower(path: string): () => Promise<ReadonlyMap<string, string | undefined>> {
  const lines = appendedLines(path);
  const failures = new Map<string, string | undefined>();
  const note = (row: unknown): void => {
    const parsed = answerRowSchema.safeParse(row);
    if (!parsed.success) return;
    const answer = decodeAnswer(parsed.data);
    const id = String(answer.questionId);
    if (answer.kind === "answered") failures.set(id, undefined);
    else if (!failures.has(id) || failures.get(id) !== undefined) failures.set(id, answer.reason);
  };
  return async () => {
    await lines.read(note, () => failures.clear());
    return failures;
  };
}

type Outcome = { readonly kind: "scored"; readonly score: number } | { readonly kind: "lost"; readonly reason: string };

export function judgmentTally(paths: RecordPaths): JudgmentTally {
  const rated = judgmentFollower(paths.records);
  const failed = judgmentFollower(paths.failed);
  return {
    read: async () => {
      const [ofRecords, ofFailed] = [await rated(), await failed()];
      const scores = new Map<string, { n: number; sum: number; unscored: number }>();
      const reasons: string[] = [];
      const add = (model: string, outcome: Outcome): void => {
        const score = scores.get(model) ?? { n: 0, sum: 0, unscored: 0 };
        scores.set(model, score);
        if (outcome.kind === "scored") {
          score.n++;
          score.sum += outcome.score;
        } else {
          score.unscored++;
          reasons.push(outcome.reason);
        }
      };
      for (const { model, outcome } of ofRecords.values()) add(model, outcome);
      for (const [key, { model, outcome }] of ofFailed) if (!ofRecords.has(key)) add(model, outcome);
      const models = [...scores].map(([model, score]) => ({ model, ...score }));
      return { models: models.sort((left, right) => (left.model < right.model ? -1 : 1)), errors: countBy(reasons) };
    },
  };
}

type Outcomes = ReadonlyMap<string, { readonly model: string; readonly outcome: Outcome }>;

/** The last outcome of each judgment in a file. */
function judgmentFollower(path: string): () => Promise<Outcomes> {
  const lines = appendedLines(path);
  const outcomes = new Map<string, { model: string; outcome: Outcome }>();
  const note = (row: unknown): void => {
    const parsed = judgmentRowSchema.safeParse(row);
    if (!parsed.success) return;
    const judgment = decodeJudgment(parsed.data);
    outcomes.set(judgmentKey(judgment), { model: judgment.model, outcome: outcomeOf(judgment) });
  };
  return async () => {
    await lines.read(note, () => outcomes.clear());
    return outcomes;
  };
}

function outcomeOf(judgment: Judgment): Outcome {
  if (judgment.kind === "failed") return { kind: "lost", reason: judgment.reason };
  const { rating } = judgment;
  if (rating.kind === "unscored") return { kind: "lost", reason: rating.reason };
  const isOff = rating.score < mtBenchScale.min || rating.score > mtBenchScale.max;
  return isOff ? { kind: "lost", reason: "out-of-range" } : rating;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}
