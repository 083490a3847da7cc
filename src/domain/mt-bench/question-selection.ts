import { createHash } from "node:crypto";
import { EvalError } from "../eval-error.js";
import type { IdColumn } from "./id-column.js";
import type { QuestionId } from "./question.js";
import type { QuestionKeys } from "./question-keys.js";

/** Which questions of a set a run asks. The parts apply in this order; all left out means every question. */
export interface QuestionSelection {
  /** as in `81,90-95`: ids, and ranges of whole numbers */
  readonly questionIds?: string;
  /** so many, spread over the categories in proportion to their size */
  readonly sample?: number;
  /** picks the sample; the same seed picks the same questions */
  readonly sampleSeed?: number;
  /** so many from the start of the file */
  readonly firstN?: number;
}

/** Positions of the selected questions, ascending; undefined for all of them, which need no list. */
export function selectedPositions(keys: QuestionKeys, selection: QuestionSelection): number[] | undefined {
  const isWhole = Object.values(selection).every((part) => part === undefined);
  return isWhole ? undefined : selectQuestions(keys, selection);
}

/** Positions of the selected questions, ascending. */
export function selectQuestions(keys: QuestionKeys, selection: QuestionSelection): number[] {
  let positions = Array.from(keys.ids, (_, position) => position);
  if (selection.questionIds !== undefined) positions = withIds(keys.ids, selection.questionIds, positions);
  if (selection.sample !== undefined) positions = stratified(keys, positions, selection);
  return selection.firstN === undefined ? positions : positions.slice(0, selection.firstN);
}

function withIds(ids: IdColumn, expression: string, positions: readonly number[]): number[] {
  const parts = expression.split(",").map((part) => part.trim());
  const tests = parts.map(idTest);
  for (const [index, test] of tests.entries()) {
    if (positions.some((position) => test(ids.at(position) ?? ""))) continue;
    const part = parts[index] ?? "";
    const code = canMatchNothing(part) ? "usage" : "input";
    throw new EvalError(code, `--question-ids: no question of this set matches "${part}"`, {
      hint: `ids of this set run from ${String(ids.at(0))} to ${String(ids.at(-1))}`,
    });
  }
  return positions.filter((position) => {
    const id = ids.at(position);
    return id !== undefined && tests.some((test) => test(id));
  });
}

const idRange = /^(\d{1,15})-(\d{1,15})$/;

/** No set has questions of such a part: it is missing, or a range that runs backwards. */
function canMatchNothing(part: string): boolean {
  const range = idRange.exec(part);
  return part === "" || (range !== null && Number(range[1]) > Number(range[2]));
}

function idTest(part: string): (id: QuestionId) => boolean {
  const range = idRange.exec(part);
  if (range === null) return (id) => String(id) === part;
  const [from, to] = [Number(range[1]), Number(range[2])];
  return (id) => (typeof id === "number" ? id >= from && id <= to : id === part);
}

/**
 * Orders each category by a seeded hash, then all questions by their relative place in their category: the first N of that order
 * hold each category in proportion, and a larger sample contains a smaller one, so that a sample can be widened without asking again.
 */
function stratified(keys: QuestionKeys, positions: readonly number[], selection: QuestionSelection): number[] {
  const byCategory = new Map<string, { position: number; hash: string }[]>();
  for (const position of positions) {
    const category = keys.categoryAt(position);
    const hash = createHash("sha256")
      .update(JSON.stringify([selection.sampleSeed ?? 0, keys.ids.at(position)]))
      .digest("hex");
    const members = byCategory.get(category);
    if (members === undefined) byCategory.set(category, [{ position, hash }]);
    else members.push({ position, hash });
  }
  const ranked = [...byCategory.values()].flatMap((members) =>
    members
      .toSorted((left, right) => (left.hash < right.hash ? -1 : 1))
      .map((member, rank) => ({ ...member, place: (rank + 0.5) / members.length })),
  );
  ranked.sort((left, right) => left.place - right.place || (left.hash < right.hash ? -1 : 1));
  return ranked
    .slice(0, selection.sample)
    .map(({ position }) => position)
    .sort((left, right) => left - right);
}
