import { useState } from "preact/hooks";
import type { ViewListing, ViewSet } from "../../domain/page/view-listing.js";
import { ThemeButton } from "../theme.js";
import { ChoosePair } from "./choose-pair.js";
import { ChoiceStages } from "./choice-stages.js";
import { AnswerStages, JudgmentStages } from "./stages.js";
import { useListing } from "./use-listing.js";
import { viewLink } from "./view-address.js";
import type { ViewApi } from "./view-api.js";

/** All results in the folder, and where runs stand. */
export function Overview({ api, token }: { readonly api: ViewApi; readonly token: string }) {
  const { listing, isConnected } = useListing(api);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the results
      </a>
      <header class="page-head">
        <p class="brand">branchbench</p>
        <p class="connection small" role="status">
          {isConnected ? "live" : "the viewer has ended or cannot be reached"}
        </p>
        <ThemeButton />
      </header>
      <main id="main" class="view" tabIndex={-1}>
        <h1>Results</h1>
        {listing === null ? <p class="quiet">Reading the folder…</p> : <Sets listing={listing} token={token} />}
      </main>
    </>
  );
}

function Sets({ listing, token }: { readonly listing: ViewListing; readonly token: string }) {
  const { sets, refused, folder } = listing;
  const [wanted, setWanted] = useState("");
  const shown = sets.filter((set) => textOf(set).includes(wanted.toLowerCase().trim()));
  return (
    <>
      <p class="quiet">
        in <code>{folder}</code>
      </p>
      {sets.length === 0 && (
        <p class="notice">There are no results here yet. A run that begins will appear by itself.</p>
      )}
      {sets.length > 3 && (
        <p class="find">
          <label>
            Find{" "}
            <input
              type="search"
              value={wanted}
              onInput={(event) => setWanted(event.currentTarget.value)}
              placeholder="benchmark, branch or model"
            />
          </label>{" "}
          <span class="small" role="status">
            {shown.length} of {sets.length}
          </span>
        </p>
      )}
      {shown.map((set) => (
        <SetCard key={set.id} set={set} token={token} />
      ))}
      <ChoosePair sets={sets.filter((set) => set.kind === "judged")} token={token} />
      {refused.length > 0 && (
        <section aria-labelledby="refused-title">
          <h2 id="refused-title">Not shown</h2>
          <ul>
            {refused.map(({ path, reason }) => (
              <li key={path}>
                <code>{path}</code>: {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function textOf(set: ViewSet): string {
  return [set.path, set.bench, set.kind === "judged" ? set.branch : "", ...namesIn(set)].join("\n").toLowerCase();
}

function namesIn(set: ViewSet): string[] {
  if (set.kind === "choices") return set.models.map(({ model }) => model);
  return [...set.candidates.map(({ model }) => model), ...set.judges.map(({ judge }) => judge)];
}

const titles: Readonly<Record<string, string>> = {
  mt_bench: "MT-Bench",
  mt_bench_branch: "MT-Bench-Branch",
  mmlu: "MMLU",
  mmlu_branch: "MMLU-Branch",
};

function SetCard({ set, token }: { readonly set: ViewSet; readonly token: string }) {
  const titleId = `set-${set.id}`;
  const branch = set.kind === "judged" ? set.branch : null;
  const isOpenable =
    set.kind === "judged"
      ? set.judges.some(({ models }) => models.length > 0)
      : set.models.some(({ finished }) => finished !== null);
  return (
    <section class="set" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>
          {titles[set.bench] ?? set.bench}
          {branch !== null && <span class="branch"> {branch}</span>}
        </h2>
        <p class="small">
          <code>{set.path}</code>
        </p>
        {isOpenable && (
          <a class="button" href={viewLink(token, { set: set.id })} aria-describedby={titleId}>
            Open the report
          </a>
        )}
      </header>
      {set.kind === "judged" ? (
        <>
          <AnswerStages candidates={set.candidates} />
          <JudgmentStages judges={set.judges} />
        </>
      ) : (
        <ChoiceStages set={set} token={token} />
      )}
    </section>
  );
}
