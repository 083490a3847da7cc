import { describe, expect, it } from "vitest";
import { defaultDataDir, readTextFile } from "../../src/io/data-sets.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

describe("where the data goes to", () => {
  it("is the user's cache folder", () => {
    expect(defaultDataDir({})).toMatch(/branchbench.*[/\\]data$/);
  });

  it("is where BRANCHBENCH_DATA_DIR says", () => {
    expect(defaultDataDir({ BRANCHBENCH_DATA_DIR: "/data/elsewhere" })).toBe("/data/elsewhere");
  });
});

describe("readTextFile", () => {
  it("reads a file to the byte, and says where it cannot", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("system.txt", " é\r\n");
    expect(await readTextFile(path)).toBe(" é\r\n");
    await expect(readTextFile(folder.file("x.txt"))).rejects.toEqual(
      evalError("input", `cannot read ${folder.file("x.txt")}: no such file`),
    );
  });
});
