import { z } from "zod";
import { questionGroups, type FilePart } from "./compared-question.js";
import { estimatePrior, moderateVariance, type GroupVariance, type VariancePrior } from "../statistics/moderated-t.js";
import { adjustBenjaminiHochberg } from "../statistics/multiple-testing.js";
import { mtBenchScale } from "../mt-bench/rating.js";
import { detectableDifference, studentQuantile, studentTail, withinScale } from "../statistics/statistics.js";
import type { Verdict } from "../statistics/verdict.js";
import { verdicts } from "../statistics/verdict.js";

/** What one would call a difference; the reasons are in docs/decisions/0008-comparison-statistics.md. */
export interface ComparisonSettings {
  /** the share of false ones among all *learned* and *regressed* that is put up with */
  readonly fdr: number;
  /** points that unchanged questions may lose before it counts */
  readonly margin: number;
  /** a file whose base mean reaches this needs no training */
  readonly solvedThreshold: number;
  /** files with fewer scored pairs get no verdict */
  readonly minimumQuestions: number;
  /** where only a larger difference than this would have shown, there are too few questions to say that there is none */
  readonly detectableLimit: number;
  /** a file with a larger share of its pairs left out is not measured */
  readonly maximumLeftOut: number;
  /** where a larger share of a group's pairs is left out, no loss is ruled out: what failed may be the part that got worse */
  readonly marginLeftOut: number;
}

export const defaultComparisonSettings: ComparisonSettings = {
  fdr: 0.05,
  margin: 0.5,
  solvedThreshold: 9,
  minimumQuestions: 3,
  detectableLimit: 2,
  maximumLeftOut: 0.5,
  marginLeftOut: 0.1,
};

export const groupSchema = z.enum(questionGroups);
export const shareSchema = z.number().min(0).max(1);
export const intervalSchema = z.tuple([z.number(), z.number()]).readonly().nullable();
export const leftOutSchema = z.strictObject({
  count: z.number().int().nonnegative(),
  share: shareSchema.describe("of the pairs that should have been compared"),
});

const testSchema = z
  .strictObject({
    p: shareSchema.describe("one-sided, by the moderated t"),
    q: shareSchema.describe("the false discovery rate over the whole comparison at which it would be called"),
  })
  .nullable();

export const fileComparisonSchema = z.strictObject({
  qnaFile: z.string(),
  group: groupSchema,
  verdict: z.enum(verdicts),
  n: z.number().int().nonnegative().describe("questions with a score from both models"),
  baseMean: z.number().nullable(),
  tunedMean: z.number().nullable(),
  difference: z.number().nullable().describe("mean of tuned − base over the n questions"),
  standardError: z.number().nullable(),
  degrees: z.number().nullable().describe("of freedom, of the moderated t"),
  interval: intervalSchema.describe("95 % interval of the difference"),
  gain: testSchema.describe("null where the file was not tested for a gain"),
  loss: testSchema.describe("null where the file was not tested for a loss"),
  detectable: z
    .number()
    .nullable()
    .describe(
      "the smallest true difference that would have been called with 80 % power; null where nothing was tested",
    ),
  withinMargin: z.boolean().nullable().describe("the interval rules out a loss of the margin or more"),
  leftOut: leftOutSchema,
});

export type FileComparison = z.infer<typeof fileComparisonSchema>;

/** With fewer files, how much their variances differ cannot be told well enough to lean on it: each file then speaks for itself. */
const filesToBorrowFrom = 10;

/** Standard errors by which the files' variances are taken to differ more than they seem to. */
const caution = 1;

/** The spread of differences within files, from all of them. */
export function fileVariancePrior(parts: readonly FilePart[]): VariancePrior {
  const variances = parts.map(varianceOf).filter(({ degrees }) => degrees > 0);
  if (variances.length < filesToBorrowFrom) return estimatePrior([]);
  return estimatePrior(variances, caution);
}

/**
 * Tests each file and says what can be said of it, in the order given. Changed files are tested for a gain and all files for a loss, each
 * family with a Benjamini–Hochberg correction of its own; where there are two, each has half of the false discovery rate.
 */
export function compareFiles(parts: readonly FilePart[], settings: ComparisonSettings): FileComparison[] {
  const prior = fileVariancePrior(parts);
  const files = parts.map((part) => measureFile(part, prior));
  const testable = files.filter(({ n, error }) => error !== null && n >= settings.minimumQuestions);
  const changed = testable.filter(({ part }) => part.group === "changed");
  const families = changed.length > 0 ? 2 : 1;
  const gains = testFamily(changed, { sign: 1, families });
  const losses = testFamily(testable, { sign: -1, families });
  return files.map((file) => {
    const gain = gains.get(file) ?? null;
    const loss = losses.get(file) ?? null;
    const size = gain ? gains.size : losses.size;
    const detectable =
      file.error && loss ? detectableDifference({ ...file.error, level: settings.fdr / families / size }) : null;
    const facts = { ...describeFile(file, settings), gain, loss, detectable };
    return { ...facts, verdict: fileVerdict(facts, settings) };
  });
}

/** How sure a mean is. */
export interface MeanError {
  readonly standardError: number;
  /** of freedom, of its t distribution; at least 1 */
  readonly degrees: number;
}

interface MeasuredFile {
  readonly part: FilePart;
  readonly n: number;
  /** mean of tuned − base; 0 without pairs */
  readonly difference: number;
  /** null where neither the file nor the others say how much differences vary */
  readonly error: MeanError | null;
}

function measureFile(part: FilePart, prior: VariancePrior): MeasuredFile {
  const n = part.pairs.length;
  if (n === 0) return { part, n, difference: 0, error: null };
  const moderated = moderateVariance(varianceOf(part), prior);
  // With less than one degree of freedom the t distribution has no useful quantiles.
  const error =
    moderated && moderated.degrees >= 1
      ? { standardError: Math.sqrt(moderated.variance / n), degrees: moderated.degrees }
      : null;
  return { part, n, difference: meanOf(part.pairs.map(({ difference }) => difference)), error };
}

/**
 * The variance of a file's differences, but not less than rounding to whole points makes it: scores that are all equal, frequent among few
 * integers, are no proof of a variance of 0, and their logarithms would leave nothing of the prior.
 */
function varianceOf({ pairs, roundingVariance }: FilePart): GroupVariance {
  const degrees = pairs.length - 1;
  if (degrees <= 0) return { variance: roundingVariance, degrees: 0 };
  const mean = meanOf(pairs.map(({ difference }) => difference));
  const sum = pairs.reduce((total, { difference }) => total + (difference - mean) ** 2, 0);
  return { variance: Math.max(roundingVariance, sum / degrees), degrees };
}

interface Family {
  /** 1 for gains, −1 for losses */
  readonly sign: 1 | -1;
  /** families that share the false discovery rate */
  readonly families: number;
}

function testFamily(
  files: readonly MeasuredFile[],
  { sign, families }: Family,
): Map<MeasuredFile, { readonly p: number; readonly q: number }> {
  const pValues = files.map(({ difference, error }) =>
    error === null ? 1 : studentTail((sign * difference) / error.standardError, error.degrees),
  );
  const adjusted = adjustBenjaminiHochberg(pValues);
  return new Map(
    files.map((file, index) => [file, { p: pValues[index] ?? 1, q: Math.min(1, families * (adjusted[index] ?? 1)) }]),
  );
}

type FileFacts = Omit<FileComparison, "verdict">;

function describeFile(
  { part, n, difference, error }: MeasuredFile,
  settings: ComparisonSettings,
): Omit<FileFacts, "gain" | "loss" | "detectable"> {
  const interval = error && differenceInterval(difference, error);
  return {
    qnaFile: part.qnaFile,
    group: part.group,
    n,
    baseMean: n === 0 ? null : meanOf(part.pairs.map(({ base }) => base)),
    tunedMean: n === 0 ? null : meanOf(part.pairs.map(({ tuned }) => tuned)),
    difference: n === 0 ? null : difference,
    standardError: error?.standardError ?? null,
    degrees: error?.degrees ?? null,
    interval,
    withinMargin: interval && interval[0] > -settings.margin,
    leftOut: countLeftOut(part.leftOut.length, n),
  };
}

/** 95 % interval of a difference of two scores, as far as it lies on the scale. */
export function differenceInterval(difference: number, { standardError, degrees }: MeanError): [number, number] {
  const reach = studentQuantile(0.975, degrees) * standardError;
  const most = mtBenchScale.max - mtBenchScale.min;
  return withinScale([difference - reach, difference + reach], { min: -most, max: most });
}

/** How many pairs were left out of how many. */
export function countLeftOut(count: number, n: number): { count: number; share: number } {
  return { count, share: count === 0 ? 0 : count / (count + n) };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What was shown goes before what was not; errors go before both, for what is left may be the easy part. */
function fileVerdict(file: FileFacts, settings: ComparisonSettings): Verdict {
  const lostByErrors = file.n < settings.minimumQuestions && file.n + file.leftOut.count >= settings.minimumQuestions;
  if (file.n === 0 || lostByErrors || file.leftOut.share > settings.maximumLeftOut) return "not-measured";
  if (isCalled(file.loss, settings)) return "regressed";
  if (isCalled(file.gain, settings)) return "learned";
  if (file.group === "changed" && (file.baseMean ?? 0) >= settings.solvedThreshold) return "already-solved";
  if (file.group === "unchanged" && file.withinMargin === true) return "no-difference";
  const couldHaveShown = file.detectable !== null && file.detectable <= settings.detectableLimit;
  return couldHaveShown ? "no-difference" : "too-few-questions";
}

function isCalled(test: FileFacts["gain"], { fdr }: ComparisonSettings): boolean {
  return test !== null && test.q <= fdr;
}
