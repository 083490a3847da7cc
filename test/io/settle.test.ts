import { stat } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SettleOrder } from "../../src/io/settle.js";
import { settleFile } from "../../src/io/settle.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

const byKey: SettleOrder<number> = {
  keyOf: (row) => (row as { key: number }).key,
  compare: (left, right) => left - right,
};

function keyOfLine(line: string): number {
  return byKey.keyOf(JSON.parse(line.replace("\uFEFF", "")), "");
}

/** Sort, and of several lines with one key take the last. */
function settled(lines: readonly string[]): string[] {
  const last = new Map(lines.filter((line) => line.trim() !== "").map((line) => [keyOfLine(line), line]));
  return [...last].sort(([left], [right]) => left - right).map(([, line]) => line);
}

async function settle(content: string | Uint8Array, order: SettleOrder<number> = byKey): Promise<string> {
  await using folder = await tempFolder();
  const path = await folder.write("file.jsonl", content);
  const { records } = await settleFile(path, order);
  expect(await folder.list()).toEqual(["file.jsonl"]);
  const after = await folder.read("file.jsonl");
  expect(after.split("\n").filter((line) => line.trim() !== "")).toHaveLength(records);
  return after;
}

const row = (key: number, more = ""): string => `{"key":${key},"more":"${more}"}`;

/** A fixed shuffle, so that a failure can be repeated. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  let state = 7;
  return items
    .map((item) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return { item, place: state };
    })
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

describe("settleFile", () => {
  it("sorts by key, numbers by value", async () => {
    expect(await settle(`${row(10)}\n${row(9)}\n${row(100)}\n`)).toBe(`${row(9)}\n${row(10)}\n${row(100)}\n`);
  });

  it("keeps the last line of a key", async () => {
    expect(await settle(`${row(1, "old")}\n${row(2)}\n${row(1, "newer")}\n${row(1, "new")}\n`)).toBe(
      `${row(1, "new")}\n${row(2)}\n`,
    );
    expect(await settle(`${row(1, "old")}\n${row(1, "new")}\n`)).toBe(`${row(1, "new")}\n`);
  });

  it("copies lines byte for byte", async () => {
    const spaced = '{ "key" : 1.0, "more": "\\u00e9 é 🙂",\t"x": 1e2 }';
    expect(await settle(`${row(2)}\n${spaced}\n`)).toBe(`${spaced}\n${row(2)}\n`);
  });

  it("ends the last line, drops blank ones, and leaves line ends of another system in their lines", async () => {
    expect(await settle(`${row(2)}\n\n \n${row(1)}`)).toBe(`${row(1)}\n${row(2)}\n`);
    expect(await settle(`${row(2)}\r\n\r\n${row(1)}\r\n`)).toBe(`${row(1)}\r\n${row(2)}\r\n`);
  });

  it("leaves a byte order mark out of a line that moves, where it would break the line", async () => {
    expect(await settle(`\uFEFF${row(2)}\n${row(1)}\n`)).toBe(`${row(1)}\n${row(2)}\n`);
  });

  it.each([
    ["sorted lines", `${row(1)}\n${row(2)}\n${row(5)}\n`],
    ["sorted lines with blank ones and without a last end", `\n${row(1)}\n\n${row(2)}`],
    ["one line", `${row(1)}\n`],
    ["nothing", ""],
  ])("does not touch a file of %s", async (_, content) => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", content);
    const before = await stat(path);
    await settleFile(path, byKey);
    const after = await stat(path);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect(await folder.read("file.jsonl")).toBe(content);
  });

  it("sorts and takes the last, whatever the lines", async () => {
    const line = fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(fc.integer({ min: -3, max: 30 }), fc.string())
          .map(([key, more]) => JSON.stringify({ key, more })),
      },
      { weight: 1, arbitrary: fc.constantFrom("", "  ") },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), fc.boolean(), async (lines, isEnded) => {
        const content = lines.join("\n") + (isEnded ? "\n" : "");
        const after = await settle(content);
        expect(after.split("\n").filter((text) => text.trim() !== "")).toEqual(settled(lines));
      }),
      { numRuns: 60 },
    );
  });

  const numbers = Array.from({ length: 3_000 }, (_, at) => at);
  const lineOf = (key: number): string => row(key, "x".repeat(Math.abs(Math.round(key) * 37) % 8_000));

  it.each<[string, number[]]>([
    ["backwards", numbers.toReversed()],
    ["at random", shuffled(numbers)],
    ["at random, each twice", shuffled([...numbers, ...numbers])],
    [
      "two runs after each other",
      [...numbers.filter((key) => key % 2 === 0), ...numbers.filter((key) => key % 2 === 1)],
    ],
    ["two runs mixed", numbers.map((key) => (key % 2) * 3_000 + Math.floor(key / 2))],
    ["almost in order", numbers.map((key, at) => (at % 16 === 15 ? key - 15.5 : key))],
    ["a late first one", [...numbers.slice(1), 0]],
  ])("sorts several megabytes that lie %s", async (_, keys) => {
    const lines = keys.map((key, at) => lineOf(key).replace("}", `,"at":${at}}`));
    const after = await settle(`${lines.join("\n")}\n`);
    expect(after === `${settled(lines).join("\n")}\n`).toBe(true);
  });

  const many = Array.from({ length: 40_000 }, (_, at) => at);

  it.each<[string, number[]]>([
    ["at random", shuffled(many)],
    ["with the first one last", [...many.slice(1), 0]],
    ["almost in order, some of them twice", many.map((key, at) => (at % 5 === 4 ? Math.max(0, key - 400) : key))],
  ])("sorts tens of thousands of lines that lie %s", async (_, keys) => {
    const lines = keys.map((key, at) => row(key, String(at)));
    expect((await settle(`${lines.join("\n")}\n`)) === `${settled(lines).join("\n")}\n`).toBe(true);
  });

  it.each([
    ["among far ones", [3, 2, 9, 1, 0, 5, 4]],
    ["after near ones", [1, 0, 2, 5, 4]],
    ["before near ones", [4, 0, 1, 3, 2]],
    ["backwards", [5, 4, 3, 2, 1, 0]],
  ])("sorts lines that are longer than what it reads at a time, %s", async (_, keys) => {
    const lines = keys.map((key) => row(key, [1, 2, 5].includes(key) ? String(key).repeat(5_000_000) : ""));
    const after = await settle(lines.join("\n"));
    expect(after === `${settled(lines).join("\n")}\n`).toBe(true);
  });

  it("takes keys from the text where that is quicker, and from the parsed line elsewhere", async () => {
    const parsed: unknown[] = [];
    const order: SettleOrder<number> = {
      ...byKey,
      keyOf: (value, where) => {
        parsed.push(value);
        return byKey.keyOf(value, where);
      },
      keyOfText: (text) => (text.startsWith('{"key":') ? Number.parseInt(text.slice(7), 10) : undefined),
    };
    expect(await settle(`${row(2)}\n{"more":"","key":1}\n`, order)).toBe(`{"more":"","key":1}\n${row(2)}\n`);
    expect(parsed).toEqual([{ key: 1, more: "" }]);
  });

  it("names a broken line and leaves the file as it was", async () => {
    await using folder = await tempFolder();
    const content = `${row(2)}\n${row(1)}\n{"key":\n`;
    const path = await folder.write("file.jsonl", content);
    await expect(settleFile(path, byKey)).rejects.toEqual(evalError("input", `${path}:3: not valid JSON`));
    expect(await folder.read("file.jsonl")).toBe(content);
    expect(await folder.list()).toEqual(["file.jsonl"]);
  });
});
