import type { Answer } from "./answer.js";
import type { ChatMessage } from "../server/chat-model.js";
import type { JudgedTurn, JudgePrompt, JudgePromptSet } from "./judge-prompt.js";
import { judgedTextHash, judgePromptKind } from "./judge-prompt.js";
import { needsReference } from "./mt-bench.js";
import type { Question, QuestionId } from "./question.js";
import type { References } from "./references.js";
import { referenceFor } from "./references.js";

/** One call of the judge that an answer needs. */
export interface PlannedJudgment {
  readonly questionId: QuestionId;
  readonly model: string;
  readonly turn: number;
  readonly choice: number;
  /** repeat of the judgment; left out for the first */
  readonly repeat?: number;
  readonly prompt: JudgePrompt;
  readonly judged: readonly JudgedTurn[];
  readonly answerHash: string;
}

/** What an answer's judgments depend on. */
export interface JudgingRules {
  readonly prompts: JudgePromptSet;
  readonly references: References | undefined;
  /** judgments per answered turn; 1 where left out */
  readonly repeats?: number;
}

/** Every turn that was answered is judged, per repeat of the answer, as often as the rules say. What was not answered is not judged. */
export function planJudgments(question: Question, answer: Answer, rules: JudgingRules): PlannedJudgment[] {
  const once = planFirstJudgments(question, answer, rules);
  const further = Array.from({ length: (rules.repeats ?? 1) - 1 }, (_, index) => index + 1);
  return once.flatMap((planned) => [planned, ...further.map((repeat) => ({ ...planned, repeat }))]);
}

function planFirstJudgments(question: Question, answer: Answer, rules: JudgingRules): PlannedJudgment[] {
  return answer.choices.flatMap((choice) =>
    choice.turns.slice(0, question.turns.length).map((_, index) => {
      const judged = judgedTurns(question, choice.turns.slice(0, index + 1), rules.references);
      const turn = index + 1;
      return {
        questionId: question.id,
        model: answer.model,
        turn,
        choice: choice.index,
        prompt: rules.prompts.prompts[judgePromptKind(question.category, turn)],
        judged,
        answerHash: judgedTextHash(judged),
      };
    }),
  );
}

/** The texts of a conversation up to and with the turn that is judged. */
export function judgedTurns(
  question: Question,
  answers: readonly { readonly text: string }[],
  references: References | undefined,
): JudgedTurn[] {
  const withReference = needsReference(question.category) && references !== undefined;
  return answers.map(({ text }, index) => {
    const reference = withReference ? referenceFor(references, question.id, index + 1) : undefined;
    const judged = { question: question.turns[index] ?? "", answer: text };
    return reference === undefined ? judged : { ...judged, reference };
  });
}

/** The messages of a judgment. Merging serves judges whose chat template knows no system role. */
export function judgeMessages(
  filled: { readonly system: string; readonly user: string },
  merge: boolean,
): ChatMessage[] {
  if (filled.system === "") return [{ role: "user", content: filled.user }];
  if (merge) return [{ role: "user", content: `${filled.system}\n${filled.user}` }];
  return [
    { role: "system", content: filled.system },
    { role: "user", content: filled.user },
  ];
}
