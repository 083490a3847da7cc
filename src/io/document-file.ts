import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { replaceFile } from "./replace-file.js";

/** So much may gather while a write is under way, and goes to the disk together: one at a time, each piece would be waited for. */
const gatheredBytes = 2 ** 20;

/** What is passed on: a text as a whole, or in pieces that are made as they are taken. */
export type Document = string | AsyncIterable<string> | AsyncIterable<Uint8Array>;

/** Writes a document and puts it in place in one step; pieces are asked for no faster than the disk takes them. */
export async function writeDocument(path: string, document: Document): Promise<void> {
  await replaceFile(path, (temporary) =>
    typeof document === "string"
      ? writeFile(temporary, document)
      : pipeline(
          Readable.from(document, { objectMode: true, highWaterMark: 1 }),
          createWriteStream(temporary, { highWaterMark: gatheredBytes }),
        ),
  );
}
