import { expect } from "vitest";
import type { EvalErrorCode } from "../../src/domain/eval-error.js";

/** Matches an `EvalError` of this code whose message holds the text or matches the pattern, and whose hint, where given, holds that text. */
export function evalError(code: EvalErrorCode, message: string | RegExp, hint?: string): unknown {
  return expect.objectContaining({
    name: "EvalError",
    code,
    message: typeof message === "string" ? expect.stringContaining(message) : expect.stringMatching(message),
    ...(hint !== undefined && { hint: expect.stringContaining(hint) }),
  });
}
