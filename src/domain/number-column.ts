/** Numbers in a row outside of JavaScript's heap: millions of them neither make the collector work nor its limits grow. */
export interface NumberColumn {
  readonly length: number;
  push(value: number): void;
  /** 0 where there is none */
  at(position: number): number;
  /** whether two of the numbers are the same */
  hasEqual(): boolean;
}

const firstCapacity = 1_024;

export function numberColumn(): NumberColumn {
  let values = new Float64Array(firstCapacity);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = new Float64Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    hasEqual() {
      const sorted = values.slice(0, length).sort();
      return sorted.some((value, position) => value === sorted[position + 1]);
    },
    at: (position) => (position < length ? (values[position] ?? 0) : 0),
  };
}
