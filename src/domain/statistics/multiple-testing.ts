/**
 * Benjamini–Hochberg adjusted p-values, in the order given: the smallest false discovery rate at which each would be called
 * (Benjamini & Hochberg, "Controlling the False Discovery Rate", Journal of the Royal Statistical Society B 57, 1995). The i-th smallest
 * of m is the least of m·p/j over all j ≥ i.
 */
export function adjustBenjaminiHochberg(pValues: readonly number[]): number[] {
  const adjusted = Array.from<number>({ length: pValues.length });
  const largestFirst = pValues.map((p, index) => ({ p, index })).sort((left, right) => right.p - left.p);
  let least = 1;
  for (const [position, { p, index }] of largestFirst.entries()) {
    least = Math.min(least, (p * pValues.length) / (pValues.length - position));
    adjusted[index] = least;
  }
  return adjusted;
}
