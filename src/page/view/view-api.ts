import type { GivenRating, ShownRating } from "../../domain/mt-bench/human-rating.js";
import type { PageRecord, PageSummary } from "../../domain/page/page-data.js";
import type { ViewListing, ViewSet } from "../../domain/page/view-listing.js";
import type { PageSource } from "../source.js";

/** A page that the server has read, and where its texts come from. */
export interface ServedPage {
  readonly summary: PageSummary;
  readonly source: PageSource;
  /** what lay in the folder just before the page was read */
  readonly set: ViewSet | null;
}

/** Which results a page shows; `against` holds the questions that `set` has no longer. */
export interface RatedSets {
  readonly set: string;
  readonly against?: string;
}

/** Everything that the viewer asks of its server. */
export interface ViewApi {
  page(choice: URLSearchParams): Promise<ServedPage>;
  ratings(sets: RatedSets): Promise<readonly ShownRating[]>;
  rate(sets: RatedSets, rating: GivenRating): Promise<void>;
  /** Calls back with the listing now and whenever it has changed; resolves when the connection ends. */
  follow(onListing: (listing: ViewListing) => void, signal: AbortSignal): Promise<void>;
}

/** The token goes in a header, which no other page can make a browser send. */
export function viewApi(token: string): ViewApi {
  const headers = { "x-branchbench-token": token };

  async function get(path: string): Promise<string> {
    const response = await fetch(path, { headers });
    return answerOf(response);
  }

  return {
    page: async (choice) => {
      const { page, summary, set } = served(await get(`/api/page?${choice}`));
      return {
        summary,
        set,
        source: {
          summary: () => Promise.resolve(summary),
          chunk: async (number) => recordsOf(await get(`/api/chunk?page=${encodeURIComponent(page)}&number=${number}`)),
        },
      };
    },
    ratings: async (sets) => ratingsOf(await get(`/api/ratings?${new URLSearchParams({ ...sets })}`)),
    rate: async (sets, rating) => {
      const response = await fetch("/api/rating", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ ...sets, rating }),
      });
      await answerOf(response);
    },
    follow: async (onListing, signal) => {
      const response = await fetch("/api/changes", { headers, signal });
      if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
      for await (const line of linesOf(response.body)) onListing(listingOf(line));
    },
  };
}

/** The text of an answer; of a refusal the reason as an error. */
async function answerOf(response: Response): Promise<string> {
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(reasonIn(text) ?? `the server answers ${response.status}`);
}

function reasonIn(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && "error" in answer ? String(answer.error) : undefined;
  } catch {
    return undefined;
  }
}

// What the server of this very page sends is taken as it is.
const served: (text: string) => Omit<ServedPage, "source"> & { readonly page: string } = JSON.parse;
const recordsOf: (text: string) => readonly PageRecord[] = JSON.parse;
const ratingsOf: (text: string) => readonly ShownRating[] = JSON.parse;
const listingOf: (text: string) => ViewListing = JSON.parse;

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
