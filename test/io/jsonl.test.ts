import { execFile } from "node:child_process";
import { open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonLine } from "../../src/io/jsonl.js";
import { parseRow, readJsonLines, readLines } from "../../src/io/jsonl.js";
import { collect } from "../support/collect.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

async function linesOf(content: string | Uint8Array): Promise<JsonLine[]> {
  await using folder = await tempFolder();
  const path = await folder.write("file.jsonl", content);
  return await collect(readJsonLines(path));
}

/** What must hold of any reader: the values, with the line numbers and places of an editor. */
function expectedLines(content: string): JsonLine[] {
  let offset = 0;
  return content.split("\n").flatMap((text, index) => {
    const length = Buffer.byteLength(text);
    const start = offset;
    offset += length + 1;
    return text.trim() === "" ? [] : [{ line: index + 1, offset: start, length, value: JSON.parse(text) as unknown }];
  });
}

describe("readJsonLines", () => {
  it.each<[string, string]>([
    ["nothing", ""],
    ["one line", '{"a":1}\n'],
    ["a last line without its end", '{"a":1}\n{"a":2}'],
    ["CRLF", '{"a":1}\r\n{"a":2}\r\n'],
    ["blank lines", '\n\n{"a":1}\n \t\n\r\n{"a":2}\n\n\n'],
    ["only blank lines", "\n \n"],
    ["blanks of Unicode", '\u00a0\n{"a":1}\n\u2028\u3000\n\ufeff\n{"a":2}\n'],
    ["white space around a line", '  {"a":1}\t \n'],
    ["any JSON value", 'null\n1\n"text"\n[1,2]\ntrue\n'],
    ["characters of several bytes", '{"a":"é🙂"}\n{"é":"模"}\n'],
    ["line separators of Unicode inside a string", '{"a":"x\u2028y\u2029z\u0085"}\n{"a":2}\n'],
  ])("reads %s, with line number and place", async (_, content) => {
    await expect(linesOf(content)).resolves.toEqual(expectedLines(content));
  });

  it("passes over a byte order mark, in the place too", async () => {
    await expect(linesOf('\uFEFF{"a":1}\n{"a":2}\n')).resolves.toEqual([
      { line: 1, offset: 3, length: 7, value: { a: 1 } },
      { line: 2, offset: 11, length: 7, value: { a: 2 } },
    ]);
    await expect(linesOf("\uFEFF")).resolves.toEqual([]);
    await expect(linesOf('\uFEFF\n{"a":1}')).resolves.toEqual([{ line: 2, offset: 4, length: 7, value: { a: 1 } }]);
  });

  it("reads lines that lie over the borders of the pieces in which a file comes", async () => {
    // lengths around every power of two up to 512 KiB, so that ends and characters fall on any border
    const texts = [1, 16, 64, 128, 256, 512].flatMap((kib) =>
      [-12, -11, -10, -1, 0, 1].map((more) => kib * 1024 + more),
    );
    const content = texts.map((length, at) => `${JSON.stringify({ at, text: "é".repeat(length / 2) })}\n`).join("");
    const lines = await linesOf(content);
    expect(lines.map(({ line, offset, length }) => [line, offset, length])).toEqual(
      expectedLines(content).map(({ line, offset, length }) => [line, offset, length]),
    );
    expect(
      lines.every(
        ({ value }, at) => (value as { at: number; text: string }).text === "é".repeat(Math.floor(texts[at]! / 2)),
      ),
    ).toBe(true);
  });

  it("splits no character, wherever its bytes fall", async () => {
    // a character of four bytes before and over each of the borders at 64 KiB and 256 KiB
    for (const border of [64 * 1024, 256 * 1024]) {
      for (let shift = 0; shift < 5; shift++) {
        const text = `${"x".repeat(border - shift - 2)}🙂`;
        const [line] = await linesOf(JSON.stringify([text]));
        expect(JSON.stringify(line?.value) === JSON.stringify([text])).toBe(true);
      }
    }
  });

  it("reads a line of many megabytes", async () => {
    const text = "x".repeat(5_000_000);
    const lines = await linesOf(`{"a":1}\n${JSON.stringify({ text })}\n{"a":2}\n`);
    expect(lines.map(({ line, length }) => [line, length])).toEqual([
      [1, 7],
      [2, text.length + 11],
      [3, 7],
    ]);
  });

  it("reads what anybody writes, one JSON value a line", async () => {
    const blank = fc.constantFrom("", " ", "\r");
    const line = fc.oneof(fc.json({ maxDepth: 2 }), blank);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        async (lines, end, isEnded) => {
          const content = lines.join(end) + (isEnded ? end : "");
          await expect(linesOf(content)).resolves.toEqual(expectedLines(content));
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each<[string, string, string]>([
    ["broken JSON", '{"a":1}\n{"secret": sesame}\n', ":2: not valid JSON"],
    ["a line that ends early", '\n\n{"a":1,\n', ":3: not valid JSON"],
    ["a line cut inside a string", '{"a":"secret sesame', ":1: not valid JSON (at character 20)"],
    ["two values in a line", '{"a":1} {"secret":"sesame"}\n', ":1: not valid JSON (at character 9)"],
    ["a word", "sesame\n", ":1: not valid JSON"],
    ["zeros as a crash leaves them", '{"a":1}\n\0\0\0\0', ":2: not valid JSON"],
    [
      "a character that does not belong",
      '{"a":"position 5"}\n[1,]\n',
      ":2: not valid JSON (a character in a wrong place)",
    ],
    [
      "text that looks like the parser's message",
      'x"in JSON at position 77',
      ":1: not valid JSON (a character in a wrong place)",
    ],
    ["half a word", "[nul", ":1: not valid JSON (the line ends early, after 4 characters)"],
    ["a byte order mark in the middle", '{"a":1}\n\uFEFF{"a":2}\n', ":2: not valid JSON"],
  ])("names file and line of %s, and quotes nothing", async (_, content, message) => {
    await using folder = await tempFolder();
    const path = await folder.write("answers.jsonl", content);
    const reading = collect(readJsonLines(path));
    await expect(reading).rejects.toEqual(evalError("input", `${path}${message}`, "one JSON object"));
    await expect(reading).rejects.not.toThrow(/sesame/);
  });

  it("gives the lines before a broken one", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", '{"a":1}\n{"a":2}\nbroken\n');
    const read: unknown[] = [];
    await expect(
      (async () => {
        for await (const { value } of readJsonLines(path)) read.push(value);
      })(),
    ).rejects.toEqual(evalError("input", ":3:"));
    expect(read).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it.each([
    ["a missing file", "missing.jsonl", "no such file or folder"],
    ["a folder", "folder", "it is a folder, not a file"],
    ["a file as folder", "folder/file.jsonl/more.jsonl", "a part of the path is a file"],
  ])("names %s", async (_, name, why) => {
    await using folder = await tempFolder();
    await folder.write("folder/file.jsonl", "");
    await expect(collect(readJsonLines(folder.file(name)))).rejects.toEqual(
      evalError("input", `cannot read ${folder.file(name)}: ${why}`),
    );
  });

  it.skipIf(process.platform === "win32")("reads a pipe as what is written into it comes", async () => {
    await using folder = await tempFolder();
    const path = folder.file("pipe");
    await promisify(execFile)("mkfifo", [path]);
    // by this process, which must not stand still meanwhile
    const write = async (): Promise<void> => {
      await using writer = await open(path, "w");
      for (const value of [1, 2]) {
        await setTimeout(20);
        await writer.appendFile(`${value}\n`);
      }
    };
    const [lines] = await Promise.all([collect(readJsonLines(path)), write()]);
    expect(lines.map(({ value }) => value)).toEqual([1, 2]);
  });

  it("lets others have their turn in a large file", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", `${JSON.stringify("x".repeat(1_000))}\n`.repeat(2_000));
    let turns = 0;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    for await (const group of readLines(path)) for (const { text } of group) expect(text).toHaveLength(1_002);
    clearImmediate(next);
    expect(turns).toBeGreaterThan(2);
  });

  it("can be left early and read again", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", '{"a":1}\n'.repeat(100_000));
    for (let time = 0; time < 3; time++) {
      for await (const { line, value } of readJsonLines(path)) {
        expect(value).toEqual({ a: 1 });
        if (line === 3) break;
      }
    }
  });
});

describe("readLines", () => {
  it("shows every byte of the file, also those of blank lines and of the mark", async () => {
    await using folder = await tempFolder();
    const content = Buffer.from(`\uFEFF{"a":1}\r\n\n  \n${JSON.stringify("é".repeat(300_000))}\n\nlast`);
    const path = await folder.write("file.txt", content);
    const seen: Buffer[] = [];
    let lines = 0;
    for await (const group of readLines(path, (bytes) => seen.push(Buffer.from(bytes)))) lines += [...group].length;
    expect(Buffer.concat(seen).equals(content)).toBe(true);
    expect(lines).toBe(3);
  });
});

describe("parseRow", () => {
  const schema = z.object({ id: z.number(), turns: z.array(z.object({ text: z.string() })) });

  it("gives the checked value", () => {
    expect(parseRow(schema, { id: 1, turns: [], more: true }, "f:1")).toEqual({ id: 1, turns: [] });
  });

  it.each<[string, unknown, string]>([
    ["a field of another type", { id: "sesame", turns: [] }, "f.jsonl:7: field id: "],
    ["a missing field", { id: 1 }, "f.jsonl:7: field turns: "],
    ["a field inside", { id: 1, turns: [{ text: "" }, { text: 5 }] }, "f.jsonl:7: field turns[1].text: "],
    ["a line that is no object", ["sesame"], "f.jsonl:7: the line: "],
    ["null", null, "f.jsonl:7: the line: "],
  ])("names %s, in one line that quotes no value", (_, value, message) => {
    const parse = (): unknown => parseRow(schema, value, "f.jsonl:7");
    expect(parse).toThrow(evalError("input", message));
    expect(parse).not.toThrow(/\n|sesame/);
  });
});
