import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unguardFormula } from "../../src/domain/formula-guard.js";
import type { CellValue, ColumnKind } from "../../src/domain/table.js";
import { csv } from "../../src/render/csv.js";
import { countedRows, tableWith } from "../support/table.js";

async function written(kinds: readonly ColumnKind[], rows: readonly (readonly CellValue[])[]): Promise<string> {
  let text = "";
  for await (const piece of csv(tableWith(kinds, rows))) text += piece;
  return text;
}

describe("csv", () => {
  it("writes numbers, flags, times and nothing as RFC 4180 has it", async () => {
    const kinds = ["text", "number", "flag", "time", "whole", "mean"] as const;
    const rows = [
      ["a", -1.5, true, 1_700_000_000.25, 0, 7.123_456],
      ["", null, false, null, null, null],
    ];
    expect(await written(kinds, rows)).toBe(
      "text0,number1,flag2,time3,whole4,mean5\r\n" +
        "a,-1.5,true,2023-11-14T22:13:20.250Z,0,7.123456\r\n" +
        ",,false,,,\r\n",
    );
  });

  it("quotes what needs quotes, and guards texts but not numbers", async () => {
    expect(
      await written(
        ["text", "number"],
        [
          ['say "a, b"\nc', -1],
          ["-1", 2],
          ["=1,2", 3],
        ],
      ),
    ).toBe('text0,number1\r\n"say ""a, b""\nc",-1\r\n\'-1,2\r\n"\'=1,2",3\r\n');
  });

  it("gives every text back", async () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\r\n", '"', ",", "=1", "'=1", "\uFEFF", "constructor"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 70 }), async (rows) => {
        const text = await written(["text", "text"], rows);
        const records: string[][] = parse(text, { record_delimiter: "\r\n" });
        expect(records.slice(1).map((record) => record.map(unguardFormula))).toEqual(rows);
      }),
    );
  });

  it("takes rows no faster than its reader takes pieces", async () => {
    const { rows, state } = countedRows(10_000, (index) => [index]);
    const pieces = csv(tableWith(["whole"], rows));
    let lines = 0;
    for await (const piece of pieces) {
      lines += piece.split("\r\n").length - 1;
      expect(state.taken - lines).toBeLessThanOrEqual(0);
    }
    expect([state.taken, lines]).toEqual([10_000, 10_001]);
  });

  it("closes its source when the reader stops", async () => {
    let isClosed = false;
    async function* rows() {
      try {
        for (let index = 0; ; index++) yield [await Promise.resolve(index)];
      } finally {
        isClosed = true;
      }
    }
    let pieces = 0;
    for await (const _ of csv(tableWith(["whole"], rows()))) if (++pieces === 3) break;
    expect(isClosed).toBe(true);
  });
});
