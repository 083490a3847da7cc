/** Python's `round(value, 2)`: the nearest hundredth of the exact binary value, ties to the even one. */
export function pythonRound(value: number): number {
  const eighths = Math.abs(value) * 8;
  // a binary fraction lies halfway between two hundredths only where it is an odd number of eighths
  if (eighths % 2 !== 1) return Number(value.toFixed(2));
  const scaled = Math.abs(value) * 100;
  const even = Math.floor(scaled) % 2 === 0 ? Math.floor(scaled) : Math.ceil(scaled);
  return (Math.sign(value) * even) / 100;
}

/** A float as Python prints it: whole numbers keep their `.0`. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
