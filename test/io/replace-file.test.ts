import { readFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { putInPlace, replaceFile, stageFile } from "../../src/io/replace-file.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

describe("replaceFile", () => {
  it("puts a new file in place, with its folder, and leaves nothing beside it", async () => {
    await using folder = await tempFolder();
    await replaceFile(folder.file("a/b/file.txt"), (path) => writeFile(path, "new"));
    expect(await folder.read("a/b/file.txt")).toBe("new");
    expect(await folder.list()).toEqual(["a/b/file.txt"]);
  });

  it("shows a reader the old content or the new, never anything between", async () => {
    await using folder = await tempFolder();
    const contents = ["a", "b"].map((letter) => letter.repeat(1_000_000));
    const path = await folder.write("file.txt", contents[0]!);
    const done = new AbortController();
    const seen = new Set<string>();
    const reading = (async () => {
      while (!done.signal.aborted) seen.add(await readFile(path, "utf8"));
    })();
    for (let time = 1; time <= 20; time++)
      await replaceFile(path, async (temporary) => {
        await writeFile(temporary, contents[time % 2]!.slice(0, 500_000));
        await writeFile(temporary, contents[time % 2]!.slice(500_000), { flag: "a" });
      });
    done.abort();
    await reading;
    expect([...seen].filter((content) => !contents.includes(content))).toEqual([]);
  });

  it("writes beside the file, under a hidden name that is always the same, so that a crash leaves one at most", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("folder/file.txt", "old");
    await folder.write("folder/.file.txt.tmp", "left by a killed run, and longer than what comes");
    const used: string[] = [];
    await replaceFile(path, async (temporary) => {
      used.push(temporary);
      await writeFile(temporary, "new");
    });
    expect(used).toEqual([folder.file("folder/.file.txt.tmp")]);
    expect(await folder.read("folder/file.txt")).toBe("new");
    expect(await folder.list()).toEqual(["folder/file.txt"]);
  });

  it("leaves the old file and nothing else where writing fails", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file.txt", "old");
    const before = await stat(path);
    const fails = replaceFile(path, async (temporary) => {
      await writeFile(temporary, "half");
      throw new Error("no more");
    });
    await expect(fails).rejects.toThrow("no more");
    expect(await folder.read("file.txt")).toBe("old");
    expect((await stat(path)).ino).toBe(before.ino);
    expect(await folder.list()).toEqual(["file.txt"]);
  });

  it.each([
    ["a folder in the place of the file", "folder", "folder"],
    ["a file in the place of its folder", "folder/inner.txt/file.txt", "folder/inner.txt/file.txt"],
  ])("says what is wrong with %s, and cleans up", async (_, name, shown) => {
    await using folder = await tempFolder();
    await folder.write("folder/inner.txt", "");
    await expect(replaceFile(folder.file(name), (path) => writeFile(path, "new"))).rejects.toMatchObject({
      name: "EvalError",
      message: expect.stringContaining(`cannot write ${folder.file(shown)}: `),
    });
    expect(await folder.list()).toEqual(["folder/inner.txt"]);
  });

  it("makes one clear line of a full disk", async () => {
    await using folder = await tempFolder();
    const full = (): Promise<void> =>
      Promise.reject(Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }));
    const path = folder.file("file.txt");
    await expect(replaceFile(path, full)).rejects.toEqual(evalError("disk", `cannot write ${path}: the disk is full`));
  });
});

describe("putInPlace", () => {
  it("shows staged files only when all of them are whole, and leaves nothing beside them", async () => {
    await using folder = await tempFolder();
    const paths = ["one", "two"].map((name) => folder.file(`results/${name}`));
    for (const path of paths) await stageFile(path, (temporary) => writeFile(temporary, basename(path)));
    expect(await folder.list()).toEqual(["results/.one.tmp", "results/.two.tmp"]);
    await putInPlace(paths);
    expect(await folder.list()).toEqual(["results/one", "results/two"]);
    expect(await folder.read("results/two")).toBe("two");
  });

  it("removes what it cannot move in", async () => {
    await using folder = await tempFolder();
    const write = (path: string): Promise<void> => writeFile(path, "new");
    await folder.write("folder/file", "in the way of a file");
    const paths = [folder.file("folder"), folder.file("other")];
    for (const path of paths) await stageFile(path, write);
    await expect(putInPlace(paths)).rejects.toMatchObject({ message: expect.stringContaining("cannot write") });
    expect(await folder.list()).toEqual(["folder/file"]);
  });
});
