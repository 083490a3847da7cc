import { useCallback, useMemo, useState } from "preact/hooks";
import type { ShownRating } from "../../domain/mt-bench/human-rating.js";
import type { ViewListing, ViewSet } from "../../domain/page/view-listing.js";
import { App } from "../app.js";
import type { NotedAnswer } from "../human-ratings.js";
import { AnswerNotes, HumanRatings } from "../human-ratings.js";
import { RatingForm } from "./rating-form.js";
import { useListing } from "./use-listing.js";
import { viewLink } from "./view-address.js";
import type { RatedSets, ServedPage, ViewApi } from "./view-api.js";

interface ServedReportProps {
  readonly api: ViewApi;
  readonly token: string;
  readonly choice: URLSearchParams;
  readonly page: ServedPage;
}

/** The report page, fed by the server, where answers can be rated. */
export function ServedReport({ api, token, choice, page }: ServedReportProps) {
  const sets = useMemo(() => setsOf(choice), [choice]);
  const [ratings, setRatings] = useState<readonly ShownRating[]>(page.summary.humanRatings);
  const reload = useCallback(async () => setRatings(await api.ratings(sets)), [api, sets]);
  const notes = useMemo(
    () => (answer: NotedAnswer) => (
      <>
        <HumanRatings ratings={ratings} answer={answer} />
        <RatingForm
          answer={answer}
          onRate={async (rating) => {
            await api.rate(sets, rating);
            await reload();
          }}
        />
      </>
    ),
    [api, sets, ratings, reload],
  );
  return (
    <AnswerNotes.Provider value={notes}>
      <LiveBar api={api} token={token} id={sets.set} before={page.set} />
      <App summary={page.summary} source={page.source} />
    </AnswerNotes.Provider>
  );
}

function setsOf(choice: URLSearchParams): RatedSets {
  const [set, against] = [choice.get("set") ?? "", choice.get("against")];
  return { set, ...(against !== null && { against }) };
}

interface LiveBarProps {
  readonly api: ViewApi;
  readonly token: string;
  readonly id: string;
  /** what lay there when the page was read */
  readonly before: ViewSet | null;
}

/** The way back, and what has changed since the page was read. */
function LiveBar({ api, token, id, before }: LiveBarProps) {
  const { listing, isConnected } = useListing(api);
  const now = setOf(listing, id);
  const isNew = now !== undefined && (before === null || recordsOf(now) !== recordsOf(before));
  return (
    <nav class="view-bar" aria-label="Viewer">
      <a href={viewLink(token)}>← All results</a>
      <span class="small" role="status">
        {isConnected ? standing(now) : "the viewer has ended or cannot be reached"}
        {isNew && " New results have come."}
      </span>
      {isNew && (
        <button type="button" class="plain" onClick={() => location.reload()}>
          Show them
        </button>
      )}
    </nav>
  );
}

function setOf(listing: ViewListing | null, id: string): ViewSet | undefined {
  return listing?.sets.find((set) => set.id === id);
}

/** What of a set decides the page. */
function recordsOf(set: ViewSet): string {
  if (set.kind === "choices") return JSON.stringify(set.models.map(({ model, finished }) => [model, finished]));
  return JSON.stringify([
    set.candidates.map(({ model, answered }) => [model, answered]),
    set.judges.map(({ models }) => models),
  ]);
}

function standing(set: ViewSet | undefined): string {
  if (set === undefined) return "";
  const stages = set.kind === "choices" ? set.models : [...set.candidates, ...set.judges];
  const running = stages.filter(({ state }) => state === "running");
  if (running.length === 0) return "No run is under way.";
  const parts = running.map(({ progress }) =>
    progress === null ? "running" : `${progress.done} of ${progress.total ?? "?"}`,
  );
  return `Running: ${parts.join(", ")}.`;
}
