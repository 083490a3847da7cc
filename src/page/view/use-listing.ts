import { useEffect, useState } from "preact/hooks";
import type { ViewListing } from "../../domain/page/view-listing.js";
import type { ViewApi } from "./view-api.js";

export interface FollowedListing {
  /** null before the first one has come */
  readonly listing: ViewListing | null;
  readonly isConnected: boolean;
}

const retryMs = 2_000;

/** Follows the output folder for as long as the page is open; a server that went away is asked again. */
export function useListing(api: ViewApi): FollowedListing {
  const [state, setState] = useState<FollowedListing>({ listing: null, isConnected: true });
  useEffect(() => {
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        await api.follow((listing) => setState({ listing, isConnected: true }), stop.signal).catch(() => undefined);
        setState(({ listing }) => ({ listing, isConnected: false }));
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    };
    void follow();
    return () => stop.abort();
  }, [api]);
  return state;
}
