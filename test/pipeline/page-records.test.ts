import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { chunkRecords, withTexts } from "../../src/domain/page/page-chunk.js";
import type { PageRecord } from "../../src/domain/page/page-data.js";
import { recordPlace } from "../../src/domain/page/page-data.js";
import { recordChunks } from "../../src/pipeline/page-records.js";
import { errorsOf, failingSink } from "../support/failing-sink.js";

const short = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "\n", "\uFEFF", "\u0000", '\n[{"kind":"answer"}]', "🙂"),
);
const text = fc.oneof(
  short,
  fc.tuple(short, fc.nat(100_000)).map(([part, times]) => part.repeat(times / 10)),
);
const tokens = { promptTokens: fc.nat(), completionTokens: fc.nat() };
const record: fc.Arbitrary<PageRecord> = fc.oneof(
  fc.record({ kind: fc.constant("question" as const), turns: fc.array(text), reference: fc.array(short) }),
  fc.record(
    {
      kind: fc.constant("answer" as const),
      model: short,
      choice: fc.nat(3),
      turns: fc.array(
        fc.record(
          { text, reasoning: short, truncated: fc.constant(true as const), ...tokens },
          { requiredKeys: ["text"] },
        ),
      ),
      failure: short,
    },
    { requiredKeys: ["kind", "model", "choice", "turns"] },
  ),
  fc.record(
    {
      kind: fc.constant("judgment" as const),
      run: fc.nat(3),
      turn: fc.nat(3),
      choice: fc.nat(3),
      repeat: fc.nat(3),
      text,
      score: fc.oneof(
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0),
      ),
      prompt: short,
      reasoning: short,
      reason: short,
      ...tokens,
    },
    { requiredKeys: ["kind", "run", "turn", "choice", "repeat", "text", "score", "prompt"] },
  ),
  fc.record({ kind: fc.constant("mcq-question" as const), asked: fc.constant(null) }),
);

/** Reads what was written as the page does. */
async function written(records: readonly (readonly [stream: string, record: PageRecord])[]) {
  const found = new Map<number, PageRecord[]>();
  const chunks = recordChunks({
    chunk: async (number, bytes) => void found.set(number, chunkRecords(gunzipSync(bytes).toString("utf8"))),
  });
  const locators: number[] = [];
  for (const [stream, one] of records) {
    locators.push(chunks.add(stream, (keep) => withTexts(one, keep)));
    await chunks.room();
  }
  await chunks.finish();
  const read = locators.map((locator) => {
    const { chunk, position } = recordPlace(locator);
    return found.get(chunk)?.[position];
  });
  return { read, count: found.size };
}

it("finds each record where it was put", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom("a", "b"), record)), async (records) => {
      expect((await written(records)).read).toEqual(records.map(([, one]) => one));
    }),
    { numRuns: 50 },
  );
});

it("opens another chunk where one is full, of texts or of records", async () => {
  const long = { kind: "question", turns: ["é".repeat(300_000)], reference: [] } as const;
  const small = { kind: "mcq-question", asked: null } as const;
  const repeated = (one: PageRecord, times: number) => Array.from({ length: times }, () => ["a", one] as const);
  expect((await written(repeated(long, 3))).count).toBe(3);
  expect((await written(repeated(small, 100))).count).toBe(1);
  expect((await written(repeated(small, 10_000))).count).toBeGreaterThan(2);
});

it("keeps its place behind half a character, which is shown as a replacement", async () => {
  const half = { kind: "question", turns: ["a\uD83D", "b"], reference: [] } as const;
  expect((await written([["a", half]])).read).toEqual([{ ...half, turns: ["a\uFFFD", "b"] }]);
});

it.each([
  ["the first chunk", 0],
  ["a middle chunk", 3],
  ["the last chunk", 4],
])("tells who finishes of %s that failed while nobody waited", async (_, failsAt) => {
  const long = { kind: "question", turns: ["x".repeat(600_000)], reference: [] } as const;
  const work = async (): Promise<void> => {
    const chunks = recordChunks(failingSink(failsAt));
    // too few to be waited for, and none that finishing would close
    for (let count = 0; count < 5; count++) chunks.add("a", (keep) => withTexts<string, number>(long, keep));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await chunks.finish();
  };
  expect(await errorsOf(work)).toEqual({ thrown: ["Error: the disk is full"], unhandled: [] });
});
