import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** about 2 kB */
export const prompt = "A sentence of the question, as somebody types it. ".repeat(40);

/** Writes a question file of so many single-turn questions without holding them in memory. */
export async function writeQuestions(path: string, count: number): Promise<void> {
  await pipeline(Readable.from(questionBlocks(count)), createWriteStream(path));
}

function* questionBlocks(count: number): Generator<string> {
  const perBlock = 500;
  for (let first = 1; first <= count; first += perBlock) {
    let block = "";
    for (let id = first; id < first + perBlock && id <= count; id++)
      block += `${JSON.stringify({ question_id: id, category: "math", turns: [`${id}. ${prompt}`] })}\n`;
    yield block;
  }
}
