import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { writeDocument } from "../../src/io/document-file.js";
import { tempFolder } from "../support/temp-folder.js";

const lengths = [0, 1, 10_000, 2 ** 20, 1, 3_000_000, 2 ** 20 - 1, 7, 5];
const texts = lengths.map((length, index) => String.fromCodePoint(97 + index, 0xe9, 0x1f642).repeat(length / 3));

async function* pieces<Piece>(all: readonly Piece[]): AsyncGenerator<Piece> {
  for (const piece of all) {
    await Promise.resolve();
    yield piece;
  }
}

it("writes a text, pieces of text, and pieces of bytes, whatever their lengths", async () => {
  await using folder = await tempFolder();
  const whole = texts.join("");
  const documents = [whole, pieces(texts), pieces(texts.map((text) => Buffer.from(text))), ""];
  for (const [index, document] of documents.entries()) {
    const path = folder.file(`${index}`);
    await writeDocument(path, document);
    expect((await readFile(path, "utf8")) === (document === "" ? "" : whole)).toBe(true);
  }
});

it("leaves the old file and nothing else where a piece cannot be made", async () => {
  await using folder = await tempFolder();
  const path = await folder.write("report.html", "old");
  async function* failing(): AsyncGenerator<string> {
    yield* pieces(texts);
    throw new Error("no more");
  }
  await expect(writeDocument(path, failing())).rejects.toThrow("no more");
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder.path)).toEqual(["report.html"]);
});
