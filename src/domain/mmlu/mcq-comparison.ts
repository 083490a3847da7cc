import { detectableGain, mcnemar } from "../statistics/mcnemar.js";
import { adjustBenjaminiHochberg } from "../statistics/multiple-testing.js";
import { plainMean } from "../statistics/accuracy.js";
import type { McqComparison, McqTaskComparison, OverallComparison } from "./mcq-comparison-schema.js";
import type { ContinuationForm } from "../scoring/multiple-choice.js";
import { detectableDifference, fewClustersMean, studentQuantile, withinScale } from "../statistics/statistics.js";
import type { Verdict } from "../statistics/verdict.js";
import { verdicts } from "../statistics/verdict.js";

/** What one model made of one question; one that failed was not measured, and is no wrong answer. */
export type McqResult =
  | { readonly kind: "scored"; readonly correct: boolean }
  | { readonly kind: "unscored"; readonly reason: string };

/** One question that both models were asked. */
interface ComparedMcq {
  /** lm-eval's `doc_id` */
  readonly id: number;
  readonly base: McqResult;
  readonly tuned: McqResult;
}

export interface ComparedTask {
  readonly task: string;
  readonly form: ContinuationForm;
  readonly questions: readonly ComparedMcq[];
}

/** What one would call a difference; see docs/decisions/0011-mmlu.md. */
export interface McqComparisonSettings {
  /** the share of false ones among all *learned* and *regressed* that is put up with */
  readonly fdr: number;
  /** a task whose base accuracy reaches this needs no training */
  readonly solvedThreshold: number;
  /** tasks with fewer questions are never *already solved* */
  readonly minimumQuestions: number;
  /** where only a larger difference than this would have shown, there are too few questions to say that there is none */
  readonly detectableLimit: number;
  /** a task with a larger share of its questions left out is not measured */
  readonly maximumLeftOut: number;
}

const defaultMcqComparisonSettings: McqComparisonSettings = {
  fdr: 0.05,
  solvedThreshold: 0.9,
  minimumQuestions: 3,
  detectableLimit: 0.2,
  maximumLeftOut: 0.5,
};

/**
 * Compares two models question by question: McNemar's exact test per task, one-sided for a gain and for a loss, each family with a
 * Benjamini–Hochberg correction of its own at half of the false discovery rate; and over all, with each task a cluster.
 */
export function compareMcq(tasks: readonly ComparedTask[], chosen: Partial<McqComparisonSettings> = {}): McqComparison {
  const settings = { ...defaultMcqComparisonSettings, ...chosen };
  const counted = tasks.map(countTask);
  const compared = compareTasks(counted, settings);
  const forms = [...new Set(tasks.map(({ form }) => form))];
  return {
    kind: "branchbench-mcq-comparison",
    settings,
    overall: forms.map((form) => {
      const isOfForm = (task: { readonly form: ContinuationForm }): boolean => task.form === form;
      return { form, ...compareOverall(counted.filter(isOfForm), compared.filter(isOfForm)) };
    }),
    tasks: compared,
    differing: counted.flatMap(({ differing }) => differing),
    leftOut: counted.flatMap(({ leftOut }) => leftOut),
  };
}

interface CountedTask {
  readonly task: string;
  readonly form: ContinuationForm;
  readonly n: number;
  readonly baseCorrect: number;
  readonly tunedCorrect: number;
  readonly gained: number;
  readonly lost: number;
  readonly differing: McqComparison["differing"];
  readonly leftOut: McqComparison["leftOut"];
}

function countTask({ task, form, questions }: ComparedTask): CountedTask {
  const differing: McqComparison["differing"][number][] = [];
  const leftOut: McqComparison["leftOut"][number][] = [];
  let [n, baseCorrect, tunedCorrect] = [0, 0, 0];
  for (const { id, base, tuned } of questions) {
    if (base.kind === "unscored" || tuned.kind === "unscored") {
      leftOut.push({ task, id, base: reasonOf(base), tuned: reasonOf(tuned) });
      continue;
    }
    n++;
    if (base.correct) baseCorrect++;
    if (tuned.correct) tunedCorrect++;
    if (base.correct !== tuned.correct) differing.push({ task, id, change: tuned.correct ? "gained" : "lost" });
  }
  const gained = differing.filter(({ change }) => change === "gained").length;
  const lost = differing.length - gained;
  return { task, form, n, baseCorrect, tunedCorrect, gained, lost, differing, leftOut };
}

function reasonOf(result: McqResult): string | null {
  return result.kind === "unscored" ? result.reason : null;
}

/** Gains and losses are two families that share the false discovery rate. */
const families = 2;

function compareTasks(tasks: readonly CountedTask[], settings: McqComparisonSettings): McqTaskComparison[] {
  const testable = tasks.filter(({ n }) => n > 0);
  const pValues = testable.map(mcnemar);
  const adjusted = {
    gain: adjustBenjaminiHochberg(pValues.map(({ gain }) => gain)),
    loss: adjustBenjaminiHochberg(pValues.map(({ loss }) => loss)),
  };
  const tests = new Map(
    testable.map((task, index) => {
      const test = (side: "gain" | "loss"): { p: number; q: number } => ({
        p: pValues[index]?.[side] ?? 1,
        q: Math.min(1, families * (adjusted[side][index] ?? 1)),
      });
      return [task, { gain: test("gain"), loss: test("loss") }];
    }),
  );
  const level = settings.fdr / families / Math.max(1, testable.length);
  return tasks.map((task) => {
    const discordant = task.gained + task.lost;
    const facts = {
      ...describePairs(task),
      interval: task.n === 0 ? null : pairedInterval(task),
      detectable: task.n === 0 ? null : detectableGain({ n: task.n, discordant, level }),
      ...(tests.get(task) ?? { gain: null, loss: null }),
    };
    return { task: task.task, form: task.form, verdict: taskVerdict(facts, settings), ...facts };
  });
}

type PairCounts = Omit<CountedTask, "task" | "form" | "differing" | "leftOut"> & {
  readonly leftOut: { readonly length: number };
};

function describePairs({ n, baseCorrect, tunedCorrect, gained, lost, leftOut }: PairCounts) {
  const count = leftOut.length;
  return {
    n,
    baseAcc: n === 0 ? null : baseCorrect / n,
    tunedAcc: n === 0 ? null : tunedCorrect / n,
    difference: n === 0 ? null : (gained - lost) / n,
    gained,
    lost,
    p: n === 0 ? null : mcnemar({ gained, lost }).twoSided,
    leftOut: { count, share: count === 0 ? 0 : count / (count + n) },
  };
}

/**
 * 95 % interval of a difference of two paired shares: Wald's after half a question is added to each of the four kinds, which holds its level
 * for few questions and has no width of 0 where none differ (Agresti & Min, Statistics in Medicine 24, 2005).
 */
function pairedInterval({ n, gained, lost }: Pick<CountedTask, "n" | "gained" | "lost">): [number, number] {
  const count = n + 2;
  const difference = (gained - lost) / count;
  const spread = Math.sqrt((gained + lost + 1) / count - difference ** 2);
  const reach = (normalQuantile * spread) / Math.sqrt(count);
  return withinScale([difference - reach, difference + reach], { min: -1, max: 1 });
}

const normalQuantile = 1.959_963_984_540_054;

type TaskFacts = Omit<McqTaskComparison, "task" | "form" | "verdict">;

/** In the order of file-comparison.ts: errors, then what was shown, then what was not. */
function taskVerdict(task: TaskFacts, settings: McqComparisonSettings): Verdict {
  if (task.n === 0 || task.leftOut.share > settings.maximumLeftOut) return "not-measured";
  if (task.loss !== null && task.loss.q <= settings.fdr) return "regressed";
  if (task.gain !== null && task.gain.q <= settings.fdr) return "learned";
  if (task.n >= settings.minimumQuestions && (task.baseAcc ?? 0) >= settings.solvedThreshold) return "already-solved";
  return task.detectable !== null && task.detectable <= settings.detectableLimit
    ? "no-difference"
    : "too-few-questions";
}

function compareOverall(
  tasks: readonly CountedTask[],
  compared: readonly McqTaskComparison[],
): Omit<OverallComparison, "form"> {
  const total = (part: "n" | "baseCorrect" | "tunedCorrect" | "gained" | "lost"): number =>
    tasks.reduce((sum, task) => sum + task[part], 0);
  const pooled = {
    n: total("n"),
    baseCorrect: total("baseCorrect"),
    tunedCorrect: total("tunedCorrect"),
    gained: total("gained"),
    lost: total("lost"),
    leftOut: { length: tasks.reduce((sum, { leftOut }) => sum + leftOut.length, 0) },
  };
  const measured = compared.filter(({ n }) => n > 0);
  return {
    tasks: measured.length,
    baseMean: plainMean(measured.flatMap(({ baseAcc }) => baseAcc ?? [])),
    tunedMean: plainMean(measured.flatMap(({ tunedAcc }) => tunedAcc ?? [])),
    ...describePairs(pooled),
    ...overallError(tasks, pooled),
    verdicts: verdicts.map((verdict) => ({
      verdict,
      tasks: compared.filter((task) => task.verdict === verdict).length,
    })),
  };
}

/** Several tasks are clusters; one task, or tasks that show no spread at all, have what their questions say. */
function overallError(
  tasks: readonly CountedTask[],
  pooled: Pick<CountedTask, "n" | "gained" | "lost">,
): Pick<OverallComparison, "standardError" | "interval" | "detectable"> {
  if (pooled.n === 0) return { standardError: null, interval: null, detectable: null };
  const clustered = fewClustersMean(
    tasks.map(({ n, gained, lost }) =>
      Array.from({ length: n }, (_, index) => (index < gained ? 1 : index < gained + lost ? -1 : 0)),
    ),
  );
  if (clustered === undefined || clustered.standardError < 1e-9)
    return {
      standardError: null,
      interval: pairedInterval(pooled),
      detectable: detectableGain({ n: pooled.n, discordant: pooled.gained + pooled.lost, level: 0.025 }),
    };
  const { mean, standardError, degrees } = clustered;
  const reach = studentQuantile(0.975, degrees) * standardError;
  const detectable = detectableDifference({ standardError, degrees, level: 0.025 });
  return {
    standardError,
    interval: withinScale([mean - reach, mean + reach], { min: -1, max: 1 }),
    detectable: detectable > 1 ? null : detectable,
  };
}
