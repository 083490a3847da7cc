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

/** Reads CSV as Python's csv module and spreadsheets do: CRLF, LF and CR each end a row outside quotes. Throws where a quote stands amiss. */
function strictRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r)/gy;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (found === null) throw new Error(`no CSV field at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
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

  it("gives every text back to a reader for whom each bare LF or CR ends a row", async () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 5 }),
      fc.constantFrom("\r\n", "\n", "\r", '"', '""', ",", " ", "\t", "=1", "'=1", "-1", "@", "\uFEFF", "constructor"),
    );
    const cell = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 70 }), async (rows) => {
        const [head, ...records] = strictRows(await written(["text", "text"], rows));
        expect(head).toEqual(["text0", "text1"]);
        expect(records.map((record) => record.map(unguardFormula))).toEqual(rows);
      }),
    );
  });

  it.each([
    ["LF", "a\nb"],
    ["CR", "a\rb"],
    ["CRLF", "a\r\nb"],
    ["a bare LF at its end", "b\n"],
  ])("quotes a text that holds %s", async (_, text) => {
    expect(await written(["text"], [[text]])).toBe(`text0\r\n"${text}"\r\n`);
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
