import { EvalError } from "../eval-error.js";
import { needsReference } from "./mt-bench.js";
import type { Question, QuestionId } from "./question.js";

/** Reference answers per question and turn; an empty string is none. */
export interface References {
  /** where they come from, as shown in reports */
  readonly source: string;
  /** sha256 of what was read, in hex */
  readonly hash: string;
  readonly byQuestion: ReadonlyMap<QuestionId, readonly string[]>;
}

/** The reference of a turn (from 1), where there is one. */
export function referenceFor(references: References, id: QuestionId, turn: number): string | undefined {
  const text = references.byQuestion.get(id)?.[turn - 1];
  return text === undefined || text === "" ? undefined : text;
}

/**
 * The references that stand in the questions themselves (MT-Bench's were written by people); where a turn that must be judged against a reference
 * has none, the fallback's is taken. `source` says how many turns came from where.
 */
export function referencesInQuestions(
  questions: Iterable<Pick<Question, "id" | "category" | "turns" | "reference">>,
  own: { readonly source: string; readonly hash: string },
  fallback: References | undefined,
): References {
  const byQuestion = new Map<QuestionId, readonly string[]>();
  let [fromQuestions, fromFallback] = [0, 0];
  for (const question of questions) {
    const needed = needsReference(question.category);
    const texts = question.turns.map((_, index) => {
      const text = question.reference?.[index] ?? "";
      const substitute =
        needed && text === "" && fallback !== undefined ? referenceFor(fallback, question.id, index + 1) : undefined;
      if (needed && text !== "") fromQuestions++;
      if (substitute !== undefined) fromFallback++;
      return substitute ?? text;
    });
    byQuestion.set(question.id, texts);
  }
  if (fallback === undefined || fromFallback === 0)
    return { ...own, source: `the questions' own (${own.source})`, byQuestion };
  return {
    source: `the questions' own for ${fromQuestions} turns (${own.source}), ${fallback.source} for ${fromFallback}`,
    hash: `${own.hash}+${fallback.hash}`,
    byQuestion,
  };
}

/** Refuses a question set whose answers could not all be judged, before anything is asked. */
export function requireReferences(
  questions: Iterable<Pick<Question, "id" | "category" | "turns">>,
  references: References | undefined,
): void {
  for (const question of questions) {
    if (!needsReference(question.category)) continue;
    for (const index of question.turns.keys()) {
      const held = references?.byQuestion.get(question.id)?.[index];
      // a taxonomy's empty answer is what its author expects, as upstream takes it; elsewhere it stands for none
      if (held !== undefined && (held !== "" || question.category === "taxonomy")) continue;
      throw new EvalError(
        "input",
        `question ${question.id} (${question.category}), turn ${index + 1}: no reference answer in ${references?.source ?? "any file"}`,
        {
          hint: "answers of this category are judged against a reference: give --references FILE, or --references question to use those in the question file",
        },
      );
    }
  }
}
