import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComparedTask, McqResult } from "../../../src/domain/mmlu/mcq-comparison.js";
import { compareMcq } from "../../../src/domain/mmlu/mcq-comparison.js";
import { mcqComparisonSchema } from "../../../src/domain/mmlu/mcq-comparison-schema.js";

const right: McqResult = { kind: "scored", correct: true };
const wrong: McqResult = { kind: "scored", correct: false };
const failed: McqResult = { kind: "unscored", reason: "timeout" };

interface Cells {
  readonly both?: number;
  readonly gained?: number;
  readonly lost?: number;
  readonly neither?: number;
  readonly failed?: number;
}

function task(name: string, cells: Cells, form: ComparedTask["form"] = "letters"): ComparedTask {
  const rows = (count: number | undefined, base: McqResult, tuned: McqResult) =>
    Array.from({ length: count ?? 0 }, () => ({ base, tuned }));
  const questions = [
    ...rows(cells.both, right, right),
    ...rows(cells.gained, wrong, right),
    ...rows(cells.lost, right, wrong),
    ...rows(cells.neither, wrong, wrong),
    ...rows(cells.failed, failed, right),
  ].map((pair, id) => ({ id, ...pair }));
  return { task: name, form, questions };
}

describe("compareMcq", () => {
  it.each<[string, Cells, string]>([
    ["many gained", { gained: 20, both: 10, neither: 5 }, "learned"],
    ["many lost", { lost: 20, both: 10, neither: 5 }, "regressed"],
    ["nothing changed of many", { both: 150, neither: 150 }, "no-difference"],
    ["as many gained as lost, of many", { gained: 20, lost: 20, both: 200, neither: 100 }, "no-difference"],
    ["nothing changed of few", { both: 5, neither: 5 }, "too-few-questions"],
    ["five, all gained: nothing smaller could speak", { gained: 5 }, "too-few-questions"],
    ["high before", { both: 30, neither: 1 }, "already-solved"],
    ["high before, and lost", { both: 30, lost: 30 }, "regressed"],
    ["one question, right before and after", { both: 1 }, "too-few-questions"],
    ["one question", { gained: 1 }, "too-few-questions"],
    ["nothing", {}, "not-measured"],
    ["mostly failed", { gained: 20, failed: 30 }, "not-measured"],
    ["a few failed", { gained: 20, both: 5, failed: 3 }, "learned"],
  ])("%s", (_, cells, verdict) => {
    const { tasks } = compareMcq([task("t", cells)]);
    expect(tasks[0]?.verdict).toBe(verdict);
  });

  it("counts a failure as no answer, not as a wrong one, and says which it was", () => {
    const { tasks, leftOut, differing, overall } = compareMcq([task("t", { both: 3, lost: 1, failed: 2 })]);
    expect(tasks[0]).toMatchObject({ n: 4, baseAcc: 1, tunedAcc: 0.75, difference: -0.25, gained: 0, lost: 1, p: 1 });
    expect(tasks[0]?.leftOut).toEqual({ count: 2, share: 2 / 6 });
    expect(leftOut).toEqual([
      { task: "t", id: 4, base: "timeout", tuned: null },
      { task: "t", id: 5, base: "timeout", tuned: null },
    ]);
    expect(differing).toEqual([{ task: "t", id: 3, change: "lost" }]);
    expect(overall).toHaveLength(1);
    expect(overall[0]).toMatchObject({ n: 4, tasks: 1, leftOut: { count: 2 } });
  });

  it("reports the plain mean over tasks beside the share of all questions", () => {
    const [overall] = compareMcq([task("large", { both: 30, neither: 10 }), task("small", { gained: 10 })]).overall;
    expect(overall).toMatchObject({ n: 50, baseMean: 0.375, tunedMean: 0.875, baseAcc: 0.6, tunedAcc: 0.8 });
    expect(overall?.difference).toBeCloseTo(0.2, 12);
  });

  it("never puts letters and texts into one figure", () => {
    const { overall } = compareMcq([task("a", { both: 9 }), task("b", { neither: 9 }, "texts")]);
    expect(overall.map(({ form, n, baseAcc }) => [form, n, baseAcc])).toEqual([
      ["letters", 9, 1],
      ["texts", 9, 0],
    ]);
  });

  it("asks for more where more tasks are tested", () => {
    const alone = compareMcq([task("a", { gained: 7, both: 3 })]);
    const amongMany = compareMcq([
      task("a", { gained: 7, both: 3 }),
      ...Array.from({ length: 9 }, (_, index) => task(`b${index}`, { both: 5, neither: 5 })),
    ]);
    expect(alone.tasks[0]?.verdict).toBe("learned");
    expect(alone.tasks[0]?.gain?.p).toBeCloseTo(0.0078125, 12);
    expect(alone.tasks[0]?.gain?.q).toBeCloseTo(0.015625, 12);
    expect(amongMany.tasks[0]?.verdict).toBe("too-few-questions");
    expect(amongMany.tasks[0]?.gain?.q).toBeCloseTo(0.15625, 12);
  });

  it("takes tasks for clusters: questions that change together are no more than one observation", () => {
    const tasks = [task("a", { gained: 20 }), task("b", { neither: 20 }), task("c", { neither: 20 })];
    const [overall] = compareMcq(tasks).overall;
    expect(overall?.p).toBeLessThan(1e-5);
    expect(overall?.interval?.[0]).toBeLessThan(0);
  });

  it("gives an interval with a width also where nothing changed", () => {
    const { tasks, overall } = compareMcq([task("a", { both: 10 }), task("b", { neither: 10 })]);
    for (const { interval } of [...tasks, ...overall]) {
      expect(interval?.[0]).toBeLessThan(-0.01);
      expect(interval?.[1]).toBeGreaterThan(0.01);
    }
  });

  it("fits its schema, mirrors when the models change places, and keeps every figure on the scale", () => {
    const size = fc.integer({ min: 0, max: 30 });
    const cells = fc.record({
      both: size,
      gained: size,
      lost: size,
      neither: size,
      failed: fc.integer({ max: 3, min: 0 }),
    });
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 6 }), (all) => {
        const result = compareMcq(all.map((one, index) => task(`t${index}`, one)));
        expect(mcqComparisonSchema.parse(structuredClone(result))).toEqual(result);
        const swapped = compareMcq(
          all.map((one, index) => task(`t${index}`, { ...one, gained: one.lost, lost: one.gained })),
        );
        for (const [index, found] of result.tasks.entries()) {
          const other = swapped.tasks[index];
          expect(found.gain).toEqual(other?.loss);
          expect((found.difference ?? 0) + (other?.difference ?? 0)).toBeCloseTo(0, 12);
          if (found.interval !== null) {
            expect(found.interval[0]).toBeLessThanOrEqual(found.difference ?? 0);
            expect(found.interval[1]).toBeGreaterThanOrEqual(found.difference ?? 0);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
