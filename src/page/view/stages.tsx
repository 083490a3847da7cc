import type { ComponentChildren } from "preact";
import type { RunState } from "../../domain/run-progress.js";
import type { ViewCandidate, ViewJudge, ViewStage } from "../../domain/page/view-listing.js";
import { Tag } from "../icons.js";
import { count } from "../numbers.js";

interface StageTableProps<Stage> {
  readonly caption: string;
  readonly stages: readonly Stage[];
  /** what names a stage, and under which heading; unique among the stages */
  readonly name: {
    readonly heading: string;
    readonly of: (stage: Stage) => string;
    readonly cell?: (stage: Stage) => ComponentChildren;
  };
  /** what only stages of this kind have, beside how far they came */
  readonly own: { readonly heading: string; readonly cell: (stage: Stage) => ComponentChildren };
  /** what a stage's progress is of, for those who do not see the table */
  readonly label: (stage: Stage) => string;
}

/** How far each stage of one kind came. */
export function StageTable<Stage extends ViewStage>({ caption, stages, name, own, label }: StageTableProps<Stage>) {
  if (stages.length === 0) return null;
  return (
    <div class="table-place" role="region" aria-label={caption} tabIndex={0}>
      <table class="stages">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {[name.heading, own.heading, "State", "Progress", "Errors"].map((heading) => (
              <th scope="col" key={heading}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <tr key={name.of(stage)}>
              <th scope="row" class="name">
                {(name.cell ?? name.of)(stage)}
              </th>
              <td>{own.cell(stage)}</td>
              <td>
                <StateTag state={stage.state} />
              </td>
              <td>
                <Progress stage={stage} label={label(stage)} />
              </td>
              <td>
                <Errors errors={stage.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where the answers of each model stand. */
export function AnswerStages({ candidates }: { readonly candidates: readonly ViewCandidate[] }) {
  return (
    <StageTable
      caption="Answers"
      stages={candidates}
      name={{ heading: "Model", of: ({ model }) => model }}
      own={{ heading: "Answered", cell: ({ answered }) => count(answered) }}
      label={({ model }) => `answers of ${model}`}
    />
  );
}

/** Where each judge stands, and the means so far. */
export function JudgmentStages({ judges }: { readonly judges: readonly ViewJudge[] }) {
  return (
    <StageTable
      caption="Judgments"
      stages={judges}
      name={{ heading: "Judge", of: ({ judge }) => judge }}
      own={{ heading: "Mean so far", cell: (judge) => <Means judge={judge} /> }}
      label={({ judge }) => `judgments by ${judge}`}
    />
  );
}

const stateWords: Readonly<Record<RunState, string>> = { running: "running", done: "done", interrupted: "interrupted" };

function StateTag({ state }: { readonly state: RunState }) {
  if (state === "interrupted")
    return (
      <span title="The same command goes on with it.">
        <Tag kind="warn">{stateWords[state]}</Tag>
      </span>
    );
  return <span class={`state ${state}`}>{stateWords[state]}</span>;
}

function Progress({ stage, label }: { readonly stage: ViewStage; readonly label: string }) {
  const { progress, state } = stage;
  if (progress === null) return <span class="quiet">not known</span>;
  const { done, total, perSecond, remainingSeconds } = progress;
  return (
    <div class="progress">
      {total !== null && state !== "done" && <progress value={done} max={Math.max(1, total)} aria-label={label} />}
      <span class="small">
        {count(done)}
        {total !== null && ` of ${count(total)}`}
        {state === "running" && perSecond !== null && `, ${rateWords(perSecond)}`}
        {state === "running" &&
          remainingSeconds !== null &&
          remainingSeconds > 0 &&
          `, ${timeWords(remainingSeconds)} left`}
      </span>
    </div>
  );
}

function rateWords(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)} a second` : `${(perSecond * 60).toFixed(1)} a minute`;
}

function timeWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function Means({ judge }: { readonly judge: ViewJudge }) {
  return (
    <ul class="means">
      {judge.models.map(({ model, n, sum, unscored }) => (
        <li key={model}>
          <span class="name">{model}</span> <strong>{n === 0 ? "–" : (sum / n).toFixed(2)}</strong>{" "}
          <span class="small">
            n {count(n)}
            {unscored > 0 && `, ${count(unscored)} unscored`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Errors({ errors }: { readonly errors: Readonly<Record<string, number>> }) {
  const found = Object.entries(errors);
  if (found.length === 0) return <span class="quiet">none</span>;
  return (
    <ul class="errors">
      {found.map(([reason, times]) => (
        <li key={reason}>
          <Tag kind="warn">{`${count(times)} × ${reason}`}</Tag>
        </li>
      ))}
    </ul>
  );
}
