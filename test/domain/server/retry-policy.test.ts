import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestFailureReason } from "../../../src/domain/server/chat-model.js";
import {
  hopeless,
  mostSilentRounds,
  noSilence,
  recordCall,
  retryDelayMs,
  serverDelayMs,
  silenceAfterTimeout,
  unknownServer,
  verdictOn,
  type ServerRecord,
} from "../../../src/domain/server/retry-policy.js";

const fresh = { everSucceeded: false, tokenLimitField: "max_tokens" } as const;
const proven = { ...fresh, everSucceeded: true };

describe("verdictOn", () => {
  it.each([
    [408, "timeout", true],
    [409, "server-error", false],
    [425, "server-error", false],
    [429, "rate-limited", true],
    [500, "server-error", false],
    [501, "server-error", false],
    [502, "server-error", false],
    [503, "server-error", true],
    [504, "server-error", true],
    [529, "server-error", true],
  ])("%i is tried again as %s", (status, reason, overloaded) => {
    expect(verdictOn(status, { text: "" }, fresh)).toEqual({ kind: "retry", reason, overloaded });
  });

  it.each([400, 406, 410, 413, 415, 422, 451])("%i is final for the request", (status) => {
    expect(verdictOn(status, { text: "no" }, fresh)).toEqual({ kind: "failed", reason: "rejected" });
  });

  it.each([
    [401, "", "key", "key"],
    [402, "", "credit", "credit"],
    [404, "", "not-found", "not-found"],
    [429, "insufficient_quota", "credit", "credit"],
    [403, "", "forbidden", "failed"],
    [405, "", "not-found", "failed"],
    [302, "", "redirected", "retry"],
    [308, "", "redirected", "retry"],
  ])("%i %s means %s before the first success and %s after it", (status, code, before, after) => {
    const message = code === "" ? { text: "" } : { text: "", code };
    expect(verdictOn(status, message, fresh)).toEqual({ kind: "refused", refusal: before });
    const later = verdictOn(status, message, proven);
    expect(later.kind === "refused" ? later.refusal : later.kind).toBe(after);
  });

  it("knows a prompt that is too long, whatever the status", () => {
    for (const status of [400, 413, 422, 500])
      expect(verdictOn(status, { text: "maximum context length is 4096" }, fresh)).toEqual({
        kind: "failed",
        reason: "context-overflow",
      });
  });

  it("renames the bound once only", () => {
    const message = { text: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." };
    expect(verdictOn(400, message, fresh)).toEqual({ kind: "rename-token-limit" });
    expect(verdictOn(400, message, { ...fresh, tokenLimitField: "max_completion_tokens" })).toEqual({
      kind: "failed",
      reason: "rejected",
    });
  });

  it("gives every status a verdict, and none of 4xx but the known ones is tried again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), (status) => {
        const { kind } = verdictOn(status, { text: "" }, proven);
        const isTriedAgain = status < 400 || status >= 500 || [408, 409, 425, 429].includes(status);
        expect(kind === "retry").toBe(isTriedAgain);
      }),
    );
  });
});

describe("retryDelayMs", () => {
  const schedule = { retryBaseMs: 1_000, maxRetryAfterMs: 300_000, random: () => 0.5 };

  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [6, 16_000],
    [7, 30_000],
    [60, 30_000],
  ])("after try %i it is half of the doubled bound, with a jitter of one half", (failedTries, delayMs) => {
    expect(retryDelayMs(failedTries, undefined, schedule)).toBe(delayMs);
  });

  it("is at least what the server asks for, up to the cap", () => {
    expect(retryDelayMs(1, 20_000, schedule)).toBe(20_000);
    expect(retryDelayMs(1, 3_600_000, schedule)).toBe(300_000);
    expect(retryDelayMs(1, 0, schedule)).toBe(500);
  });

  it("stays between 0 and the larger of 60 s and the cap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failedTries, asked, jitter) => {
          const delayMs = retryDelayMs(failedTries, asked, { ...schedule, random: () => jitter });
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(delayMs).toBeLessThanOrEqual(300_000);
        },
      ),
    );
  });
});

describe("serverDelayMs", () => {
  const now = Date.parse("Sun, 06 Nov 1994 08:49:00 GMT");
  const untilDateMs = (date: string) => Date.parse(date) - now;

  it.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": " 1.5 " }, 1_500],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "7", "retry-after-ms": "120" }, 120],
    [{ "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" }, 37_000],
    [{ "retry-after": "Sun, 06 Nov 1994 08:48:37 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": ["1", "2"] }, undefined],
    [{}, undefined],
  ])("%o asks for %o ms", (headers, delayMs) => {
    expect(serverDelayMs(headers, untilDateMs)).toBe(delayMs);
  });
});

describe("hopeless", () => {
  const after = (...ends: ("replied" | RequestFailureReason)[]): ServerRecord => ends.reduce(recordCall, unknownServer);
  const times = (count: number, end: "replied" | RequestFailureReason) => Array.from({ length: count }, () => end);

  it("gives a server up that rejects the first ten requests", () => {
    expect(hopeless(after(...times(9, "rejected")))).toBeUndefined();
    expect(hopeless(after(...times(9, "rejected"), "context-overflow"))).toBe("rejects-everything");
  });

  it("does not, once a request succeeded", () => {
    expect(hopeless(after("replied", ...times(50, "rejected")))).toBeUndefined();
    expect(hopeless(after("no-content", ...times(50, "rejected")))).toBeUndefined();
  });

  it.each(["connection", "timeout", "server-error", "bad-reply"] as const)(
    "gives up after twenty times %s",
    (reason) => {
      expect(hopeless(after("replied", ...times(19, reason)))).toBeUndefined();
      expect(hopeless(after("replied", ...times(20, reason)))).toBe("gone");
    },
  );

  it.each(["replied", "rejected", "rate-limited", "no-content"] as const)("takes %s for a sign of life", (end) => {
    expect(hopeless(after("replied", ...times(19, "timeout"), end, ...times(19, "timeout")))).toBeUndefined();
  });
});

describe("the silence of a server", () => {
  const timeoutMs = 100;
  const roundsOf = (tries: readonly (readonly [startedMs: number, endedMs: number])[]): number =>
    tries.reduce(
      (silence, [startedMs, endedMs]) => silenceAfterTimeout(silence, { startedMs, endedMs, timeoutMs }),
      noSilence,
    ).rounds;

  it.each<[string, [number, number][], number]>([
    [
      "timeouts one after the other",
      [
        [0, 100],
        [100, 200],
        [250, 350],
      ],
      3,
    ],
    [
      "timeouts side by side",
      [
        [0, 100],
        [1, 101],
        [50, 150],
      ],
      1,
    ],
    [
      "two rounds of several",
      [
        [0, 100],
        [2, 102],
        [101, 201],
        [103, 203],
      ],
      2,
    ],
    [
      "a timeout that the server told",
      [
        [0, 100],
        [100, 150],
      ],
      0,
    ],
    ["nothing", [], 0],
  ])("after %s", (_, tries, rounds) => {
    expect(roundsOf(tries)).toBe(rounds);
  });

  it("ends a run after ten rounds, and never before one call would give up", () => {
    expect([0, 5, 9, 20].map(mostSilentRounds)).toEqual([10, 10, 10, 21]);
  });
});
