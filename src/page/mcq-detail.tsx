import type { SampleOutcome } from "../domain/mmlu/mcq-sample.js";
import type { PageSummary } from "../domain/page/page-data.js";
import type { McqOutcomeRecord } from "../domain/page/page-mmlu.js";
import { isTuning } from "./filters.js";
import { Tag } from "./icons.js";
import { MarkdownText } from "./markdown-text.js";
import { percent } from "./numbers.js";
import type { ListView } from "./rows.js";
import type { ShownRecord } from "./source.js";

interface McqDetailProps {
  readonly summary: PageSummary;
  readonly view: Pick<ListView, "left" | "right">;
  readonly records: readonly ShownRecord[];
}

/** What one model on one side of the page made of a question. */
interface Side {
  readonly side: "left" | "right";
  readonly model: string;
  readonly role: string | null;
  readonly outcome: McqOutcomeRecord["outcome"] | undefined;
}

/** A multiple-choice question: its choices, which of them is right, and what each model took. */
export function McqDetail({ summary, view, records }: McqDetailProps) {
  const asked = records.find((record) => record.kind === "mcq-question")?.asked ?? null;
  const sides = sidesOf(summary, view, records);
  return (
    <section class="turn" aria-label="Question and choices">
      {asked === null ? (
        <p class="notice">The text of this question is not at hand: no model has an outcome for it.</p>
      ) : (
        <>
          <p class="asked plain-text">{asked.question}</p>
          <ol class="choices" aria-label="Choices">
            {asked.choices.map((text, index) => (
              <Choice key={index} index={index} text={text} isRight={index === asked.gold} sides={sides} />
            ))}
          </ol>
        </>
      )}
      <div class={`panes ${sides.length > 1 ? "two" : ""}`}>
        {sides.map((side) => (
          <OutcomePane key={side.side} side={side} gold={asked?.gold ?? null} />
        ))}
      </div>
    </section>
  );
}

function sidesOf(
  summary: PageSummary,
  { left, right }: Pick<ListView, "left" | "right">,
  records: readonly ShownRecord[],
): Side[] {
  const outcomes = records.filter((record) => record.kind === "mcq-outcome");
  const shown =
    left === right
      ? ([["right", right]] as const)
      : ([
          ["left", left],
          ["right", right],
        ] as const);
  return shown.map(([side, run]) => ({
    side,
    model: summary.runs[run]?.model ?? "",
    role: isTuning(summary) ? (run === 0 ? "Base model" : "Tuned model") : null,
    outcome: outcomes.find((outcome) => outcome.run === run)?.outcome,
  }));
}

interface ChoiceProps {
  readonly index: number;
  readonly text: string;
  readonly isRight: boolean;
  readonly sides: readonly Side[];
}

function Choice({ index, text, isRight, sides }: ChoiceProps) {
  return (
    <li class={isRight ? "choice-text right-choice" : "choice-text"}>
      <div class="choice-head">
        <span class="letter">{letter(index)}</span>
        <span class="plain-text">{text}</span>
        {isRight && <Tag kind="quiet">✓ right answer</Tag>}
      </div>
      {sides.map((side) => (
        <Belief key={side.side} side={side} index={index} />
      ))}
    </li>
  );
}

/** How likely a model found a choice, as a share of what it gave all choices. */
function Belief({ side: { side, model, outcome }, index }: { readonly side: Side; readonly index: number }) {
  if (outcome?.kind !== "chosen") return null;
  const isTaken = outcome.choice === index;
  const logprob = outcome.logprobs[index] ?? null;
  if (outcome.logprobs.length === 0 && !isTaken) return null;
  const share = shareOf(outcome.logprobs, index);
  return (
    <div class={`belief ${side}`}>
      <span class="name" title={model}>
        {model}
      </span>
      {outcome.logprobs.length > 0 && (
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect class="ground" width="100" height="8" />
          <rect class="bar" width={share * 100} height="8" />
        </svg>
      )}
      <span class="small">
        {outcome.logprobs.length > 0 &&
          (logprob === null
            ? "not listed"
            : `${percent(share)}, log-probability ${logprob.toFixed(3).replace("-", "−")}`)}
      </span>
      {isTaken && <span class="taken">◀ chosen</span>}
    </div>
  );
}

function shareOf(logprobs: readonly (number | null)[], index: number): number {
  const known = logprobs.filter((logprob) => logprob !== null);
  const most = Math.max(...known);
  const total = known.reduce((sum, logprob) => sum + Math.exp(logprob - most), 0);
  const own = logprobs[index] ?? null;
  return own === null || total === 0 ? 0 : Math.exp(own - most) / total;
}

const ways: Readonly<Record<string, string>> = {
  letters: "by the log-probabilities of the letters",
  full: "by the log-probability of each choice in full",
  "letters-fallback":
    "by the log-probability of each choice in full, since no letter was listed or a tie reached the end of the list",
  generate: "read from a written answer",
};

function OutcomePane({
  side: { side, model, role, outcome },
  gold,
}: {
  readonly side: Side;
  readonly gold: number | null;
}) {
  return (
    <article class={`pane ${side}`}>
      <header>
        <h5>
          {role !== null && <span class="role">{role}</span>}
          <span class="name">{model}</span>
        </h5>
      </header>
      {outcome === undefined && <p class="quiet">This model was not asked this question.</p>}
      {outcome?.kind === "failed" && (
        <p class="notice">
          <Tag kind="warn">failed</Tag> {outcome.reason}: {outcome.message}
        </p>
      )}
      {outcome?.kind === "unreadable" && (
        <p class="notice">
          <Tag kind="warn">unreadable</Tag> The answer names no choice and counts as wrong.
        </p>
      )}
      {outcome?.kind === "chosen" && <Taken outcome={outcome} gold={gold} />}
      {outcome !== undefined && outcome.kind !== "failed" && outcome.text !== undefined && (
        <div class="answer">
          <h6>Written answer</h6>
          {outcome.text === "" ? <p class="quiet">The answer is empty.</p> : <MarkdownText text={outcome.text} />}
        </div>
      )}
    </article>
  );
}

function Taken({
  outcome: { choice, way, cut },
  gold,
}: {
  readonly outcome: Extract<SampleOutcome, { kind: "chosen" }>;
  readonly gold: number | null;
}) {
  return (
    <>
      <p>
        <strong>{choice === gold ? "✓ Right" : "✗ Wrong"}</strong>: took {letter(choice)}
        {way === "letters-fallback" && <Tag kind="warn">slow way</Tag>}
        {cut === true && <Tag kind="warn">cut off</Tag>}
      </p>
      <p class="small">{ways[way]}</p>
    </>
  );
}

/** A, B, … */
function letter(index: number): string {
  return String.fromCodePoint(0x41 + index);
}
