import type { Verdict } from "../domain/statistics/verdict.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";

/** Shapes in a box of 12 by 12: a verdict is told by shape and words, and by colour besides. */
const shapes: Readonly<Record<Verdict, string>> = {
  learned: "M6 1 L11.5 10.5 L0.5 10.5 Z",
  regressed: "M6 11 L11.5 1.5 L0.5 1.5 Z",
  "no-difference": "M6 1.5 A4.5 4.5 0 1 1 5.99 1.5 Z",
  "already-solved": "M6 0.5 L11.5 6 L6 11.5 L0.5 6 Z",
  "too-few-questions": "M6 1.5 A4.5 4.5 0 1 1 5.99 1.5 Z",
  "not-measured": "M1.5 1.5 L10.5 10.5 M10.5 1.5 L1.5 10.5",
};

function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  return (
    <svg class={`mark ${verdict}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d={shapes[verdict]} />
    </svg>
  );
}

export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  return (
    <span class={`verdict ${verdict}`}>
      <VerdictMark verdict={verdict} />
      {verdictWords[verdict]}
    </span>
  );
}
