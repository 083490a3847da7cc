import { z } from "zod";
import { pooledSpread, splitByFile, type ComparedQuestion, type FilePart } from "./compared-question.js";
import {
  compareFiles,
  countLeftOut,
  differenceInterval,
  defaultComparisonSettings,
  fileComparisonSchema,
  fileVariancePrior,
  groupSchema,
  intervalSchema,
  leftOutSchema,
  meanOf,
  shareSchema,
  type ComparisonSettings,
  type FileComparison,
  type MeanError,
} from "./file-comparison.js";
import { questionIdSchema } from "../mt-bench/question.js";
import { detectableDifference, fewClustersMean } from "../statistics/statistics.js";
import { verdicts } from "../statistics/verdict.js";

const groupComparisonSchema = z.strictObject({
  files: z.number().int().nonnegative().describe("files with at least one pair"),
  n: z.number().int().nonnegative(),
  baseMean: z.number().nullable(),
  tunedMean: z.number().nullable(),
  difference: z.number().nullable(),
  standardError: z.number().nullable(),
  degrees: z.number().nullable(),
  interval: intervalSchema.describe("95 % interval; clustered by file, or the file's own where there is just one"),
  detectable: z.number().nullable(),
  withinMargin: z
    .boolean()
    .nullable()
    .describe("the interval rules out a loss of the margin or more; null where too little was measured to say so"),
  leftOut: leftOutSchema,
  verdicts: z.array(z.strictObject({ verdict: z.enum(verdicts), files: z.number().int().nonnegative() })).readonly(),
});

const spreadSchema = z
  .strictObject({ answers: z.number().nullable(), judgments: z.number().nullable() })
  .describe("standard deviation between repeats of the answer, and of its judgment; null without repeats");

const pairSchema = z.strictObject({
  id: questionIdSchema,
  qnaFile: z.string(),
  group: groupSchema,
  base: z.number(),
  tuned: z.number(),
  difference: z.number(),
  spread: z.strictObject({ base: spreadSchema, tuned: spreadSchema }),
});

export const leftOutPairSchema = z.strictObject({
  id: questionIdSchema,
  qnaFile: z.string(),
  group: groupSchema,
  base: z.string().nullable().describe("why the base model has no score; null where it has one"),
  tuned: z.string().nullable(),
});

/** The JSON form of the statistics of a comparison. */
export const comparisonSchema = z.strictObject({
  kind: z.literal("branchbench-comparison"),
  settings: z.strictObject({
    fdr: shareSchema,
    margin: z.number().nonnegative(),
    solvedThreshold: z.number(),
    minimumQuestions: z.number().int().positive(),
    detectableLimit: z.number().positive(),
    maximumLeftOut: shareSchema,
    marginLeftOut: shareSchema.describe("with a larger share of a group left out, its withinMargin is null"),
  }),
  groups: z.strictObject({
    changed: groupComparisonSchema,
    unchanged: groupComparisonSchema,
    all: groupComparisonSchema,
  }),
  files: z.array(fileComparisonSchema).readonly().describe("one per file and group, in the order of the questions"),
  pairs: z.array(pairSchema).readonly(),
  leftOut: z.array(leftOutPairSchema).readonly(),
  prior: z
    .strictObject({ degrees: z.union([z.number(), z.literal("infinite")]), standardDeviation: z.number() })
    .nullable()
    .describe("the spread of differences within files that each file's own is shrunk towards"),
  noise: z
    .strictObject({ answers: z.number().nullable(), judgments: z.number().nullable() })
    .describe("standard deviation of a score between repeats of the answer, and of its judgment; null without repeats"),
});

export type Comparison = z.infer<typeof comparisonSchema>;
type GroupComparison = z.infer<typeof groupComparisonSchema>;

/** Compares two models on the same questions: paired by question, tested by file, summed up by group with each file a cluster. */
export function compareScores(
  questions: readonly ComparedQuestion[],
  chosen: Partial<ComparisonSettings> = {},
): Comparison {
  const settings = { ...defaultComparisonSettings, ...chosen };
  const parts = splitByFile(questions);
  const files = compareFiles(parts, settings);
  const prior = fileVariancePrior(parts);
  const groupOf = (includes: (part: { readonly group: string }) => boolean): GroupComparison =>
    compareGroup(parts.filter(includes), files.filter(includes), settings);
  return {
    kind: "branchbench-comparison",
    settings,
    groups: {
      changed: groupOf(({ group }) => group === "changed"),
      unchanged: groupOf(({ group }) => group === "unchanged"),
      all: groupOf(() => true),
    },
    files,
    pairs: parts.flatMap((part) => part.pairs),
    leftOut: parts.flatMap((part) => part.leftOut),
    prior:
      prior.variance === null
        ? null
        : {
            degrees: prior.degrees === Infinity ? "infinite" : prior.degrees,
            standardDeviation: Math.sqrt(prior.variance),
          },
    noise: {
      answers: pooledSpread(questions, (score) => [score.answerSpread, score.answers - 1]),
      judgments: pooledSpread(questions, (score) => [score.judgeSpread, score.judgments - score.answers]),
    },
  };
}

function compareGroup(
  parts: readonly FilePart[],
  files: readonly FileComparison[],
  settings: ComparisonSettings,
): GroupComparison {
  const pairs = parts.flatMap((part) => part.pairs);
  const byFile = new Map<string, number[]>();
  for (const { qnaFile, difference } of pairs) byFile.set(qnaFile, [...(byFile.get(qnaFile) ?? []), difference]);
  const counts = {
    files: byFile.size,
    n: pairs.length,
    leftOut: countLeftOut(
      parts.reduce((sum, { leftOut }) => sum + leftOut.length, 0),
      pairs.length,
    ),
    verdicts: verdicts.map((verdict) => ({
      verdict,
      files: files.filter((file) => file.verdict === verdict).length,
    })),
  };
  if (pairs.length === 0) return { ...counts, ...noMeans };
  const measured = files.filter(({ n }) => n > 0);
  // One file has no spread between files; what its own questions say is all there is.
  const only = measured.length === 1 ? measured[0] : undefined;
  const error = only ? errorOf(only) : withRounding(fewClustersMean(byFile.values()), parts);
  const difference = meanOf(pairs.map((pair) => pair.difference));
  const described = describeError(difference, error, settings);
  const isFull = counts.leftOut.share <= settings.marginLeftOut;
  return {
    ...counts,
    baseMean: meanOf(pairs.map(({ base }) => base)),
    tunedMean: meanOf(pairs.map(({ tuned }) => tuned)),
    difference,
    ...described,
    withinMargin: isFull ? described.withinMargin : null,
  };
}

const noError = { standardError: null, degrees: null, interval: null, detectable: null, withinMargin: null };
const noMeans = { baseMean: null, tunedMean: null, difference: null, ...noError };

function describeError(
  difference: number,
  error: MeanError | undefined,
  settings: ComparisonSettings,
): Pick<GroupComparison, keyof typeof noError> {
  if (error === undefined) return noError;
  const interval = differenceInterval(difference, error);
  return {
    standardError: error.standardError,
    degrees: error.degrees,
    interval,
    detectable: detectableDifference({ ...error, level: 0.025 }),
    withinMargin: interval[0] > -settings.margin,
  };
}

function errorOf({ standardError, degrees }: FileComparison): MeanError | undefined {
  return standardError === null || degrees === null ? undefined : { standardError, degrees };
}

/** Where the files' sums show no spread at all, frequent among few integers, rounding alone makes more: see the variances of files. */
function withRounding(error: MeanError | undefined, parts: readonly FilePart[]): MeanError | undefined {
  if (error === undefined || error.standardError > 1e-9) return error;
  const n = parts.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const rounding = parts.reduce((sum, { pairs, roundingVariance }) => sum + pairs.length * roundingVariance, 0) / n;
  return { standardError: Math.sqrt(rounding / n), degrees: error.degrees };
}
