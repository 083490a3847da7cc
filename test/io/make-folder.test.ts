import { mkdir } from "node:fs/promises";
import { platform } from "node:process";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../src/io/make-folder.js";
import { exists } from "../../src/io/output-tree.js";
import { tempFolder } from "../support/temp-folder.js";

describe("makeFolder", () => {
  it("makes what is missing, and nothing where it is there", async () => {
    await using folder = await tempFolder();
    await makeFolder(folder.file("a/b/c"));
    await makeFolder(folder.file("a/b/c"));
    expect(await exists(folder.file("a/b/c"))).toBe(true);
    await makeFolder("/");
  });

  it("takes several at a time", async () => {
    await using folder = await tempFolder();
    // the parents appear between the steps of one or the other, which takes some rounds to meet
    for (let round = 0; round < 200; round++) {
      const paths = [0, 1, 2].map((index) => folder.file(`${round}/b/${index}`));
      await Promise.all(paths.map((path) => makeFolder(path)));
      expect(await Promise.all(paths.map(exists))).toEqual([true, true, true]);
    }
  });

  it("passes on what is in the way", async () => {
    await using folder = await tempFolder();
    await folder.write("a", "");
    await expect(makeFolder(folder.file("a"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(folder.file("a/b/c"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.runIf(platform === "linux")("ends where a file system takes no folders", async () => {
    await mkdir("/proc/branchbench").catch((error: unknown) => expect(error).toMatchObject({ code: "ENOENT" }));
    await expect(makeFolder("/proc/branchbench/a/b")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
