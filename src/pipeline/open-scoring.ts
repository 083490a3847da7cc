import type { ScoringFindings, ScoringMode } from "../domain/scoring/scoring-findings.js";
import type { OpenAIModel } from "../io/openai.js";
import { tokenScorer } from "../io/token-scorer.js";
import type { ChoiceRequest, Scoring } from "./score-item.js";

/** Sets up what a mode needs, from what the probe found. */
export function openScoring(
  model: Pick<OpenAIModel, "name" | "at" | "calling" | "chat">,
  findings: ScoringFindings,
  choice: { readonly mode: ScoringMode; readonly ask: ChoiceRequest },
): Scoring {
  const { mode, ask } = choice;
  if (mode === "generate") return { mode, chat: model.chat, ask };
  const scorer = tokenScorer(model, findings);
  if (mode === "full") return { mode, scorer };
  const { echo, letterIds, nextToken, modes } = findings;
  const fallback = modes.full.possible ? "full" : "none";
  // where texts keep their spaces and the rest can be scored in full, "A" is another token than " A"
  const spelling = fallback === "full" && echo.kind === "works" && echo.spaces ? "own" : "own-then-other";
  return { mode, scorer, letterIds: nextToken?.ids === true ? letterIds : null, spelling, fallback };
}
