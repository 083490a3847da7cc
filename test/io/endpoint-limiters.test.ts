import { describe, expect, it } from "vitest";
import { endpointLimiters } from "../../src/io/endpoint-limiters.js";

describe("endpointLimiters", () => {
  it("gives models behind one endpoint the same limiter, however the URL is typed", () => {
    const limiters = endpointLimiters([
      { baseUrl: "http://host:8000/v1", maxWorkers: "auto" },
      { baseUrl: "http://host:8000/v1/", maxWorkers: "auto" },
      { baseUrl: "http://host:8001/v1", maxWorkers: 4 },
    ]);
    const shared = limiters("http://host:8000/v1");
    expect(shared).toBeDefined();
    expect(limiters(" http://host:8000/v1/chat/completions")).toBe(shared);
    expect(limiters("http://host:8001/v1")).not.toBe(shared);
    expect(limiters("http://elsewhere/v1")).toBeUndefined();
  });

  it.each([
    [4, "auto", 4],
    ["auto", 4, 4],
    [8, 3, 3],
    [3, 8, 3],
  ] as const)("holds to the smallest number: %s and %s give %s", (first, second, limit) => {
    const baseUrl = "http://host/v1";
    const limiters = endpointLimiters([first, second].map((maxWorkers) => ({ baseUrl, maxWorkers })));
    expect(limiters(baseUrl)).toMatchObject({ limit, largestLimit: limit });
  });
});
