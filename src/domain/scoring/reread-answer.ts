import { splitReasoning } from "../server/reasoning.js";
import { extractChoice } from "./choice-extraction.js";
import type { McqOutcome } from "./multiple-choice.js";

/**
 * Reads the choice of a recorded written answer from its text once more, so that one rule holds for all answers of a report, also for
 * those that an older version read and recorded. An answer that was cut off stays what it was: older versions did not mark them.
 */
export function rereadAnswer(outcome: McqOutcome, choices: readonly string[]): McqOutcome {
  if (outcome.kind === "failed" || outcome.way !== "generate" || outcome.text === undefined) return outcome;
  if (outcome.kind === "chosen" && outcome.cut === true) return outcome;
  const { text, requests, promptTokens, completionTokens } = outcome;
  const answer = { way: "generate", text, requests, promptTokens, completionTokens } as const;
  const choice = extractChoice(splitReasoning(text).text, choices);
  return choice === undefined ? { kind: "unreadable", ...answer } : { kind: "chosen", choice, logprobs: [], ...answer };
}
