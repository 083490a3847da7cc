import { useId, useState } from "preact/hooks";
import type { GivenRating } from "../../domain/mt-bench/human-rating.js";
import type { NotedAnswer } from "../human-ratings.js";

interface RatingFormProps {
  readonly answer: NotedAnswer;
  readonly onRate: (rating: GivenRating) => Promise<void>;
}

interface Draft {
  /** as chosen; empty before anything is */
  readonly score: string;
  /** repeat of the judgment that is overruled; empty for none */
  readonly overrules: string;
  readonly reason: string;
}

const nothing: Draft = { score: "", overrules: "", reason: "" };
const noScore = "none";
const points = Array.from({ length: 10 }, (_, index) => String(index + 1));

/** The name that was given last: one person rates many answers. */
let lastRater = "";

/** Takes what a person says of an answer, or of a judge's rating of it. */
export function RatingForm({ answer, onRate }: RatingFormProps) {
  const [draft, setDraft] = useState(nothing);
  const [rater, setRater] = useState(lastRater);
  const [said, setSaid] = useState<{ readonly kind: "done" | "error" | "busy"; readonly text: string } | null>(null);
  const id = useId();
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const fault = faultOf(draft);
    if (fault !== null) {
      setSaid({ kind: "error", text: fault });
      return;
    }
    lastRater = rater;
    setSaid({ kind: "busy", text: "Saving…" });
    try {
      await onRate(ratingOf(answer, draft, rater));
      setDraft(nothing);
      setSaid({ kind: "done", text: "Saved." });
    } catch (error) {
      setSaid({ kind: "error", text: error instanceof Error ? error.message : String(error) });
    }
  }

  return (
    <details class="rate">
      <summary>Rate this answer</summary>
      <form onSubmit={(event) => void send(event)} aria-label="Your rating">
        <div class="fields">
          <label>
            <span>Your score</span>
            <select value={draft.score} onChange={(event) => change({ score: event.currentTarget.value })}>
              <option value="">choose</option>
              {points.map((point) => (
                <option key={point} value={point}>
                  {point}
                </option>
              ))}
              <option value={noScore}>none can be given</option>
            </select>
          </label>
          <label>
            <span>Overrules</span>
            <select value={draft.overrules} onChange={(event) => change({ overrules: event.currentTarget.value })}>
              <option value="">nobody</option>
              {answer.judgments.map(({ repeat, score }) => (
                <option key={repeat} value={String(repeat)}>
                  {`${answer.judge}${repeat > 0 ? ` (${repeat + 1})` : ""}: ${score ?? "no score"}`}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>Your name (may be left out)</span>
            <input
              type="text"
              value={rater}
              maxLength={100}
              autocomplete="off"
              onInput={(event) => setRater(event.currentTarget.value)}
            />
          </label>
        </div>
        <label>
          <span>Reason</span>
          <textarea
            rows={3}
            maxLength={4000}
            value={draft.reason}
            onInput={(event) => change({ reason: event.currentTarget.value })}
          />
        </label>
        <p>
          <button type="submit" disabled={said?.kind === "busy"} aria-describedby={id}>
            Save the rating
          </button>{" "}
          <span id={id} role="status" class={said?.kind === "error" ? "notice" : "small"}>
            {said?.text ?? "It is kept beside the records and changes no mean."}
          </span>
        </p>
      </form>
    </details>
  );
}

function faultOf({ score, overrules, reason }: Draft): string | null {
  if (score === "") return "Choose a score.";
  if (reason.trim() !== "") return null;
  if (overrules !== "") return "Say why the judge is overruled.";
  return score === noScore ? "Say why there is no score." : null;
}

function ratingOf(answer: NotedAnswer, draft: Draft, rater: string): GivenRating {
  return {
    question_id: answer.questionId,
    model: answer.model,
    turn: answer.turn,
    choice: answer.choice,
    answer: answer.text,
    score: draft.score === noScore ? null : Number(draft.score),
    overrules: draft.overrules === "" ? null : { judge: answer.judge, repeat: Number(draft.overrules) },
    reason: draft.reason.trim(),
    rater: rater.trim() === "" ? null : rater.trim(),
  };
}
