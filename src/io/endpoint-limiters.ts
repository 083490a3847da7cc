import { parseBaseUrl } from "../domain/server/base-url.js";
import type { Limiter, MaxWorkers } from "./limiter.js";
import { limiter } from "./limiter.js";

/** Finds the limiter of an endpoint by its base URL. */
export type EndpointLimiters = (baseUrl: string) => Limiter | undefined;

/**
 * One limiter per endpoint: models behind the same one share what it bears. Where they are given different numbers the smallest one holds.
 */
export function endpointLimiters(
  endpoints: readonly { readonly baseUrl: string; readonly maxWorkers: MaxWorkers }[],
): EndpointLimiters {
  const bounds = new Map<string, MaxWorkers>();
  for (const { baseUrl, maxWorkers } of endpoints) {
    const key = parseBaseUrl(baseUrl).shownUrl;
    bounds.set(key, smaller(bounds.get(key) ?? "auto", maxWorkers));
  }
  const limiters = new Map([...bounds].map(([key, maxWorkers]) => [key, limiter(maxWorkers)]));
  return (baseUrl) => limiters.get(parseBaseUrl(baseUrl).shownUrl);
}

function smaller(left: MaxWorkers, right: MaxWorkers): MaxWorkers {
  if (left === "auto") return right;
  return right === "auto" ? left : Math.min(left, right);
}
