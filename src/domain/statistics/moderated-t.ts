/** The spread of the values of one group. */
export interface GroupVariance {
  readonly variance: number;
  /** number of values − 1 */
  readonly degrees: number;
}

/** What all groups together say of the variance of any one of them. */
export interface VariancePrior {
  /** s0²; null where no group has two values */
  readonly variance: number | null;
  /** d0: how many degrees of freedom the prior is worth; 0 where there is nothing to borrow from, Infinity where all groups agree */
  readonly degrees: number;
  /** degrees of freedom of all groups together: no group can know more than that */
  readonly pooledDegrees: number;
}

/**
 * Fits s² ~ s0² · F(d, d0) to the groups' variances by the mean and variance of their logarithms (Smyth, "Linear models and empirical Bayes
 * methods for assessing differential expression in microarray experiments", Statistical Applications in Genetics and Molecular Biology 3,
 * 2004, §6.2). With e = ln s² − ψ(d/2) + ln(d/2), ψ′(d0/2) is the variance of e less the mean of ψ′(d/2), and
 * s0² = exp(mean e + ψ(d0/2) − ln(d0/2)). Groups of one value have no variance and are left out; variances have to be positive.
 *
 * Smyth's estimate takes groups for equal as soon as their variances differ no more than by chance, which is half of the time where they
 * differ a little. `caution` raises the variance of e by as many of its standard errors (√(2/(groups − 1)) of it) for d0, though
 * not for s0², so that equality has to be shown: 0 is Smyth's.
 */
export function estimatePrior(groups: readonly GroupVariance[], caution = 0): VariancePrior {
  const spread = groups.filter(({ degrees }) => degrees > 0);
  const pooledDegrees = spread.reduce((sum, { degrees }) => sum + degrees, 0);
  if (spread.length === 0) return { variance: null, degrees: 0, pooledDegrees };
  const pooled = spread.reduce((sum, { variance, degrees }) => sum + variance * degrees, 0) / pooledDegrees;
  if (spread.length === 1) return { variance: pooled, degrees: 0, pooledDegrees };
  const logs = spread.map(({ variance, degrees }) => Math.log(variance) - digamma(degrees / 2) + Math.log(degrees / 2));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const observed = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  const sampling = spread.reduce((sum, { degrees }) => sum + trigamma(degrees / 2), 0) / spread.length;
  const degrees = priorDegrees(observed - sampling);
  const half = degrees / 2;
  // The logarithms differ no more than samples of one variance do: all groups share it, and their pool is its best estimate.
  const variance = degrees === Infinity ? pooled : Math.exp(mean + digamma(half) - Math.log(half));
  const cautious = observed * (1 + caution * Math.sqrt(2 / (logs.length - 1)));
  return { variance, degrees: priorDegrees(cautious - sampling), pooledDegrees };
}

/** The d0 of which ψ′(d0/2) is what the logarithms differ by beyond chance. */
function priorDegrees(excess: number): number {
  return excess > 0 ? 2 * trigammaInverse(excess) : Infinity;
}

/**
 * A group's variance shrunk towards the prior, s̃² = (d0·s0² + d·s²) / (d0 + d) with d0 + d degrees of freedom (Smyth 2004, §3), which are
 * limited to those of all groups together. A group of one value has the prior's alone. Undefined where neither knows anything.
 */
export function moderateVariance(group: GroupVariance, prior: VariancePrior): GroupVariance | undefined {
  if (prior.variance === null || prior.degrees === 0) return group.degrees > 0 ? group : undefined;
  const degrees = Math.min(prior.degrees + group.degrees, Math.max(prior.pooledDegrees, group.degrees));
  if (prior.degrees === Infinity) return { variance: prior.variance, degrees };
  const sum = prior.degrees * prior.variance + group.degrees * group.variance;
  return { variance: sum / (prior.degrees + group.degrees), degrees };
}

/** ψ(x), the derivative of ln Γ(x), for x > 0: recurrence up to x ≥ 10, then the asymptotic series (Abramowitz & Stegun 6.3.5, 6.3.18). */
export function digamma(x: number): number {
  let value = 0;
  let at = x;
  for (; at < 10; at++) value -= 1 / at;
  const square = 1 / (at * at);
  const series =
    square *
    (1 / 12 -
      square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * (691 / 32_760))))));
  return value + Math.log(at) - 0.5 / at - series;
}

/** ψ′(x) for x > 0: recurrence up to x ≥ 10, then the asymptotic series (Abramowitz & Stegun 6.4.6, 6.4.12). */
export function trigamma(x: number): number {
  let value = 0;
  let at = x;
  for (; at < 10; at++) value += 1 / (at * at);
  const square = 1 / (at * at);
  const series =
    (square / at) *
    (1 / 6 - square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * (5 / 66 - square * (691 / 2_730))))));
  return value + 1 / at + 0.5 * square + series;
}

/**
 * The x > 0 with ψ′(x) = y, for y > 0. Newton's steps on 1/ψ′, which is convex and nearly linear, from 0.5 + 1/y: from there they come down
 * to the root without passing it (Smyth 2004, appendix).
 */
export function trigammaInverse(y: number): number {
  let x = 0.5 + 1 / y;
  for (let step = 0; step < 100; step++) {
    const value = trigamma(x);
    const change = (value * (1 - value / y)) / tetragamma(x);
    x += change;
    if (Math.abs(change) <= 1e-14 * x) break;
  }
  return x;
}

/** ψ″(x) for x > 0: recurrence up to x ≥ 10, then the asymptotic series (Abramowitz & Stegun 6.4.6, 6.4.13). */
function tetragamma(x: number): number {
  let value = 0;
  let at = x;
  for (; at < 10; at++) value -= 2 / (at * at * at);
  const square = 1 / (at * at);
  const series = square * square * (1 / 2 - square * (1 / 6 - square * (1 / 6 - square * (3 / 10 - square * (5 / 6)))));
  return value - square - square / at - series;
}
