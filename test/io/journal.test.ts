import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { platform } from "node:process";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openJournal, openStageJournals, repairTail } from "../../src/io/journal.js";
import { readJsonLines } from "../../src/io/jsonl.js";
import { canLimitFileSize, startChild } from "../support/child.js";
import { collect } from "../support/collect.js";
import { evalError } from "../support/eval-error.js";
import { canListOpenFiles, openFiles } from "../support/open-files.js";
import { tempFolder } from "../support/temp-folder.js";

const journalWriter = new URL("../support/journal-writer.ts", import.meta.url);

describe("a journal", () => {
  it("has each record on disk once it is appended, in a folder that it makes", async () => {
    await using folder = await tempFolder();
    const journal = await openJournal(folder.file("a/b/file.jsonl"));
    await journal.append({ b: 1, a: "line\nbreak" });
    expect(await folder.read("a/b/file.jsonl")).toBe('{"b":1,"a":"line\\nbreak"}\n');
    await journal.append({ b: 2 });
    expect(await folder.read("a/b/file.jsonl")).toBe('{"b":1,"a":"line\\nbreak"}\n{"b":2}\n');
    await journal.close();
  });

  it("keeps the order of records that come at the same time, one whole line each", async () => {
    await using folder = await tempFolder();
    const journal = await openJournal(folder.file("file.jsonl"));
    const numbers = Array.from({ length: 1_000 }, (_, at) => at);
    const finished: number[] = [];
    await Promise.all(
      numbers.map(async (number) => {
        await journal.append({ number, text: "é".repeat(number) });
        finished.push(number);
      }),
    );
    await journal.close();
    const lines = await collect(readJsonLines(folder.file("file.jsonl")));
    expect(lines.map(({ value }) => (value as { number: number }).number)).toEqual(numbers);
    expect(finished).toEqual(numbers);
  });

  it("keeps the order of records that come while others are written", async () => {
    await using folder = await tempFolder();
    const journal = await openJournal(folder.file("file.jsonl"));
    const appended: Promise<void>[] = [];
    for (let number = 0; number < 300; number++) {
      appended.push(journal.append({ number }));
      if (number % 7 === 0) await appended.at(-(number % 5) - 1);
    }
    await Promise.all(appended);
    await journal.close();
    const lines = await collect(readJsonLines(folder.file("file.jsonl")));
    expect(lines.map(({ value }) => value)).toEqual(Array.from({ length: 300 }, (_, number) => ({ number })));
  });

  it("finishes what was appended before it closes", async () => {
    await using folder = await tempFolder();
    const journal = await openJournal(folder.file("file.jsonl"));
    const appended = [journal.append({ a: 1 }), journal.append({ a: 2 })];
    await journal.close();
    expect(await folder.read("file.jsonl")).toBe('{"a":1}\n{"a":2}\n');
    await Promise.all(appended);
  });

  it("goes on where an earlier one ended", async () => {
    await using folder = await tempFolder();
    for (const a of [1, 2, 3]) {
      const journal = await openJournal(folder.file("file.jsonl"));
      await journal.append({ a });
      await journal.close();
    }
    expect(await folder.read("file.jsonl")).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
    expect(await folder.list()).toEqual(["file.jsonl"]);
  });

  it("refuses a record that is no JSON by itself alone", async () => {
    await using folder = await tempFolder();
    const journal = await openJournal(folder.file("file.jsonl"));
    await expect(journal.append({ a: 1n })).rejects.toThrow(TypeError);
    await journal.append({ a: 2 });
    await journal.close();
    expect(await folder.read("file.jsonl")).toBe('{"a":2}\n');
  });

  it.each([
    ["a folder in its place", "folder", "it is a folder"],
    ["a file where its folder should be", "folder/file/journal.jsonl", "file"],
  ])("says what is wrong with %s", async (_, name, why) => {
    await using folder = await tempFolder();
    await folder.write("folder/file", "");
    const path = folder.file(name);
    await expect(openJournal(path)).rejects.toMatchObject({
      name: "EvalError",
      message: expect.stringContaining(path),
    });
    await expect(openJournal(path)).rejects.toThrow(why);
  });
});

describe("a journal that a killed run left behind", () => {
  const long = "x".repeat(200_000);

  it.each<[string, string, string, string | undefined]>([
    ["a whole file stays", '{"a":1}\n{"a":2}\n', '{"a":1}\n{"a":2}\n', undefined],
    ["an empty file stays", "", "", undefined],
    ["half a record is set aside", '{"a":1}\n{"a":', '{"a":1}\n', '{"a":\n'],
    ["half a first record is set aside", '{"a":', "", '{"a":\n'],
    ["a whole record without its end is kept", '{"a":1}\n{"a":2}', '{"a":1}\n{"a":2}\n', undefined],
    ["a whole first record without its end is kept", '{"a":1}', '{"a":1}\n', undefined],
    ["zeros are set aside", '{"a":1}\n\0\0\0\0', '{"a":1}\n', "\0\0\0\0\n"],
    ["zeros after half a record are set aside", '{"a":1}\n{"a"\0\0', '{"a":1}\n', '{"a"\0\0\n'],
    ["a number is no record", '{"a":1}\n12', '{"a":1}\n', "12\n"],
    ["half a character is set aside", '{"a":1}\n{"a":"\uFFFD', '{"a":1}\n', '{"a":"\uFFFD\n'],
    ["a long half record is set aside", `{"a":1}\n{"a":"${long}`, '{"a":1}\n', `{"a":"${long}\n`],
    ["a long whole record is kept", `{"a":1}\n{"a":"${long}"}`, `{"a":1}\n{"a":"${long}"}\n`, undefined],
    ["a long half first record is set aside", `{"a":"${long}`, "", `{"a":"${long}\n`],
  ])("%s", async (_, before, after, torn) => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", before);
    const journal = await openJournal(path);
    expect((await folder.read("file.jsonl")) === after).toBe(true);
    await journal.append({ b: 1 });
    await journal.close();
    expect((await folder.read("file.jsonl")) === `${after}{"b":1}\n`).toBe(true);
    expect(await folder.list()).toEqual(torn === undefined ? ["file.jsonl"] : ["file.jsonl", "file.jsonl.torn"]);
    if (torn !== undefined) expect((await folder.read("file.jsonl.torn")) === torn).toBe(true);
  });

  it("keeps what was set aside before", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.jsonl", '{"a":');
    await repairTail(path);
    await folder.write("file.jsonl", '{"b":');
    await repairTail(path);
    expect(await folder.read("file.jsonl.torn")).toBe('{"a":\n{"b":\n');
  });

  it("needs no file to be there", async () => {
    await using folder = await tempFolder();
    await repairTail(folder.file("file.jsonl"));
    expect(await folder.list()).toEqual([]);
  });

  it("loses no byte, whatever the file holds, and ends with a line end", async () => {
    const piece = fc.constantFrom('{"a":1}', "\n", '{"', "\0", "[", "]", "é", " ", "1");
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        await using folder = await tempFolder();
        const before = pieces.join("");
        const path = await folder.write("file.jsonl", before);
        await repairTail(path);
        const [after, isTorn] = [await folder.read("file.jsonl"), (await folder.list()).length === 2];
        const torn = isTorn ? (await folder.read("file.jsonl.torn")).slice(0, -1) : "";
        const whole = before.slice(0, before.lastIndexOf("\n") + 1);
        expect(after === "" || after.endsWith("\n")).toBe(true);
        expect(after.startsWith(whole)).toBe(true);
        expect([before, `${before}\n`]).toContain(`${after}${torn}`);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a journal on a full disk", () => {
  it.skipIf(platform === "win32")("writes no record that waits when one before it could not be saved", async () => {
    await using folder = await tempFolder();
    const path = folder.file("pipe");
    // A pipe takes what is written, and gives it back, but cannot be synced.
    await promisify(execFile)("mkfifo", [path]);
    const pipe = await open(path, "r+");
    const journal = await openJournal(path);
    const outcomes = await Promise.allSettled([1, 2, 3].map((a) => journal.append({ a })));
    await journal.close();
    const { buffer, bytesRead } = await pipe.read();
    await pipe.close();
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(buffer.toString("utf8", 0, bytesRead)).toBe('{"a":1}\n');
  });

  it.skipIf(!existsSync("/dev/full"))("refuses every record from then on, with the same clear error", async () => {
    const journal = await openJournal("/dev/full");
    const full = evalError("disk", "cannot write /dev/full: the disk is full", "free some space");
    const together = await Promise.allSettled([journal.append({ a: 1 }), journal.append({ a: 2 })]);
    expect(together.map((outcome) => outcome.status === "rejected" && outcome.reason)).toEqual([full, full]);
    for (let time = 0; time < 3; time++) await expect(journal.append({ a: 3 })).rejects.toEqual(full);
    await journal.close();
  });

  it.skipIf(!canLimitFileSize)(
    "writes nothing after the first failure, and keeps all that it said was saved",
    async () => {
      await using folder = await tempFolder();
      const path = folder.file("file.jsonl");
      await using child = startChild(journalWriter, { args: [path], fileSizeLimit: 8 });
      const outcome = z.object({ saved: z.array(z.number()), codes: z.array(z.string()) });
      const { saved, codes } = outcome.parse(JSON.parse(await child.nextLine()));
      await child.finish();
      expect(saved.length).toBeGreaterThan(5);
      expect(codes).toEqual(codes.map(() => "disk"));
      expect(codes.length).toBeGreaterThanOrEqual(30);
      expect(saved).toEqual(saved.map((_, at) => at));
      // what the failed write left behind is no record, or one that was not promised
      await repairTail(path);
      const lines = await collect(readJsonLines(path));
      const numbers = lines.map(({ value }) => (value as { number: number }).number);
      expect(numbers).toEqual(numbers.map((_, at) => at));
      expect(numbers.slice(0, saved.length)).toEqual(saved);
      expect(numbers.length).toBeLessThan(saved.length + 10);
    },
  );
});

describe("openStageJournals", () => {
  it.skipIf(!canListOpenFiles)("leaves nothing open where one of the two cannot be opened", async () => {
    await using folder = await tempFolder();
    await folder.write("failed.jsonl/in-the-way", "");
    const paths = { records: folder.file("records.jsonl"), failed: folder.file("failed.jsonl") };
    await expect(openStageJournals(paths)).rejects.toMatchObject({
      message: expect.stringContaining("cannot write"),
    });
    expect(await openFiles()).not.toContain(paths.records);
  });

  it("has a file for what came to something and one for what failed", async () => {
    await using folder = await tempFolder();
    const paths = { records: folder.file("records.jsonl"), failed: folder.file("failed.jsonl") };
    const journals = await openStageJournals(paths);
    await journals.records.append({ a: 1 });
    await journals.failures.append({ b: 2 });
    await journals.close();
    expect([await folder.read("records.jsonl"), await folder.read("failed.jsonl")]).toEqual(['{"a":1}\n', '{"b":2}\n']);
  });
});
