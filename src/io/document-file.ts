import { open, writeFile } from "node:fs/promises";
import { byteBuffer } from "./byte-buffer.js";
import { replaceFile } from "./replace-file.js";

/** So much is gathered while what came before goes to the disk. */
const gatheredBytes = 2 ** 20;

/** What is passed on: a text as a whole, or in pieces that are made as they are taken. */
export type Document = string | AsyncIterable<string> | AsyncIterable<Uint8Array>;

/** Writes a document and puts it in place in one step; pieces are asked for no faster than the disk takes them. */
export async function writeDocument(path: string, document: Document): Promise<void> {
  await replaceFile(path, (temporary) =>
    typeof document === "string" ? writeFile(temporary, document) : writePieces(temporary, document),
  );
}

/** Pieces are made while those before go to the disk; a stream would wait with the next ones. */
async function writePieces(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const file = await open(path, "w");
  try {
    let [gathering, writing] = [byteBuffer(gatheredBytes), byteBuffer(gatheredBytes)];
    let written = Promise.resolve();
    for await (const piece of pieces) {
      gathering.append(piece);
      if (gathering.length < gatheredBytes) continue;
      await written;
      [gathering, writing] = [writing, gathering];
      gathering.clear();
      written = file.appendFile(writing.bytes());
      // whoever waits for it sees the error, which is not to be called unhandled before
      written.catch(() => undefined);
    }
    await written;
    await file.appendFile(gathering.bytes());
  } finally {
    await file.close();
  }
}
