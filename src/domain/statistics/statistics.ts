/** A mean that says what it rests on. */
export interface MeanEstimate {
  /** number of values */
  readonly n: number;
  readonly sum: number;
  readonly mean: number | null;
  /** number of clusters (questions) the values come from */
  readonly clusters: number;
  /** cluster-robust standard error; null where fewer than two clusters */
  readonly standardError: number | null;
  /** 95 % confidence interval of the mean by the t distribution with clusters − 1 degrees of freedom; null where fewer than two clusters */
  readonly interval: readonly [number, number] | null;
}

/**
 * Mean over all values with an interval that treats the values of one cluster as one observation: the two turns of one question are
 * not two independent measurements. The mean is a ratio estimate, its variance C/(C−1) · Σ_c (Σ_i (x_ci − mean))² / n²
 * (Cochran, Sampling Techniques, 3rd ed., §9A.3; Miller, "Adding Error Bars to Evals", 2024, eq. 4 with the small-sample factor).
 */
export function clusteredMean(clusters: Iterable<readonly number[]>): MeanEstimate {
  const groups = [...clusters].filter((values) => values.length > 0);
  const n = groups.reduce((count, values) => count + values.length, 0);
  const sum = groups.reduce((total, values) => total + values.reduce((part, value) => part + value, 0), 0);
  const count = groups.length;
  if (n === 0) return { n, sum, mean: null, clusters: 0, standardError: null, interval: null };
  const mean = sum / n;
  if (count < 2) return { n, sum, mean, clusters: count, standardError: null, interval: null };
  const spread = groups.reduce(
    (total, values) => total + values.reduce((part, value) => part + (value - mean), 0) ** 2,
    0,
  );
  const standardError = Math.sqrt((count / (count - 1)) * spread) / n;
  const reach = studentQuantile(0.975, count - 1) * standardError;
  return { n, sum, mean, clusters: count, standardError, interval: [mean - reach, mean + reach] };
}

/** The part of an interval that lies on the scale: a mean of ratings cannot be outside of it. */
export function withinScale(
  interval: readonly [number, number],
  scale: { readonly min: number; readonly max: number },
): [number, number] {
  return [Math.max(scale.min, interval[0]), Math.min(scale.max, interval[1])];
}

/**
 * Mean over all values with an interval that holds for few clusters of unequal size: each cluster's sum of deviations S_c is divided by
 * √(1 − n_c/n), which makes the variance unbiased where values are alike, and the t distribution has the degrees of freedom that a variance
 * of such sums is worth (Bell & McCaffrey, "Bias Reduction in Standard Errors for Linear Regression with Multi-Stage Samples", Survey
 * Methodology 28, 2002; Imbens & Kolesár, Review of Economics and Statistics 98, 2016). For clusters of one size it is
 * {@link clusteredMean}. Undefined for fewer than two clusters.
 */
export function fewClustersMean(
  clusters: Iterable<readonly number[]>,
): { readonly mean: number; readonly standardError: number; readonly degrees: number } | undefined {
  const groups = [...clusters].filter((values) => values.length > 0);
  if (groups.length < 2) return undefined;
  const n = groups.reduce((count, values) => count + values.length, 0);
  const mean = groups.reduce((total, values) => total + values.reduce((part, value) => part + value, 0), 0) / n;
  let variance = 0;
  let diagonal = 0;
  let squares = 0;
  let fourths = 0;
  for (const values of groups) {
    const size = values.length;
    const rest = 1 - size / n;
    const deviation = values.reduce((total, value) => total + (value - mean), 0);
    variance += deviation ** 2 / rest / n ** 2;
    // Of alike, independent values the sums have variance n_c (1 − n_c/n) and covariances −n_c n_d/n; with weights 1/(1 − n_c/n) the
    // variance of the estimate is twice Σ_c n_c² + Σ_{c≠d} (n_c n_d/n)² / ((1 − n_c/n)(1 − n_d/n)), its mean n.
    diagonal += size ** 2;
    squares += size ** 2 / rest / n;
    fourths += (size ** 2 / rest / n) ** 2;
  }
  return { mean, standardError: Math.sqrt(variance), degrees: n ** 2 / (diagonal + squares ** 2 - fourths) };
}

/** P(T ≤ t) of Student's t with `degrees` > 0 degrees of freedom. */
export function studentCdf(t: number, degrees: number): number {
  return t > 0 ? 1 - studentTail(t, degrees) : studentTail(-t, degrees);
}

/** P(T > t) of Student's t, to full relative precision where it is small: 1 − {@link studentCdf} would lose the digits of a p-value. */
export function studentTail(t: number, degrees: number): number {
  const beyond = regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t >= 0 ? beyond : 1 - beyond;
}

/** Quantile of Student's t for a probability in [0.5, 1): Newton's steps on the tail, kept inside a bracket that bisection narrows. */
export function studentQuantile(probability: number, degrees: number): number {
  const beyond = 1 - probability;
  let low = 0;
  let high = 1;
  while (studentTail(high, degrees) > beyond) {
    low = high;
    high *= 2;
  }
  const half = (degrees + 1) / 2;
  const logPeak = logGamma(half) - logGamma(degrees / 2) - Math.log(degrees * Math.PI) / 2;
  let quantile = (low + high) / 2;
  for (let step = 0; step < 200 && high - low > Number.EPSILON * high; step++) {
    const excess = studentTail(quantile, degrees) - beyond;
    if (excess > 0) low = quantile;
    else high = quantile;
    const density = Math.exp(logPeak - half * Math.log1p((quantile * quantile) / degrees));
    const newton = quantile + excess / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - quantile) <= 2 * Number.EPSILON * next) return next;
    quantile = next;
  }
  return quantile;
}

/** What a one-sided t test of a mean rests on. */
export interface TestPrecision {
  readonly standardError: number;
  readonly degrees: number;
  /** the p-value at or below which the test speaks */
  readonly level: number;
}

/**
 * The smallest true difference that a t test finds with the given power, by the approximation of the non-central t in Abramowitz & Stegun
 * 26.7.10: t of 1 − level, plus the quantile of the power times √(1 + t²/(2 · degrees)), in standard errors. That quantile is t's and not the
 * normal's, and the factor 1 − 1/(4 · degrees) of the first term is left out: both make it a little larger. It takes the estimated error
 * for the true one.
 */
export function detectableDifference({ standardError, degrees, level }: TestPrecision, power = 0.8): number {
  const critical = studentQuantile(1 - level, degrees);
  const spread = Math.sqrt(1 + critical ** 2 / (2 * degrees));
  return (critical + studentQuantile(power, degrees) * spread) * standardError;
}

/** Regularised incomplete beta function by Lentz's continued fraction (Numerical Recipes, 3rd ed., §6.4). */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return (front * fraction) / a;
}

/** Lentz's fraction divides by its terms. */
function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

const lanczosFirst = 0.999_999_999_999_809_9;
const lanczos = [
  676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1, -176.615_029_162_140_6, 12.507_343_278_686_905,
  -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7,
];

/** ln Γ(x) for x > 0, by Lanczos' approximation with g = 7 and nine terms. */
function logGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  let series = lanczosFirst;
  for (let index = 0; index < lanczos.length; index++) series += (lanczos[index] ?? 0) / (shifted + index + 1);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}
