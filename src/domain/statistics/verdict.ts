/** What can be said of a file. */
export const verdicts = [
  "learned",
  "regressed",
  "no-difference",
  "already-solved",
  "too-few-questions",
  "not-measured",
] as const;
export type Verdict = (typeof verdicts)[number];
