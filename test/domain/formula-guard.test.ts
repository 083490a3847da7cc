import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardFormula, unguardFormula } from "../../src/domain/formula-guard.js";

describe("guardFormula", () => {
  it.each([
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "=cmd|'/c calc'!A0",
    "+1",
    "-1",
    "- a list",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00A0=1",
    "\u0000=1",
    "\uFEFF=1",
    "\u200B=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "\tx",
  ])("puts an apostrophe before %j", (text) => {
    expect(guardFormula(text)).toBe(`'${text}`);
  });

  it.each(["", "a", "1", "a=1", "'tis", " x", "it's = 1", "−1 (a minus sign)", "*", "#"])(
    "leaves %j as it is",
    (text) => {
      expect(guardFormula(text)).toBe(text);
    },
  );

  it("can be undone for every text", () => {
    const start = fc.constantFrom("", "'", "''", "=", "-", "\t", "\r\n", " ", "'=", "'\n");
    fc.assert(
      fc.property(start, fc.string({ unit: "binary" }), (begin, rest) => {
        const text = `${begin}${rest}`;
        expect(unguardFormula(guardFormula(text))).toBe(text);
      }),
    );
  });
});
