import type { Comparison } from "../../src/domain/comparison/comparison.js";
import type { FileComparison } from "../../src/domain/comparison/file-comparison.js";
import { adjustBenjaminiHochberg } from "../../src/domain/statistics/multiple-testing.js";
import { signFlipTest } from "../../src/domain/statistics/sign-flip.js";
import { studentTail } from "../../src/domain/statistics/statistics.js";

/** What a candidate test calls of one comparison. */
export interface Calls {
  readonly learned: ReadonlySet<string>;
  readonly regressed: ReadonlySet<string>;
}

/** One-sided p-values of one file. */
interface SidedPValues {
  readonly gain: number;
  readonly loss: number;
}

export const candidates = ["paired t", "sign-flip", "moderated t", "moderated t, two-sided"] as const;
export type Candidate = (typeof candidates)[number];

type Caller = (comparison: Comparison, differences: ReadonlyMap<string, number[]>) => Calls;

/** Every candidate's calls, with the same families and corrections as the product's. */
const callers: Readonly<Record<Candidate, Caller>> = {
  "paired t": ({ files, settings }, differences) =>
    oneSidedCalls(files, settings.fdr, ({ qnaFile }) => pairedT(differences.get(qnaFile) ?? [])),
  "sign-flip": ({ files, settings }, differences) =>
    oneSidedCalls(files, settings.fdr, ({ qnaFile }) => {
      const values = differences.get(qnaFile) ?? [];
      return { gain: signFlipTest(values), loss: signFlipTest(values.map((value) => -value)) };
    }),
  "moderated t": ({ files }) => ({
    learned: new Set(files.filter(({ verdict }) => verdict === "learned").map(({ qnaFile }) => qnaFile)),
    regressed: new Set(files.filter(({ verdict }) => verdict === "regressed").map(({ qnaFile }) => qnaFile)),
  }),
  "moderated t, two-sided": ({ files, settings }) => twoSidedCalls(files, settings.fdr),
};

export function callsOf(
  candidate: Candidate,
  comparison: Comparison,
  differences: ReadonlyMap<string, number[]>,
): Calls {
  return callers[candidate](comparison, differences);
}

function oneSidedCalls(
  files: readonly FileComparison[],
  fdr: number,
  pValues: (file: FileComparison) => SidedPValues,
): Calls {
  const tested = files.map((file) => ({ file, ...pValues(file) }));
  const changed = tested.filter(({ file }) => file.group === "changed");
  const level = changed.length > 0 ? fdr / 2 : fdr;
  return {
    learned: called(
      changed.map(({ file, gain }) => ({ file, p: gain })),
      level,
    ),
    regressed: called(
      tested.map(({ file, loss }) => ({ file, p: loss })),
      level,
    ),
  };
}

/** Changed files for any difference, unchanged ones for a loss. */
function twoSidedCalls(files: readonly FileComparison[], fdr: number): Calls {
  const changed = files.filter(({ group }) => group === "changed");
  const unchanged = files.filter(({ group }) => group === "unchanged");
  const level = changed.length > 0 && unchanged.length > 0 ? fdr / 2 : fdr;
  const different = called(
    changed.map((file) => ({ file, p: 2 * Math.min(file.gain?.p ?? 1, file.loss?.p ?? 1, 0.5) })),
    level,
  );
  const worse = called(
    unchanged.map((file) => ({ file, p: file.loss?.p ?? 1 })),
    level,
  );
  const gained = new Set(files.filter(({ difference }) => (difference ?? 0) > 0).map(({ qnaFile }) => qnaFile));
  return {
    learned: new Set([...different].filter((file) => gained.has(file))),
    regressed: new Set([...worse, ...[...different].filter((file) => !gained.has(file))]),
  };
}

function called(tests: readonly { readonly file: FileComparison; readonly p: number }[], level: number): Set<string> {
  const adjusted = adjustBenjaminiHochberg(tests.map(({ p }) => p));
  return new Set(tests.filter((_, index) => (adjusted[index] ?? 1) <= level).map(({ file }) => file.qnaFile));
}

/** The textbook's: equal differences other than 0 are infinitely significant. */
function pairedT(values: readonly number[]): SidedPValues {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  if (mean === 0) return { gain: 0.5, loss: 0.5 };
  const t = mean / Math.sqrt(variance / n);
  const gain = Number.isFinite(t) ? studentTail(t, n - 1) : Number(t < 0);
  return { gain, loss: 1 - gain };
}
