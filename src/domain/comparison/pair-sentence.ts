import type { Comparison } from "./comparison.js";

/** Two models on the same questions, in plain words. */
export function pairSentence(
  { groups, settings }: Comparison,
  { base, tuned }: { readonly base: string; readonly tuned: string },
): string {
  const { difference, interval, n } = groups.all;
  if (difference === null) return `No question has a score of both ${base} and ${tuned}.`;
  const on = `on the same ${n} ${n === 1 ? "question" : "questions"}`;
  if (interval === null || n < settings.minimumQuestions)
    return `${tuned} differs from ${base} by ${signed(difference)} ${on}; too few to tell more.`;
  const [low, high] = interval;
  const range = `95 % interval ${signed(low)} to ${signed(high)}`;
  if (low > 0) return `${tuned} scores ${difference.toFixed(2)} points more than ${base} ${on} (${range}).`;
  if (high < 0) return `${tuned} scores ${(-difference).toFixed(2)} points less than ${base} ${on} (${range}).`;
  return `No difference is shown between ${tuned} and ${base} ${on}: ${signed(difference)} points (${range}).`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && text !== "0.00" ? `−${text}` : `+${text}`;
}
