import fc from "fast-check";
import readExcel from "read-excel-file/node";
import { describe, expect, it } from "vitest";
import { EvalError } from "../../src/domain/eval-error.js";
import type { Table } from "../../src/domain/table.js";
import type { WorkbookLimits } from "../../src/render/xlsx.js";
import { excelLimits, xlsx } from "../../src/render/xlsx.js";
import { countedRows, tableWith } from "../support/table.js";
import { readWorkbook } from "../support/workbook.js";

interface Written {
  readonly bytes: Buffer;
  readonly notes: readonly string[];
}

async function written(tables: readonly Table[], limits: Partial<WorkbookLimits> = {}): Promise<Written> {
  const pieces: Uint8Array[] = [];
  const notes: string[] = [];
  const options = {
    about: ["about it"],
    limits: { ...excelLimits, ...limits },
    note: (text: string) => notes.push(text),
  };
  for await (const piece of xlsx(tables, options)) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), notes };
}

async function readBack(tables: readonly Table[], limits: Partial<WorkbookLimits> = {}) {
  const { bytes, notes } = await written(tables, limits);
  return { sheets: readWorkbook(bytes), notes };
}

describe("xlsx", () => {
  it("is read by somebody else's reader: types, sheets, numbers as numbers", async () => {
    const kinds = ["text", "number", "flag", "time", "share"] as const;
    const rows = [
      ["=1+1", -1.5, true, 1_700_000_000, 0.125],
      ["ä 日本 😀 <&>", null, false, null, 0],
    ];
    const { bytes } = await written([tableWith(kinds, rows), { ...tableWith(["text"], []), name: "empty" }]);
    const sheets = await readExcel(bytes);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(["questions", "empty", "about"]);
    expect(sheets[0]?.data).toEqual([
      ["text0", "number1", "flag2", "time3", "share4"],
      ["=1+1", -1.5, true, new Date(1_700_000_000_000), 0.125],
      ["ä 日本 😀 <&>", null, false, null, 0],
    ]);
  });

  it("freezes and filters the header row, and describes the columns", async () => {
    const { sheets } = await readBack([tableWith(["text", "mean"], [["a", 1]])]);
    expect(sheets[0]?.xml).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(sheets[0]?.xml).toContain('<autoFilter ref="A1:B2"/>');
    expect(sheets[0]?.xml).toContain('<col min="2" max="2" width="10" customWidth="1"/>');
    expect(sheets[1]?.rows).toContainEqual(["questions", "mean1", "what mean is"]);
  });

  it.each(["=1+1", "=cmd|'/c calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", '=HYPERLINK("http://x")'])(
    "keeps %j a text, no formula",
    async (text) => {
      const { sheets } = await readBack([tableWith(["text"], [[text]])]);
      expect(sheets[0]?.rows[1]).toEqual([text]);
      expect(sheets[0]?.xml).toMatch(/<c r="A2" s="[56]" t="inlineStr">/);
    },
  );

  it.each(["=1", "+1", "-1", "@x"])("stays a text after somebody edits the cell that holds %j", async (text) => {
    const { sheets } = await readBack([tableWith(["text"], [[text]])]);
    expect(sheets[0]?.xml).toContain('<c r="A2" s="6"');
  });

  it("gives every text back", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom(
        "_x0041_",
        "_x005F_x0041_",
        "__proto__",
        "constructor",
        "\u0000",
        "\uFFFE",
        "]]>",
        "</t>",
        " a ",
        "\r\n",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), async (rows) => {
        const { sheets } = await readBack([tableWith(["text", "text"], rows)]);
        expect(sheets[0]?.rows.slice(1)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it("replaces half a surrogate pair, which is no character", async () => {
    const { sheets } = await readBack([tableWith(["text"], [["a\uD800b\uDC00"]])]);
    expect(sheets[0]?.rows[1]).toEqual(["a\uFFFDb\uFFFD"]);
  });

  it("cuts a text that a cell cannot hold, keeps its row, and says so", async () => {
    const rows = [
      ["x".repeat(32_767), 1],
      ["y".repeat(40_000), 2],
      [`${"z".repeat(32_762)}${"😀".repeat(10)}`, 3],
    ];
    const { sheets, notes } = await readBack([tableWith(["text", "whole"], rows)]);
    const read = sheets[0]?.rows ?? [];
    expect(read.map((row) => row[1])).toEqual(["whole1", 1, 2, 3]);
    expect(read[1]?.[0]).toBe("x".repeat(32_767));
    expect(read[2]?.[0]).toBe(`${"y".repeat(32_763)} […]`);
    expect(read[3]?.[0]).toBe(`${"z".repeat(32_762)} […]`);
    expect(notes).toEqual([
      "2 cells of column text0 (questions) were cut to 32767 characters, which is all a cell holds",
    ]);
    expect(sheets[1]?.rows.flat()).toContain(notes[0]);
  });

  it.each([
    { rows: 9, limit: 10, sizes: [9] },
    { rows: 10, limit: 10, sizes: [9, 1] },
    { rows: 25, limit: 10, sizes: [9, 9, 7] },
    { rows: 0, limit: 10, sizes: [0] },
  ])("spreads $rows rows over sheets of $limit rows", async ({ rows, limit, sizes }) => {
    const { sheets, notes } = await readBack([tableWith(["whole"], countedRows(rows, (index) => [index]).rows)], {
      rows: limit,
    });
    const parts = sheets.filter(({ name }) => name.startsWith("questions"));
    expect(parts.map((sheet) => sheet.rows.length - 1)).toEqual(sizes);
    expect(parts.flatMap((sheet) => sheet.rows.slice(1).flat())).toEqual(
      Array.from({ length: rows }, (_, index) => index),
    );
    expect(notes).toHaveLength(sizes.length - 1);
    expect(parts.map(({ name }) => name)).toEqual(
      ["questions", "questions (2)", "questions (3)"].slice(0, sizes.length),
    );
  });

  it("begins a further sheet where one would become too large", async () => {
    const table = tableWith(["text"], countedRows(100, () => ["x".repeat(1_000)]).rows);
    const { sheets } = await readBack([table], { sheetBytes: 50_000 });
    expect(sheets.length).toBeGreaterThan(2);
    expect(
      sheets.filter(({ name }) => name.startsWith("questions")).reduce((sum, { rows }) => sum + rows.length - 1, 0),
    ).toBe(100);
  });

  it("refuses a workbook larger than its format, with a way out", async () => {
    const table = tableWith(["text"], countedRows(100, (index) => [`${index}`]).rows);
    await expect(written([table], { fileBytes: 500 })).rejects.toThrow(EvalError);
  });

  it("takes rows no faster than its reader takes pieces", async () => {
    const noise = (index: number): string =>
      Array.from({ length: 1_000 }, (_, letter) =>
        String.fromCharCode(33 + ((index * 7919 + letter * letter * 31) % 90)),
      ).join("");
    const { rows, state } = countedRows(3_000, (index) => [noise(index)]);
    const seen: number[] = [];
    for await (const _ of xlsx([tableWith(["text"], rows)], { about: [] })) seen.push(state.taken);
    expect(seen[0]).toBeLessThan(600);
    expect(Math.max(...seen.slice(1).map((taken, index) => taken - (seen[index] ?? 0)))).toBeLessThan(600);
    expect(seen.at(-1)).toBe(3_000);
  });

  it("is the same file each time", async () => {
    const [first, second] = [
      await written([tableWith(["text"], [["a"]])]),
      await written([tableWith(["text"], [["a"]])]),
    ];
    expect(first.bytes.equals(second.bytes)).toBe(true);
  });
});
