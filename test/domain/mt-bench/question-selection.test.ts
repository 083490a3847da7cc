import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EvalErrorCode } from "../../../src/domain/eval-error.js";
import type { QuestionId } from "../../../src/domain/mt-bench/question.js";
import { questionKeys } from "../../../src/domain/mt-bench/question-keys.js";
import type { QuestionSelection } from "../../../src/domain/mt-bench/question-selection.js";
import { selectQuestions } from "../../../src/domain/mt-bench/question-selection.js";
import { evalError } from "../../support/eval-error.js";

interface Key {
  readonly id: QuestionId;
  readonly category: string;
}

function select(keys: readonly Key[], selection: QuestionSelection): number[] {
  const columns = questionKeys();
  for (const { id, category } of keys) columns.add(id, category);
  return selectQuestions(columns, selection);
}

/** Like MT-Bench: 80 questions from id 81, ten of each of eight categories in a row. */
const mtBenchKeys: readonly Key[] = Array.from({ length: 80 }, (_, at) => ({
  id: 81 + at,
  category: `category ${Math.floor(at / 10)}`,
}));

function selectedIds(keys: readonly Key[], selection: QuestionSelection): QuestionId[] {
  return select(keys, selection).map((position) => keys[position]!.id);
}

function countByCategory(keys: readonly Key[], positions: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const position of positions) {
    const { category } = keys[position]!;
    counts[category] = (counts[category] ?? 0) + 1;
  }
  return counts;
}

/** Questions of several categories, shuffled into each other. */
function keysOfSizes(sizes: readonly number[]): Key[] {
  const keys = sizes.flatMap((size, category) =>
    Array.from({ length: size }, (_, at) => ({ id: `${category}-${at}`, category: `category ${category}`, at })),
  );
  return keys.sort((left, right) => left.at - right.at).map(({ id, category }) => ({ id, category }));
}

describe("selectQuestions", () => {
  it("takes every question where nothing is asked for", () => {
    expect(select(mtBenchKeys, {})).toEqual(Array.from({ length: 80 }, (_, at) => at));
    expect(select([], {})).toEqual([]);
  });

  it.each<[string, QuestionId[]]>([
    ["81", [81]],
    ["160,81", [81, 160]],
    ["90-93", [90, 91, 92, 93]],
    ["81,90-91", [81, 90, 91]],
    [" 81 , 90-91 ", [81, 90, 91]],
    ["90-92,91-93,92", [90, 91, 92, 93]],
    ["1-82", [81, 82]],
    ["159-999999999999999", [159, 160]],
    ["100-100", [100]],
  ])("questionIds %s selects each question once, in file order", (questionIds, ids) => {
    expect(selectedIds(mtBenchKeys, { questionIds })).toEqual(ids);
  });

  it.each<[string, string, EvalErrorCode?]>([
    ["80", "80"],
    ["81,161", "161"],
    ["81,161-200", "161-200"],
    ["95-90", "95-90", "usage"],
    ["081", "081"],
    ["abc", "abc"],
    ["81-", "81-"],
    ["", "", "usage"],
    ["81,,82", "", "usage"],
  ])("questionIds %j is refused, naming the part that matches nothing", (questionIds, part, code = "input") => {
    expect(() => select(mtBenchKeys, { questionIds })).toThrow(
      evalError(code, `no question of this set matches "${part}"`, "ids of this set run from 81 to 160"),
    );
  });

  it("selects branch questions by their whole id, which no range touches", () => {
    const keys: Key[] = [
      { id: "137504982341", category: "taxonomy" },
      { id: "30979806", category: "taxonomy" },
      { id: 5, category: "other" },
    ];
    expect(selectedIds(keys, { questionIds: "30979806" })).toEqual(["30979806"]);
    expect(selectedIds(keys, { questionIds: "1-999999999" })).toEqual([5]);
    expect(() => select(keys.slice(0, 2), { questionIds: "1-999999999999" })).toThrow(
      evalError("input", '"1-999999999999"'),
    );
  });

  it("selects an id that looks like a range by its whole text", () => {
    const keys: Key[] = [
      { id: "2024-01", category: "a" },
      { id: "2024-02", category: "a" },
    ];
    expect(selectedIds(keys, { questionIds: "2024-02" })).toEqual(["2024-02"]);
  });

  it.each([
    [0, []],
    [2, [81, 82]],
    [500, mtBenchKeys.map(({ id }) => id)],
  ])("firstN %i cuts the file's start", (firstN, ids) => {
    expect(selectedIds(mtBenchKeys, { firstN })).toEqual(ids);
  });

  it("applies ids, then the sample, then the cut", () => {
    const ids = selectedIds(mtBenchKeys, { questionIds: "81-100", sample: 10, firstN: 3 });
    expect(ids).toHaveLength(3);
    expect(ids).toEqual(selectedIds(mtBenchKeys, { questionIds: "81-100", sample: 10 }).slice(0, 3));
    expect(ids.every((id) => Number(id) <= 100)).toBe(true);
  });
});

describe("a sample", () => {
  it.each([
    [8, [1]],
    [16, [2]],
    [24, [3]],
    [20, [2, 3]],
    [79, [9, 10]],
  ])("of %i from eight categories of ten holds the same share of each", (sample, shares) => {
    const counts = countByCategory(mtBenchKeys, select(mtBenchKeys, { sample }));
    expect(Object.keys(counts)).toHaveLength(8);
    expect(new Set(Object.values(counts))).toEqual(new Set(shares));
  });

  it("holds each category in exact proportion wherever the numbers allow it", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 6 }), fc.nat(5), fc.nat(), (base, parts, wanted, sampleSeed) => {
        const share = Math.min(wanted, parts);
        const keys = keysOfSizes(base.map((size) => size * parts));
        const sample = (keys.length / parts) * share;
        const counts = countByCategory(keys, select(keys, { sample, sampleSeed }));
        for (const [category, size] of base.entries()) expect(counts[`category ${category}`] ?? 0).toBe(size * share);
      }),
    );
  });

  it("has the size that was asked for, at most the whole set, without repeats, in file order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }),
        fc.nat(60),
        fc.nat(),
        (sizes, sample, sampleSeed) => {
          const keys = keysOfSizes(sizes);
          const positions = select(keys, { sample, sampleSeed });
          expect(positions).toHaveLength(Math.min(sample, keys.length));
          expect(positions).toEqual([...new Set(positions)].sort((left, right) => left - right));
        },
      ),
    );
  });

  it("contains every smaller sample of the same seed", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.nat(40), fc.nat(40), fc.nat(), (categories, one, other, sampleSeed) => {
        const keys = keysOfSizes(categories);
        const small = select(keys, { sample: Math.min(one, other), sampleSeed });
        const large = new Set(select(keys, { sample: Math.max(one, other), sampleSeed }));
        expect(small.filter((position) => !large.has(position))).toEqual([]);
      }),
    );
  });

  it("is the same for the same seed, 0 where none is given, and another for another", () => {
    const sampleOf = (sampleSeed?: number): number[] =>
      select(mtBenchKeys, { sample: 20, ...(sampleSeed !== undefined && { sampleSeed }) });
    expect(sampleOf(7)).toEqual(sampleOf(7));
    expect(sampleOf()).toEqual(sampleOf(0));
    expect(sampleOf(7)).not.toEqual(sampleOf(8));
  });

  it("picks the same questions wherever they stand in the file", () => {
    const reversed = mtBenchKeys.toReversed();
    expect(new Set(selectedIds(reversed, { sample: 20 }))).toEqual(new Set(selectedIds(mtBenchKeys, { sample: 20 })));
  });
});
