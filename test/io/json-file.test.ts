import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readJsonFile, writeJsonFile } from "../../src/io/json-file.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

const schema = z.strictObject({ kind: z.literal("test"), settings: z.strictObject({ seed: z.number().nullable() }) });
const value = { kind: "test", settings: { seed: null } };

describe("writeJsonFile and readJsonFile", () => {
  it("write for people, and read back", async () => {
    await using folder = await tempFolder();
    await writeJsonFile(folder.file("a/file.json"), value);
    expect(await folder.read("a/file.json")).toBe('{\n  "kind": "test",\n  "settings": {\n    "seed": null\n  }\n}\n');
    expect(await readJsonFile(folder.file("a/file.json"), schema)).toEqual(value);
    expect(await folder.list()).toEqual(["a/file.json"]);
  });

  it("replace what was there", async () => {
    await using folder = await tempFolder();
    await writeJsonFile(folder.file("file.json"), { ...value, settings: { seed: 123_456_789 } });
    await writeJsonFile(folder.file("file.json"), value);
    expect(await readJsonFile(folder.file("file.json"), schema)).toEqual(value);
  });
});

describe("readJsonFile", () => {
  it("gives nothing where there is no file", async () => {
    await using folder = await tempFolder();
    expect(await readJsonFile(folder.file("missing.json"), schema)).toBeUndefined();
    expect(await readJsonFile(folder.file("missing/file.json"), schema)).toBeUndefined();
  });

  it.each<[string, string, RegExp]>([
    ["a torn file", '{"kind": "te', /file\.json: not valid JSON$/],
    ["an empty file", "", /file\.json: not valid JSON$/],
    ["a missing field", '{"kind":"test"}', /file\.json: .*settings/],
    [
      "a field of another version",
      '{"kind":"test","settings":{"seed":1,"top_p":1}}',
      /file\.json: field settings: has unknown fields: top_p/,
    ],
    ["another kind", '{"kind":"other","settings":{"seed":1}}', /file\.json: .*kind/],
    ["a list", "[]", /file\.json: .*object/],
  ])("says in one line what is wrong with %s", async (_, content, message) => {
    await using folder = await tempFolder();
    const path = await folder.write("file.json", content);
    const reading = readJsonFile(path, schema);
    await expect(reading).rejects.toEqual(evalError("input", message, "--fresh"));
    await expect(reading).rejects.not.toThrow("\n");
  });

  it("says that a folder is no file", async () => {
    await using folder = await tempFolder();
    await expect(readJsonFile(folder.path, schema)).rejects.toEqual(
      evalError("input", `cannot read ${folder.path}: it is a folder, not a file`),
    );
  });
});
