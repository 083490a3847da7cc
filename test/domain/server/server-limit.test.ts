import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowedAlternatives } from "../../../src/domain/server/server-limit.js";

describe("allowedAlternatives", () => {
  it.each<[string, number, number | undefined]>([
    ["Requested sample logprobs of 20, which is greater than max allowed: 5", 20, 5],
    ["Requested sample logprobs of 50, which is greater than max allowed: 20", 50, 20],
    ["Invalid value for 'top_logprobs': must be less than or equal to 5.", 20, 5],
    ["top_logprobs must be between 0 and 20", 100, 20],
    ["logprobs must be -1 or between 0 and 5 (got 20)", 20, 5],
    // refusals that name no limit: those of a status, a version, a part of a number or a word
    ["too many logprobs", 20, undefined],
    ["logprobs is too large: 20", 20, undefined],
    ["error 400: logprobs are not allowed for this model", 20, undefined],
    ["logprobs is not supported by gpt-4o or o1 in version 1.5 (v2, b3)", 20, undefined],
    ["logprobs: 0 is the only value allowed", 20, undefined],
    ["", 20, undefined],
    // nothing is left to ask for
    ["must be at most 5", 5, undefined],
    ["must be at most 5", 1, undefined],
  ])("%s (%i asked for): %s", (refusal, asked, allowed) => {
    expect(allowedAlternatives(refusal, asked)).toBe(allowed);
  });

  it("is less than what was asked for, so that asking again comes to an end", () => {
    const words = fc.oneof(fc.string(), fc.nat({ max: 60 }).map(String));
    fc.assert(
      fc.property(fc.array(words), fc.integer({ min: 1, max: 50 }), (parts, asked) => {
        const allowed = allowedAlternatives(parts.join(" "), asked);
        return allowed === undefined || (allowed >= 1 && allowed < asked && Number.isInteger(allowed));
      }),
    );
  });
});
