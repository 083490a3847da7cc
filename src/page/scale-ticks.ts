/** Where a scale is labelled, and the steps from one label to the next. */
export interface ScaleTicks {
  readonly values: readonly number[];
  /** digits behind the point that tell all labels apart */
  readonly digits: number;
}

/**
 * Labels at whole multiples of the smallest step of 1, 2 or 5 times a power of ten that needs no more than so many steps.
 *
 * @param domain ends of the scale, the smaller one first
 */
export function scaleTicks([low, high]: readonly [number, number], mostSteps: number): ScaleTicks {
  const least = (high - low) / mostSteps;
  const power = Math.floor(Math.log10(least));
  const unit = 10 ** power;
  // without the slack a step of exactly 0.2 may be missed by a last digit
  const factor = [1, 2, 5, 10].find((each) => each * unit >= least * (1 - 1e-9)) ?? 10;
  const step = factor * unit;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return {
    values: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step),
    digits: Math.max(0, factor === 10 ? -power - 1 : -power),
  };
}
