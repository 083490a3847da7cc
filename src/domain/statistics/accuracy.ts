/** How many of n questions were answered rightly. */
export interface Tally {
  readonly n: number;
  readonly correct: number;
}

/** A share of right answers and how sure it is. */
export interface Accuracy {
  /** null where nothing was scored */
  readonly acc: number | null;
  /** standard error; null (lm-eval's "N/A") where it cannot be known */
  readonly stderr: number | null;
}

/**
 * Accuracy of one task with lm-eval's standard error √(p(1 − p)/(n − 1)), null at n = 1 (lm_eval/api/metrics.py, `mean_stderr`). It is
 * summed up value by value as Python 3.12 and later do, so that published figures are met to the last digit.
 */
export function taskAccuracy({ n, correct }: Tally): Accuracy {
  if (n === 0) return { acc: null, stderr: null };
  const acc = correct / n;
  if (n === 1) return { acc, stderr: null };
  const squares = Array.from({ length: n }, (_, index) => (index < correct ? (1 - acc) ** 2 : acc ** 2));
  return { acc, stderr: Math.sqrt(compensatedSum(squares) / (n - 1)) / Math.sqrt(n) };
}

/**
 * lm-eval's group row: each task weighs as many as it has questions, Σ nᵢ·accᵢ / Σ nᵢ, with the pooled standard error
 * √(Σ (nᵢ − 1)·seᵢ²·nᵢ / (Σ nᵢ − k) / Σ nᵢ), which is null as soon as one task has none (`aggregate_subtask_metrics` and
 * `pooled_sample_stderr` of lm_eval/api/metrics.py).
 */
export function weightedAccuracy(tallies: readonly Tally[]): Accuracy {
  const tasks = tallies.filter(({ n }) => n > 0).map((tally) => ({ n: tally.n, ...taskAccuracy(tally) }));
  const n = tasks.reduce((sum, task) => sum + task.n, 0);
  if (n === 0) return { acc: null, stderr: null };
  const acc = compensatedSum(tasks.map((task) => (task.acc ?? 0) * task.n)) / n;
  if (tasks.some(({ stderr }) => stderr === null)) return { acc, stderr: null };
  const spread = compensatedSum(tasks.map((task) => (task.n - 1) * (task.stderr ?? 0) ** 2 * task.n));
  return { acc, stderr: Math.sqrt(spread / (n - tasks.length) / n) };
}

/** instructlab's overall score: the plain mean over tasks, whatever their size; null without any. */
export function plainMean(values: readonly number[]): number | null {
  return values.length === 0 ? null : compensatedSum(values) / values.length;
}

/** Neumaier's sum, as Python's `sum` computes it since 3.12 (Zeitschrift für Angewandte Mathematik und Mechanik 54, 1974). */
function compensatedSum(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}
