import type { ViewChooser, ViewChoicesSet } from "../../domain/page/view-listing.js";
import { count, percent } from "../numbers.js";
import { StageTable } from "./stages.js";
import { viewLink } from "./view-address.js";

/** Where each model stands with its multiple-choice questions, and what can be opened besides the report of all. */
export function ChoiceStages({ set, token }: { readonly set: ViewChoicesSet; readonly token: string }) {
  const { id, models, comparisons } = set;
  const finished = models.filter((model) => model.finished !== null);
  return (
    <>
      <StageTable
        caption="Multiple choice"
        stages={models}
        name={{
          heading: "Model",
          of: ({ model }) => model,
          cell: ({ model, finished: isOpen }) =>
            finished.length > 1 && isOpen !== null ? <a href={viewLink(token, { set: id, model })}>{model}</a> : model,
        }}
        own={{ heading: "Right so far", cell: (model) => <Shares model={model} /> }}
        label={({ model }) => `questions asked of ${model}`}
      />
      {finished.length === 0 && <p class="quiet">The report can be opened when a first run has ended.</p>}
      {comparisons.length > 0 && (
        <ul class="comparisons">
          {comparisons.map(({ base, tuned }) => (
            <li key={JSON.stringify([base, tuned])}>
              <a href={viewLink(token, { set: id, base, tuned })}>
                <span class="name">{tuned}</span> against <span class="name">{base}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** One figure for each thing that is scored: letters and texts are never put into one. */
function Shares({ model: { n, forms, partial } }: { readonly model: ViewChooser }) {
  return (
    <>
      {forms.length === 0 && (
        <div>
          – <span class="small">n {count(n)}</span>
        </div>
      )}
      {forms.map((share) => (
        <div key={share.form}>
          <strong>{percent(share.correct / share.n)}</strong>{" "}
          <span class="small">
            n {count(share.n)}
            {forms.length > 1 && share.form !== null && `, scored by ${share.form}`}
          </span>
        </div>
      ))}
      {partial !== null && <div class="small">partial: {partial}</div>}
    </>
  );
}
