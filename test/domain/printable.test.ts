import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, shownName } from "../../src/domain/printable.js";

describe("printable", () => {
  it.each([
    ["plain text stays", "Größe 5 µm, 模型 🙂", "Größe 5 µm, 模型 🙂"],
    ["line breaks become one space", "one\r\n\r\ntwo\tthree", "one two three"],
    ["escape sequences lose their escape", "\u001B[31mred\u001B[0m", " [31mred [0m"],
    ["no bell, no backspace, no NUL", "a\u0007b\bc\0d", "a b c d"],
    ["no C1 control characters", "a\u009B31mb\u0085c", "a 31mb c"],
    ["no text-direction tricks", "abc\u202Etxt.exe\u2066", "abc txt.exe "],
    ["no invisible characters", "pass\u200Bword\uFEFF", "pass word "],
    ["no Unicode line ends", "a\u2028b\u2029c", "a b c"],
    ["no half characters", "a\uD83Db\uDE42c", "a b c"],
  ])("%s", (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it("leaves nothing that a terminal obeys, and is done after one pass", () => {
    const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
    const control = fc.constantFrom("\u001B", "\u009B", "\u202E", "\u2028", "\uD83D", "\uFEFF");
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(anyCharacter, control) }), (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});

describe("shownName", () => {
  it.each([
    ["org/model", "org/model"],
    ["a\u001B[31mb", "a [31mb"],
    ["x".repeat(80), "x".repeat(80)],
    ["x".repeat(3000), `${"x".repeat(80)}…`],
  ])("of %j", (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });
});
