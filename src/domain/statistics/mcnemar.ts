import { regularizedBeta } from "./statistics.js";

/** Questions on which two models differ. */
export interface Discordance {
  /** wrong before, right now */
  readonly gained: number;
  /** right before, wrong now */
  readonly lost: number;
}

/** p-values of McNemar's exact test. */
export interface McNemar {
  readonly twoSided: number;
  /** that so many or more were gained by chance */
  readonly gain: number;
  /** that so many or more were lost by chance */
  readonly loss: number;
}

/**
 * McNemar's exact test: of two equal models each is as likely to be the right one where they differ, so that the gained ones among
 * gained + lost are binomial with ½ (McNemar, Psychometrika 12, 1947). The two-sided p-value is twice the smaller one-sided one.
 */
export function mcnemar({ gained, lost }: Discordance): McNemar {
  const gain = binomialTail(gained, { count: gained + lost, probability: 0.5 });
  const loss = binomialTail(lost, { count: gained + lost, probability: 0.5 });
  return { twoSided: Math.min(1, 2 * Math.min(gain, loss)), gain, loss };
}

interface Binomial {
  readonly count: number;
  readonly probability: number;
}

/** P(X ≥ least). */
export function binomialTail(least: number, { count, probability }: Binomial): number {
  if (least <= 0) return 1;
  if (least > count) return 0;
  return regularizedBeta(probability, least, count - least + 1);
}

/** What a one-sided exact test of n questions rests on. */
export interface McNemarPrecision {
  readonly n: number;
  /** questions on which the models differed */
  readonly discordant: number;
  /** the p-value at or below which the test speaks */
  readonly level: number;
}

/**
 * The smallest true difference of two accuracies that the one-sided exact test finds with the given power; null where n is too small for
 * any. The models are taken to differ on as many questions as they did (with one more of two, since none seen does not mean none), and on
 * more where the difference needs it.
 */
export function detectableGain({ n, discordant, level }: McNemarPrecision, power = 0.8): number | null {
  const usual = (discordant + 1) / (n + 2);
  const critical = criticalCounts(n, level);
  const powerAt = (gain: number): number => {
    const rate = Math.max(usual, gain);
    const probability = (1 + gain / rate) / 2;
    return expectation({ count: n, probability: rate }, (count) =>
      binomialTail(critical[count] ?? n + 1, { count, probability }),
    );
  };
  if (powerAt(1) < power) return null;
  let [low, high] = [0, 1];
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (powerAt(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** For each number of differing questions, how many gained ones it takes to speak; more than there are where none would do. */
function criticalCounts(n: number, level: number): number[] {
  const critical = [1];
  for (let count = 1; count <= n; count++) {
    // one more differing question raises the critical number by one at most
    const before = critical[count - 1] ?? count;
    critical.push(binomialTail(before, { count, probability: 0.5 }) <= level ? before : before + 1);
  }
  return critical;
}

/** Mean of f(X), leaving out what is farther from the mean than nine standard deviations. */
function expectation({ count, probability }: Binomial, f: (value: number) => number): number {
  if (probability >= 1) return f(count);
  const reach = 9 * Math.sqrt(count * probability * (1 - probability)) + 9;
  const odds = probability / (1 - probability);
  const mode = Math.min(count, Math.floor((count + 1) * probability));
  const least = Math.max(0, Math.floor(mode - reach));
  const most = Math.min(count, Math.ceil(mode + reach));
  let [sum, mass] = [f(mode), 1];
  for (let value = mode + 1, weight = 1; value <= most; value++) {
    weight *= ((count - value + 1) / value) * odds;
    sum += weight * f(value);
    mass += weight;
  }
  for (let value = mode - 1, weight = 1; value >= least; value--) {
    weight *= (value + 1) / (count - value) / odds;
    sum += weight * f(value);
    mass += weight;
  }
  return sum / mass;
}
