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

/** P(T ≤ t) of Student's t with `degrees` > 0 degrees of freedom. */
export function studentCdf(t: number, degrees: number): number {
  const tail = regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** Quantile of Student's t for a probability in [0.5, 1), by bisection of the distribution function. */
export function studentQuantile(probability: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentCdf(high, degrees) < probability) high *= 2;
  for (let step = 0; step < 200 && high - low > Number.EPSILON * high; step++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function by Lentz's continued fraction (Numerical Recipes, 3rd ed., §6.4). */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const tiny = 1e-300;
  const guarded = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return (front * fraction) / a;
}

const lanczos = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
];

/** ln Γ(x) for x > 0, by Lanczos' approximation with g = 7 and nine terms. */
function logGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  const series = lanczos.reduce(
    (sum, coefficient, index) => (index === 0 ? coefficient : sum + coefficient / (shifted + index)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}
