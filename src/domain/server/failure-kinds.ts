import { printable } from "../printable.js";

/** Why questions failed and how often, the commonest reason first, and what was said to one of them: `bad-reply 96, no-letter 3; such as: …`. */
export function failureKinds({
  failed,
  failedExample,
}: {
  readonly failed: Readonly<Record<string, number>>;
  readonly failedExample?: string | null;
}): string {
  const kinds = Object.entries(failed)
    .toSorted(([, left], [, right]) => right - left)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(", ");
  return failedExample == null ? kinds : `${kinds}; such as: ${printable(failedExample)}`;
}
