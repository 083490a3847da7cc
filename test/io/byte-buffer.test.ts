import fc from "fast-check";
import { expect, it } from "vitest";
import { byteBuffer } from "../../src/io/byte-buffer.js";

const text = fc.string({ unit: "grapheme" });
const part = fc.oneof(text, fc.uint8Array());
const appended = fc.oneof(
  part.map((value) => ({ kind: "part" as const, value })),
  text.map((value) => ({ kind: "line" as const, value })),
);

it("holds what was appended, however little room it began with, and once more after it was cleared", () => {
  fc.assert(
    fc.property(fc.array(appended), fc.array(appended), fc.nat(40), (first, second, room) => {
      const buffer = byteBuffer(room);
      for (const parts of [first, second]) {
        buffer.clear();
        for (const { kind, value } of parts) {
          if (kind === "line") buffer.appendLine(value);
          else buffer.append(value);
        }
        const expected = Buffer.concat(
          parts.map(({ kind, value }) => Buffer.concat([Buffer.from(value), Buffer.from(kind === "line" ? "\n" : "")])),
        );
        expect(buffer.bytes().equals(expected)).toBe(true);
        expect(buffer.length).toBe(expected.length);
      }
    }),
  );
});
