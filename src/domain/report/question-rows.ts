import type { Answer, AnswerTurn } from "../mt-bench/answer.js";
import { judgedTextHash } from "../mt-bench/judge-prompt.js";
import type { Judgment } from "../mt-bench/judgment.js";
import { judgmentKey } from "../mt-bench/judgment.js";
import { judgedTurns } from "../mt-bench/judgment-plan.js";
import type { Question } from "../mt-bench/question.js";
import type { JudgmentSummary } from "../mt-bench/scored-model.js";

/** What became of one turn of one answer under one judge. */
export interface QuestionRow {
  readonly bench: string;
  readonly branch: string | null;
  readonly model: string;
  readonly judge: string;
  readonly question: Question;
  /** from 1 */
  readonly turn: number;
  /** repeat of the answer, from 0 */
  readonly choice: number;
  /** repeat of the judgment, from 0 */
  readonly repeat: number;
  readonly outcome:
    | JudgmentSummary["outcome"]
    | { readonly kind: "not judged" }
    | { readonly kind: "unanswered"; readonly reason: string };
  /** the answer has changed since it was judged: the score stands in no mean */
  readonly stale: boolean;
  readonly reference: string | undefined;
  /** undefined where only judgments are at hand */
  readonly answer: Answer | undefined;
  readonly answerTurn: AnswerTurn | undefined;
  /** of the answer as it is now */
  readonly answerHash: string | undefined;
  readonly judgment: Judgment | undefined;
}

/** All that is known of one question, one candidate and one judge. */
export interface QuestionRecords extends Pick<QuestionRow, "bench" | "branch" | "model" | "judge" | "question"> {
  readonly answer: Answer | undefined;
  /** answers that were asked for per question */
  readonly choices: number;
  /** latest last */
  readonly judgments: readonly Judgment[];
  readonly outcomeOf: (judgment: Judgment) => JudgmentSummary["outcome"];
  /** by turn; undefined or empty for none */
  readonly references: readonly (string | undefined)[] | undefined;
}

/** One row per judgment, per answered turn without one, and per turn that was asked and not answered; by answer, turn and judgment. */
export function questionRows(records: QuestionRecords): QuestionRow[] {
  const { bench, branch, model, judge, question, answer } = records;
  const row = (place: Place, judgment: Judgment | undefined): QuestionRow => {
    const answerTurn = answeredTurn(answer, place);
    const answerHash = answerTurn === undefined ? undefined : hashOf(records, place);
    const reference = records.references?.[place.turn - 1];
    return {
      bench,
      branch,
      model,
      judge,
      question,
      answer,
      answerTurn,
      answerHash,
      judgment,
      ...place,
      repeat: judgment?.repeat ?? 0,
      outcome: judgment === undefined ? unjudged(answer, answerTurn) : records.outcomeOf(judgment),
      stale: answer !== undefined && judgment?.answerHash !== undefined && judgment.answerHash !== answerHash,
      reference: reference === "" ? undefined : reference,
    };
  };
  const judgments = latest(records.judgments);
  const judged = new Set(judgments.map(placeKey));
  return [
    ...judgments.map((judgment) => row({ turn: judgment.turn, choice: judgment.choice }, judgment)),
    ...placesOf(records)
      .filter((place) => !judged.has(placeKey(place)))
      .map((place) => row(place, undefined)),
  ].sort((left, right) => left.choice - right.choice || left.turn - right.turn || left.repeat - right.repeat);
}

type Place = Pick<QuestionRow, "turn" | "choice">;

function placeKey({ turn, choice }: Place): string {
  return `${choice} ${turn}`;
}

/** A reply replaces a failure and an earlier reply. */
function latest(judgments: readonly Judgment[]): Judgment[] {
  const kept = new Map<string, Judgment>();
  for (const judgment of judgments) {
    const key = judgmentKey(judgment);
    if (judgment.kind === "failed" && kept.get(key)?.kind === "rated") continue;
    kept.set(key, judgment);
  }
  return [...kept.values()];
}

/** Every turn that was asked. */
function placesOf({ answer, choices, question }: QuestionRecords): Place[] {
  if (answer === undefined) return [];
  const highest = answer.choices.reduce((most, { index }) => Math.max(most, index + 1), choices);
  return Array.from({ length: highest }, (_, choice) =>
    question.turns.map((__, index) => ({ choice, turn: index + 1 })),
  ).flat();
}

function answeredTurn(answer: Answer | undefined, { choice, turn }: Place): AnswerTurn | undefined {
  return answer?.choices.find(({ index }) => index === choice)?.turns[turn - 1];
}

function hashOf({ answer, question }: QuestionRecords, { choice, turn }: Place): string | undefined {
  const turns = answer?.choices.find(({ index }) => index === choice)?.turns.slice(0, turn) ?? [];
  return judgedTextHash(judgedTurns(question, turns, undefined));
}

function unjudged(answer: Answer | undefined, turn: AnswerTurn | undefined): QuestionRow["outcome"] {
  if (turn !== undefined) return { kind: "not judged" };
  return { kind: "unanswered", reason: answer?.kind === "failed" ? answer.reason : "not asked" };
}
