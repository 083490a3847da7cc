interface IntervalLineProps {
  /** where the mean and its interval lie, from 0 to 1 of the scale */
  readonly mean: number;
  readonly interval: readonly [number, number] | null;
  readonly colour: string;
}

/** A small picture of a mean and its interval beside their numbers. */
export function IntervalLine({ mean, interval, colour }: IntervalLineProps) {
  const x = (share: number): number => Math.min(1, Math.max(0, share)) * 108 + 6;
  return (
    <svg class="interval" viewBox="0 0 120 16" width="120" height="16" aria-hidden="true">
      <line x1="6" x2="114" y1="8" y2="8" class="scale" />
      {interval !== null && (
        <line x1={x(interval[0])} x2={x(interval[1])} y1="8" y2="8" stroke={colour} stroke-width="3" />
      )}
      <circle cx={x(mean)} cy="8" r="4.5" fill={colour} />
    </svg>
  );
}
