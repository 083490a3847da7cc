/*
 * Python's `random.Random`: MT19937 (Matsumoto and Nishimura 1998), seeded and sampled as CPython does it, so that drawn examples are
 * those that lm-eval draws.
 */

const stateLength = 624;
const shift = 397;

/** A generator whose state goes on from draw to draw. */
export interface PythonRandom {
  /** `sample(range(population), count)`: distinct numbers below `population`, in the order drawn. RangeError where there are not as many. */
  readonly sample: (population: number, count: number) => number[];
}

/** `random.Random(seed)` for a seed from 0 to 2³² − 1. */
export function pythonRandom(seed: number): PythonRandom {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new RangeError("a seed is a whole number below 2**32");
  const next = twister(seed);
  return { sample: (population, count) => sample({ population, count, below: (bound) => randomBelow(bound, next) }) };
}

interface Sampling {
  readonly population: number;
  readonly count: number;
  readonly below: (bound: number) => number;
}

/** CPython draws from a shrinking list where that is not much larger than the sample, else redraws what it has already. */
function sample({ population, count, below }: Sampling): number[] {
  if (!Number.isInteger(count) || count < 0 || count > population)
    throw new RangeError("sample larger than population or negative");
  const listLength = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
  return population <= listLength ? sampleFromList(population, count, below) : sampleApart(population, count, below);
}

function sampleFromList(population: number, count: number, below: Sampling["below"]): number[] {
  const pool = Array.from({ length: population }, (_, index) => index);
  return Array.from({ length: count }, (_, drawn) => {
    const at = below(population - drawn);
    const value = pool[at] ?? 0;
    pool[at] = pool[population - drawn - 1] ?? 0;
    return value;
  });
}

function sampleApart(population: number, count: number, below: Sampling["below"]): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(below(population));
  return [...drawn];
}

/** A number below a bound from 1 to 2³²: as many random bits as the bound has, until they are below it. */
function randomBelow(bound: number, next: () => number): number {
  const bits = 32 - Math.clz32(bound);
  let value = next() >>> (32 - bits);
  while (value >= bound) value = next() >>> (32 - bits);
  return value;
}

/** Seeds by the array [seed], and gives 32 random bits a call. */
function twister(seed: number): () => number {
  const state = seededState(seed);
  let position = stateLength;
  return () => {
    if (position === stateLength) {
      renew(state);
      position = 0;
    }
    let bits = state[position++] ?? 0;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  };
}

function seededState(seed: number): Uint32Array {
  const state = new Uint32Array(stateLength);
  const mixed = (index: number): number => {
    const before = state[index - 1] ?? 0;
    return before ^ (before >>> 30);
  };
  const wrap = (index: number): number => {
    if (index < stateLength) return index;
    state[0] = state[stateLength - 1] ?? 0;
    return 1;
  };
  state[0] = 19650218;
  for (let index = 1; index < stateLength; index++) state[index] = Math.imul(mixed(index), 1812433253) + index;
  let index = 1;
  for (let round = 0; round < stateLength; round++) {
    state[index] = ((state[index] ?? 0) ^ Math.imul(mixed(index), 1664525)) + seed;
    index = wrap(index + 1);
  }
  for (let round = 1; round < stateLength; round++) {
    state[index] = ((state[index] ?? 0) ^ Math.imul(mixed(index), 1566083941)) - index;
    index = wrap(index + 1);
  }
  state[0] = 0x80000000;
  return state;
}

function renew(state: Uint32Array): void {
  for (let index = 0; index < stateLength; index++) {
    const bits = ((state[index] ?? 0) & 0x80000000) | ((state[(index + 1) % stateLength] ?? 0) & 0x7fffffff);
    const twist = (bits & 1) === 0 ? 0 : 0x9908b0df;
    state[index] = (state[(index + shift) % stateLength] ?? 0) ^ (bits >>> 1) ^ twist;
  }
}
