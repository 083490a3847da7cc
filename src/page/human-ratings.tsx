import type { ComponentChildren } from "preact";
import { createContext } from "preact";
import type { ShownRating } from "../domain/mt-bench/human-rating.js";
import type { JudgmentRecord } from "../domain/page/page-data.js";
import type { QuestionId } from "../domain/mt-bench/question.js";
import { Score, Tag } from "./icons.js";

/** An answer beside which something may be said. */
export interface NotedAnswer {
  readonly questionId: QuestionId;
  readonly model: string;
  /** from 1 */
  readonly turn: number;
  readonly choice: number;
  readonly text: string;
  readonly judge: string;
  readonly judgments: readonly JudgmentRecord[];
}

/** What is shown below an answer; nothing unless somebody provides it. */
export const AnswerNotes = createContext<(answer: NotedAnswer) => ComponentChildren>(() => null);

/** What people said of one answer: beside the judges' scores, and part of no mean. */
export function HumanRatings({
  ratings,
  answer,
}: {
  readonly ratings: readonly ShownRating[];
  readonly answer: NotedAnswer;
}) {
  const { questionId, model, turn, choice } = answer;
  const own = ratings.filter(
    (rating) =>
      String(rating.questionId) === String(questionId) &&
      rating.model === model &&
      rating.turn === turn &&
      rating.choice === choice,
  );
  if (own.length === 0) return null;
  return (
    <section class="human-ratings" aria-label="Ratings by people">
      <p class="small">Ratings by people; they are part of no mean</p>
      <ul>
        {own.map((rating, index) => (
          <li key={index}>
            <Score value={rating.score} />
            <span class="who">{rating.rater ?? "somebody"}</span>
            <span class="small">{new Date(rating.tstamp * 1000).toISOString().slice(0, 10)}</span>
            {rating.overrules !== null && <Tag kind="warn">{overruled(rating.overrules)}</Tag>}
            {rating.isStale && <Tag kind="warn">the answer changed since</Tag>}
            {rating.reason !== "" && <p class="plain-text">{rating.reason}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function overruled({ judge, repeat, score }: NonNullable<ShownRating["overrules"]>): string {
  const which = repeat === 0 ? judge : `${judge} (${repeat + 1})`;
  return `overrules ${which}, who gave ${score ?? "no score"}`;
}
