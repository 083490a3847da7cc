import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonLines } from "../../src/io/jsonl.js";
import { openRowWriter, writeJsonLines, jsonTextStager } from "../../src/io/write-jsonl.js";
import { collect } from "../support/collect.js";
import { putInPlace } from "../../src/io/replace-file.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

describe("writeJsonLines", () => {
  it("writes one JSON line a row, which reads back as it was", async () => {
    await using folder = await tempFolder();
    const path = folder.file("new/file.jsonl");
    const rows = [{ b: 1, a: "line\nbreak" }, [1, 2], { text: "é🙂\u2028" }];
    await writeJsonLines(path, rows);
    expect(await folder.read("new/file.jsonl")).toBe('{"b":1,"a":"line\\nbreak"}\n[1,2]\n{"text":"é🙂\u2028"}\n');
    expect((await collect(readJsonLines(path))).map(({ value }) => value)).toEqual(rows);
  });

  it("takes rows as they come", async () => {
    await using folder = await tempFolder();
    async function* rows(): AsyncGenerator<object> {
      for (let id = 0; id < 3; id++) yield await Promise.resolve({ id });
    }
    await writeJsonLines(folder.file("file.jsonl"), rows());
    expect(await folder.read("file.jsonl")).toBe('{"id":0}\n{"id":1}\n{"id":2}\n');
  });

  it("writes an empty file for no rows", async () => {
    await using folder = await tempFolder();
    await writeJsonLines(folder.file("file.jsonl"), []);
    expect(await folder.read("file.jsonl")).toBe("");
  });

  it("leaves the old file alone where a row cannot be made", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", "old\n");
    function* rows(): Generator<object> {
      yield { id: 1 };
      throw new Error("no more");
    }
    await expect(writeJsonLines(path, rows())).rejects.toThrow("no more");
    expect(await folder.list()).toEqual(["file.jsonl"]);
    expect(await folder.read("file.jsonl")).toBe("old\n");
  });
});

describe("openRowWriter", () => {
  it("writes rows in order, through full blocks, in place of what was there", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", "old\n".repeat(1_000));
    const rows = Array.from({ length: 3_000 }, (_, id) => ({ id, text: "é🙂".repeat(id % 100) }));
    const writer = await openRowWriter(path);
    for (const row of rows) {
      writer.add(row);
      await writer.drain();
    }
    await writer.close();
    expect((await collect(readJsonLines(path))).map(({ value }) => value)).toEqual(rows);
  });

  it("says where it cannot write", async () => {
    await using folder = await tempFolder();
    await expect(openRowWriter(folder.file("none/file.jsonl"))).rejects.toEqual(evalError("input", "cannot write"));
  });
});

describe("jsonTextStager", () => {
  const stage = jsonTextStager();
  const text = fc.string({ unit: "binary", maxLength: 40 });
  const line = fc.record({ pieces: fc.array(text, { minLength: 1, maxLength: 5 }), between: text });

  it("writes each line as if its pieces had been joined", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        await stage(path, lines, "first");
        await putInPlace([path]);
        const joined = lines.map(({ pieces, between }) => `${pieces.join(between)}\n`).join("");
        expect(await folder.read("file.jsonl")).toBe(Buffer.from(joined).toString());
      }),
      { numRuns: 30 },
    );
  });

  it("writes lines that are longer than a block, and many blocks", async () => {
    await using folder = await tempFolder();
    const lines = [3, 700_000, 1, 90_000, 90_000, 90_000].map((count) => ({
      pieces: ["é", "🙂", "z"],
      between: "ü".repeat(count),
    }));
    await stage(folder.file("file.jsonl"), lines, "first");
    await putInPlace([folder.file("file.jsonl")]);
    const joined = lines.map(({ pieces, between }) => `${pieces.join(between)}\n`).join("");
    expect((await folder.read("file.jsonl")) === joined).toBe(true);
  });

  it("goes on with a file that is staged, and begins it anew", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    const write = (text: string, part: "first" | "further") => stage(path, [{ pieces: [text], between: "" }], part);
    await write("an older one", "first");
    await write("a", "first");
    await write("b", "further");
    await write("c", "further");
    await putInPlace([path]);
    expect(await folder.read("file.jsonl")).toBe("a\nb\nc\n");
  });

  it("keeps files apart that are written at a time, and one after the other", async () => {
    await using folder = await tempFolder();
    const names = Array.from({ length: 12 }, (_, index) => `file-${index}`);
    const linesOf = (name: string) =>
      Array.from({ length: 400 }, () => ({ pieces: ["[", "]"], between: name.repeat(500) }));
    for (const group of [names.slice(0, 4), names.slice(4)])
      await Promise.all(group.map((name) => stage(folder.file(name), linesOf(name), "first")));
    await putInPlace(names.map((name) => folder.file(name)));
    for (const name of names) expect((await folder.read(name)) === `[${name.repeat(500)}]\n`.repeat(400)).toBe(true);
  });
});
