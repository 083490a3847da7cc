import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  ComparedQuestion,
  QuestionGroup,
  QuestionScore,
} from "../../../src/domain/comparison/compared-question.js";
import { compareScores, comparisonSchema } from "../../../src/domain/comparison/comparison.js";
import type { ComparisonSettings } from "../../../src/domain/comparison/file-comparison.js";
import { dataFolder, hasData } from "../../support/data.js";

const scored = (mean: number, judgments = 1): QuestionScore => ({
  kind: "scored",
  mean,
  answers: judgments,
  judgments,
  answerSpread: null,
  judgeSpread: null,
});
const failed: QuestionScore = { kind: "unscored", reason: "timeout" };

/** Questions of one file, by their scores under both models. */
function file(
  name: string,
  group: QuestionGroup,
  pairs: readonly (readonly [number | null, number | null])[],
): ComparedQuestion[] {
  const score = (value: number | null): QuestionScore => (value === null ? failed : scored(value));
  return pairs.map(([base, tuned], index) => ({
    id: `${name}${group}${index}`,
    qnaFile: `${name}/qna.yaml`,
    group,
    base: score(base),
    tuned: score(tuned),
  }));
}

/** Twenty unchanged files with as many small gains as losses: what differences look like where nothing happened. */
const quietDifferences = [
  [1, 0, -1, 0, 0],
  [0, 1, 0, -1, 1],
  [-1, 0, 0, 1, 0],
  [0, -1, 1, 0, -1],
];
const quiet = Array.from({ length: 20 }, (_, index) =>
  file(
    `quiet${index}`,
    "unchanged",
    (quietDifferences[index % 4] ?? []).map((difference) => [6, 6 + difference] as const),
  ),
).flat();

function verdictOf(questions: readonly ComparedQuestion[], settings?: Partial<ComparisonSettings>) {
  const comparison = compareScores([...questions, ...quiet], settings);
  return comparison.files[0];
}

describe("verdicts", () => {
  it.each<[string, ComparedQuestion[], string]>([
    [
      "a gain on changed questions is learned",
      file("a", "changed", [
        [4, 7],
        [5, 8],
        [3, 7],
        [5, 7],
        [4, 8],
      ]),
      "learned",
    ],
    [
      "a gain on unchanged ones is not what was tested",
      file("a", "unchanged", [
        [4, 7],
        [5, 8],
        [3, 7],
        [5, 7],
        [4, 8],
      ]),
      "no-difference",
    ],
    [
      "a loss on unchanged questions has regressed",
      file("a", "unchanged", [
        [7, 4],
        [8, 5],
        [7, 3],
        [7, 5],
        [8, 4],
      ]),
      "regressed",
    ],
    [
      "so has one on changed questions",
      file("a", "changed", [
        [7, 4],
        [8, 5],
        [7, 3],
        [7, 5],
        [8, 4],
      ]),
      "regressed",
    ],
    [
      "little happened",
      file("a", "changed", [
        [6, 6],
        [5, 6],
        [7, 6],
        [6, 6],
        [5, 5],
      ]),
      "no-difference",
    ],
    [
      "the base was good already",
      file("a", "changed", [
        [9, 9],
        [9, 9],
        [10, 9],
        [9, 10],
        [9, 9],
      ]),
      "already-solved",
    ],
    [
      "good unchanged questions are no finding",
      file("a", "unchanged", [
        [9, 9],
        [9, 9],
        [10, 9],
        [9, 10],
        [9, 9],
      ]),
      "no-difference",
    ],
    ["a single question, however large its gain", file("a", "changed", [[2, 10]]), "too-few-questions"],
    [
      "no scores at all",
      file("a", "changed", [
        [null, 5],
        [4, null],
      ]),
      "not-measured",
    ],
    [
      "most pairs lost",
      file("a", "changed", [
        [4, 8],
        [4, 8],
        [4, 8],
        [null, 8],
        [null, 8],
        [null, 8],
        [4, null],
      ]),
      "not-measured",
    ],
    [
      "errors that left too few",
      file("a", "changed", [
        [4, 8],
        [4, 8],
        [null, 8],
      ]),
      "not-measured",
    ],
    [
      "some pairs lost",
      file("a", "changed", [
        [4, 8],
        [5, 8],
        [4, 7],
        [3, 7],
        [null, 8],
      ]),
      "learned",
    ],
  ])("%s", (_, questions, verdict) => {
    expect(verdictOf(questions)?.verdict).toBe(verdict);
  });

  it("follows its settings", () => {
    const high = file("a", "changed", [
      [8, 8],
      [8, 9],
      [8, 8],
      [9, 8],
      [8, 8],
    ]);
    expect(verdictOf(high)?.verdict).toBe("no-difference");
    expect(verdictOf(high, { solvedThreshold: 8 })?.verdict).toBe("already-solved");
    expect(verdictOf(high, { detectableLimit: 0.1 })?.verdict).toBe("too-few-questions");
    expect(verdictOf(high, { minimumQuestions: 6 })?.verdict).toBe("too-few-questions");
    const slightGain = file("a", "changed", [
      [5, 6],
      [5, 6],
      [5, 6],
      [5, 6],
      [5, 5],
    ]);
    expect(verdictOf(slightGain, { fdr: 0.000_01 })?.verdict).not.toBe("learned");
    expect(verdictOf(slightGain, { fdr: 0.4 })?.verdict).toBe("learned");
  });

  it("tells whether a loss of the margin is ruled out", () => {
    const same = file(
      "a",
      "unchanged",
      Array.from({ length: 15 }, () => [7, 7] as const),
    );
    expect(verdictOf(same)?.withinMargin).toBe(true);
    expect(verdictOf(same, { margin: 0.01 })?.withinMargin).toBe(false);
  });
});

describe("few values and ties", () => {
  it("does not take equal differences for a variance of 0", () => {
    // Alone, three gains of one point: rounding allows a variance of 1/6, t = 1/√(1/18) = 4.24, with 2 degrees of freedom one-sided p 0.026.
    const [alone] = compareScores(
      file("a", "changed", [
        [5, 6],
        [5, 6],
        [6, 7],
      ]),
    ).files;
    expect(alone?.standardError).toBeCloseTo(Math.sqrt(1 / 18), 12);
    expect(alone?.gain?.p).toBeCloseTo(0.025_658_350_974_743, 10);
    expect(alone?.verdict).not.toBe("learned");
  });

  it("has no interval for one question alone, and the others' spread for one among many", () => {
    const one = file("a", "changed", [[5, 8]]);
    expect(compareScores(one).files[0]).toMatchObject({ n: 1, difference: 3, interval: null, gain: null, loss: null });
    const comparison = compareScores([...one, ...quiet]);
    expect(comparison.files[0]?.standardError).toBeCloseTo(comparison.prior?.standardDeviation ?? Number.NaN, 12);
    expect(comparison.files[0]?.interval?.[0]).toBeLessThan(3);
  });

  it("says nothing of nothing", () => {
    const comparison = comparisonSchema.parse(compareScores([]));
    expect(comparison.files).toEqual([]);
    expect(comparison.groups.all).toMatchObject({
      files: 0,
      n: 0,
      difference: null,
      interval: null,
      leftOut: { share: 0 },
    });
  });

  it("finds two identical sets of scores equal, with room for rounding", () => {
    const equal = Array.from({ length: 12 }, (_, index) =>
      file(`f${index}`, "unchanged", [
        [7, 7],
        [5, 5],
        [9, 9],
      ]),
    ).flat();
    const { groups, files } = compareScores(equal);
    expect(groups.all.difference).toBe(0);
    expect(groups.all.interval?.[0]).toBeLessThan(0);
    expect(groups.all.withinMargin).toBe(true);
    expect(files.every(({ loss }) => loss?.p === 0.5)).toBe(true);
  });
});

describe("groups", () => {
  it.each([
    [1, true],
    [2, null],
  ])("with %i of 15 questions left out rule a loss out: %s", (leftOut, ruledOut) => {
    const questions = Array.from({ length: 5 }, (_, index) =>
      file(
        `f${index}`,
        "unchanged",
        [0, 1, 2].map((question) => [7, index * 3 + question < leftOut ? null : 7] as const),
      ),
    ).flat();
    const { unchanged } = compareScores(questions).groups;
    expect(unchanged.interval?.[0]).toBeGreaterThan(-0.5);
    expect(unchanged.withinMargin).toBe(ruledOut);
    expect(compareScores(questions, { marginLeftOut: 0.5 }).groups.unchanged.withinMargin).toBe(true);
  });

  it("takes a file for a cluster, and its own interval where it is the only one", () => {
    const comparison = compareScores([
      ...file("a", "changed", [
        [4, 7],
        [5, 8],
        [3, 7],
      ]),
      ...quiet,
    ]);
    const { changed, unchanged, all } = comparison.groups;
    expect(changed).toMatchObject({ files: 1, n: 3, interval: comparison.files[0]?.interval });
    expect(unchanged).toMatchObject({ files: 20, n: 100, difference: 0 });
    expect(unchanged.degrees).toBeCloseTo(19, 9);
    expect(all).toMatchObject({ files: 21, n: 103 });
    expect(all.difference).toBeCloseTo(10 / 103, 12);
  });

  it("lists what was left out, with its reasons and share", () => {
    const { leftOut, groups } = compareScores(
      file("a", "changed", [
        [4, 7],
        [null, 8],
        [3, null],
        [null, null],
      ]),
    );
    expect(groups.changed.leftOut).toEqual({ count: 3, share: 0.75 });
    expect(leftOut.map(({ base, tuned }) => [base, tuned])).toEqual([
      ["timeout", null],
      [null, "timeout"],
      ["timeout", "timeout"],
    ]);
  });

  it("tests the changed and the unchanged questions of one file apart", () => {
    const { files } = compareScores([
      ...file("a", "changed", [
        [4, 7],
        [5, 8],
        [3, 7],
      ]),
      ...file("a", "unchanged", [
        [6, 6],
        [6, 5],
        [6, 6],
      ]),
    ]);
    expect(files.map(({ group, n, gain }) => [group, n, gain === null])).toEqual([
      ["changed", 3, false],
      ["unchanged", 3, true],
    ]);
  });

  it("pools the spread between repeats", () => {
    const score = (answerSpread: number, answers: number): QuestionScore => ({
      kind: "scored",
      mean: 6,
      answers,
      judgments: 2 * answers,
      answerSpread,
      judgeSpread: 1,
    });
    const question = { id: "q", qnaFile: "a", group: "changed", base: score(1, 3), tuned: score(2, 2) } as const;
    expect(compareScores([question]).noise).toEqual({ answers: Math.sqrt((2 * 1 + 1 * 4) / 3), judgments: 1 });
  });
});

it("has a JSON form, numbers on the scale and turned signs for turned models, whatever the scores", () => {
  const score = fc.option(fc.integer({ min: 1, max: 10 }));
  const part = fc.record({
    group: fc.constantFrom<QuestionGroup>("changed", "unchanged"),
    pairs: fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 15 }), (parts) => {
      const questions = parts.flatMap(({ group, pairs }, index) => file(`f${index}`, group, pairs));
      const comparison = compareScores(questions);
      expect(comparisonSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
      expect(comparison.pairs.length + comparison.leftOut.length).toBe(questions.length);
      const turned = compareScores(
        questions.map((question) => ({ ...question, base: question.tuned, tuned: question.base })),
      );
      for (const [index, { difference, gain, loss }] of comparison.files.entries()) {
        const other = turned.files[index];
        expect(other?.difference ?? 0).toBeCloseTo(-(difference ?? 0), 12);
        if (gain) expect(other?.loss?.p).toBeCloseTo(gain.p, 9);
        if (gain && loss) expect(gain.p + loss.p).toBeCloseTo(1, 9);
      }
    }),
    { numRuns: 200 },
  );
});

/** P(T > t) for t ≥ 0 by Simpson's rule on the density, in the angle θ with t = √ν tan θ: a road of its own. */
function tailByIntegration(t: number, degrees: number): number {
  const steps = 4_000;
  const weight = (from: number, to: number): number => {
    const width = (to - from) / steps;
    let sum = 0;
    for (let index = 0; index <= steps; index++) {
      const factor = index === 0 || index === steps ? 1 : index % 2 === 0 ? 2 : 4;
      sum += factor * Math.cos(from + index * width) ** (degrees - 1);
    }
    return (sum * width) / 3;
  };
  return weight(Math.atan(t / Math.sqrt(degrees)), Math.PI / 2) / (2 * weight(0, Math.PI / 2));
}

describe.skipIf(!hasData)("published judgments of six models", () => {
  const folder = join(dataFolder, "mt_bench_repro");
  const published = readFileSync(join(folder, "published_table6.csv"), "utf8").trim().split("\n").slice(1);
  const judges = [
    ["GPT-4o-mini", "gpt/judge_gpt4omini"],
    ["Gemma-4-12B", "gemma4/judge_12B"],
  ] as const;

  function readScores(judge: string): Map<string, [number, number | null, number | null][]> {
    const path = join(folder, "en/judgments", judge, "single_grade");
    const rated = (score: number): number | null => (score >= 1 ? score : null);
    return new Map(
      readdirSync(path).map((name) => [
        name,
        readFileSync(join(path, name), "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line))
          .map((row) => [row.question_id, rated(row.score_turn1), rated(row.score_turn2)]),
      ]),
    );
  }

  it.each(judges)("have the published mean under %s", (judge, path) => {
    const scores = [...readScores(path).values()]
      .flat()
      .flatMap(([, ...turns]) => turns.filter((turn) => turn !== null));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    expect(published).toContain(`${judge},${mean.toFixed(2)},${scores.length}`);
  });

  it.each(judges)("give the 15 pairs of models the plain paired t under %s", (_, path) => {
    const models = [...readScores(path)];
    let pairs = 0;
    for (const [index, [, base]] of models.entries()) {
      for (const [, tuned] of models.slice(index + 1)) {
        const score = ([, first, second]: [number, number | null, number | null]): QuestionScore =>
          first === null || second === null ? failed : scored((first + second) / 2, 2);
        const tunedById = new Map(tuned.map((row) => [row[0], row]));
        const questions = base.map((row): ComparedQuestion => ({
          id: row[0],
          qnaFile: "mt-bench",
          group: "changed",
          base: score(row),
          tuned: score(tunedById.get(row[0])!),
        }));
        const { files } = compareScores(questions);
        // The reference: the textbook's paired t test.
        const differences = questions.flatMap(({ base, tuned }) =>
          base.kind === "scored" && tuned.kind === "scored" ? [tuned.mean - base.mean] : [],
        );
        const n = differences.length;
        const mean = differences.reduce((sum, value) => sum + value, 0) / n;
        const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
        const t = mean / (deviation / Math.sqrt(n));
        const tail = tailByIntegration(Math.abs(t), n - 1);
        expect(files[0]?.n).toBe(n);
        expect(files[0]?.difference).toBeCloseTo(mean, 12);
        expect(files[0]?.standardError).toBeCloseTo(deviation / Math.sqrt(n), 12);
        expect(files[0]?.degrees).toBe(n - 1);
        expect(files[0]?.gain?.p).toBeCloseTo(t > 0 ? tail : 1 - tail, 9);
        expect(files[0]?.loss?.p).toBeCloseTo(t > 0 ? 1 - tail : tail, 9);
        pairs++;
      }
    }
    expect(pairs).toBe(15);
  });
});
