import { counted } from "../counted.js";
import type { Report } from "./report.js";

/** How much of the set the scores are of, also where selections were asked at different times. */
export function askedQuestions({ questions, models }: Report): string {
  const asked = new Set(models.map(({ partial }) => partial?.asked ?? questions.count));
  const [first] = asked;
  if (asked.size === 1 && first === questions.count) return counted(questions.count, "question");
  const shown = asked.size === 1 ? first : `${Math.min(...asked)} to ${Math.max(...asked)}`;
  return `${shown} of ${counted(questions.count, "question")} (partial)`;
}
