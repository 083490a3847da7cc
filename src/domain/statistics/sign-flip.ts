/**
 * Exact one-sided sign-flip test for a mean above 0: the share of the 2ⁿ ways to give the values signs whose t is at least that of the
 * values (Fisher, The Design of Experiments, 1935, §21; studentised as in Janssen, Statistics & Probability Letters 36, 1997). All of them
 * share Σx², of which t is an increasing function of Σx, so that sums can be counted in place of t. Values on a common grid (means of
 * integers) have few different sums; others up to 2ⁿ, so keep n below 20 or so there.
 */
export function signFlipTest(values: readonly number[]): number {
  // Sums of the same terms in another order may differ in the last digit: they are told apart by this grid only.
  const grid = 1e-9 * Math.max(1, ...values.map(Math.abs));
  const observed = values.reduce((sum, value) => sum + Math.round(value / grid), 0);
  let counts = new Map<number, number>([[0, 1]]);
  for (const value of values) {
    const size = Math.abs(Math.round(value / grid));
    const next = new Map<number, number>();
    for (const [sum, count] of counts) {
      next.set(sum + size, (next.get(sum + size) ?? 0) + count);
      next.set(sum - size, (next.get(sum - size) ?? 0) + count);
    }
    counts = next;
  }
  let reached = 0;
  // Rounding to the grid moves each value by half a step at most.
  for (const [sum, count] of counts) if (sum >= observed - values.length) reached += count;
  return reached / 2 ** values.length;
}
