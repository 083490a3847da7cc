import { appendFile, rename, truncate } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendedLines } from "../../src/io/appended-lines.js";
import { tempFolder } from "../support/temp-folder.js";

/** Reads once and says what came. */
async function readOnce(lines: ReturnType<typeof appendedLines>): Promise<{ rows: unknown[]; restarts: number }> {
  const seen: { rows: unknown[]; restarts: number } = { rows: [], restarts: 0 };
  await lines.read(
    (row) => seen.rows.push(row),
    () => seen.restarts++,
  );
  return seen;
}

describe("appendedLines", () => {
  it("gives each line once, as it is appended", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("a.jsonl", '{"n":1}\n{"n":2}\n');
    const lines = appendedLines(path);
    expect((await readOnce(lines)).rows).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await readOnce(lines)).toEqual({ rows: [], restarts: 0 });
    await appendFile(path, '{"n":3}\n');
    expect(await readOnce(lines)).toEqual({ rows: [{ n: 3 }], restarts: 0 });
  });

  it("waits for the end of a line that is being written, also within a character", async () => {
    await using folder = await tempFolder();
    const line = Buffer.from('{"t":"å"}\n');
    const path = await folder.write("a.jsonl", line.subarray(0, 7));
    const lines = appendedLines(path);
    expect((await readOnce(lines)).rows).toEqual([]);
    await appendFile(path, line.subarray(7));
    expect((await readOnce(lines)).rows).toEqual([{ t: "å" }]);
  });

  it("starts anew where the file was replaced or cut, and where it appears", async () => {
    await using folder = await tempFolder();
    const path = folder.file("a.jsonl");
    const lines = appendedLines(path);
    expect((await readOnce(lines)).rows).toEqual([]);
    await folder.write("a.jsonl", '{"n":2}\n{"n":1}\n');
    expect(await readOnce(lines)).toEqual({ rows: [{ n: 2 }, { n: 1 }], restarts: 1 });
    await rename(await folder.write("b.jsonl", '{"n":1}\n{"n":2}\n'), path);
    expect(await readOnce(lines)).toEqual({ rows: [{ n: 1 }, { n: 2 }], restarts: 1 });
    await truncate(path, 8);
    expect(await readOnce(lines)).toEqual({ rows: [{ n: 1 }], restarts: 1 });
  });

  it("passes over a line that is no JSON", async () => {
    await using folder = await tempFolder();
    const lines = appendedLines(await folder.write("a.jsonl", 'nonsense\n\n{"n":1}\n'));
    expect((await readOnce(lines)).rows).toEqual([{ n: 1 }]);
  });

  it("gives every line once wherever the writes end", async () => {
    await using folder = await tempFolder();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
        async (texts, cuts) => {
          const path = await folder.write(`${number++}.jsonl`, "");
          const lines = appendedLines(path);
          let bytes = Buffer.from(texts.map((text) => `${JSON.stringify(text)}\n`).join(""));
          const rows: unknown[] = [];
          for (const cut of [...cuts, bytes.length]) {
            await appendFile(path, bytes.subarray(0, cut));
            bytes = bytes.subarray(cut);
            rows.push(...(await readOnce(lines)).rows);
          }
          expect(rows).toEqual(texts);
        },
      ),
      { numRuns: 50 },
    );
  });
});
