import type { RunState } from "../../domain/run-progress.js";
import type { ViewCandidate, ViewJudge } from "../../domain/page/view-listing.js";
import { Tag } from "../icons.js";
import { count } from "../numbers.js";

/** Where the answers of each model stand. */
export function AnswerStages({ candidates }: { readonly candidates: readonly ViewCandidate[] }) {
  if (candidates.length === 0) return null;
  return (
    <div class="table-place" role="region" aria-label="Answers" tabIndex={0}>
      <table class="stages">
        <caption>Answers</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">State</th>
            <th scope="col">Progress</th>
            <th scope="col" class="number">
              Answered
            </th>
            <th scope="col">Errors</th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => (
            <tr key={candidate.model}>
              <th scope="row" class="name">
                {candidate.model}
              </th>
              <td>
                <StateTag state={candidate.state} />
              </td>
              <td>
                <Progress stage={candidate} label={`answers of ${candidate.model}`} />
              </td>
              <td class="number">{count(candidate.answered)}</td>
              <td>
                <Errors errors={candidate.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where each judge stands, and the means so far. */
export function JudgmentStages({ judges }: { readonly judges: readonly ViewJudge[] }) {
  if (judges.length === 0) return null;
  return (
    <div class="table-place" role="region" aria-label="Judgments" tabIndex={0}>
      <table class="stages">
        <caption>Judgments</caption>
        <thead>
          <tr>
            <th scope="col">Judge</th>
            <th scope="col">Mean so far</th>
            <th scope="col">State</th>
            <th scope="col">Progress</th>
            <th scope="col">Errors</th>
          </tr>
        </thead>
        <tbody>
          {judges.map((judge) => (
            <tr key={judge.judge}>
              <th scope="row" class="name">
                {judge.judge}
              </th>
              <td>
                <Means judge={judge} />
              </td>
              <td>
                <StateTag state={judge.state} />
              </td>
              <td>
                <Progress stage={judge} label={`judgments by ${judge.judge}`} />
              </td>
              <td>
                <Errors errors={judge.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const stateWords: Readonly<Record<RunState, string>> = { running: "running", done: "done", interrupted: "interrupted" };

export function StateTag({ state }: { readonly state: RunState }) {
  if (state === "interrupted")
    return (
      <span title="The same command goes on with it.">
        <Tag kind="warn">{stateWords[state]}</Tag>
      </span>
    );
  return <span class={`state ${state}`}>{stateWords[state]}</span>;
}

export function Progress({
  stage,
  label,
}: {
  readonly stage: Pick<ViewCandidate, "state" | "progress">;
  readonly label: string;
}) {
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

export function Errors({ errors }: { readonly errors: Readonly<Record<string, number>> }) {
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
