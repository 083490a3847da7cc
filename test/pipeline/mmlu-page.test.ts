import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { chunkRecords } from "../../src/domain/page/page-chunk.js";
import type { PageRecord, PageSummary } from "../../src/domain/page/page-data.js";
import { pageFlags, recordPlace } from "../../src/domain/page/page-data.js";
import { storedReports } from "../../src/io/result-file.js";
import { collectMmluPage } from "../../src/pipeline/mmlu-page.js";
import { writeMmluResults } from "../support/mmlu-results.js";
import { tempFolder } from "../support/temp-folder.js";

type MmluSummary = Extract<PageSummary, { kind: "mmlu" }>;

/** A page of three models, and its records by locator. */
async function collected(): Promise<{ summary: MmluSummary; record: (locator: number) => PageRecord | undefined }> {
  await using folder = await tempFolder();
  await writeMmluResults(folder.path, { subjects: 4, questions: 8 });
  const chunks = new Map<number, PageRecord[]>();
  const summary = await collectMmluPage(
    { bench: "mmlu", stored: await storedReports(folder.file("mmlu")), command: "c" },
    {
      chunk: async (number, bytes) => void chunks.set(number, chunkRecords(gunzipSync(bytes).toString("utf8"))),
    },
  );
  if (summary.kind !== "mmlu") throw new Error("another kind of page");
  const record = (locator: number): PageRecord | undefined => {
    const { chunk, position } = recordPlace(locator);
    return chunks.get(chunk)?.[position];
  };
  return { summary, record };
}

describe("collectMmluPage", () => {
  it("has every question with its text, its choices and each model's outcome", async () => {
    const { summary, record } = await collected();
    const { questions, runs } = summary;
    expect(questions.ids).toHaveLength(8 + 9 + 10 + 11);
    expect(runs.map(({ model }) => model)).toEqual(["org/large", "org/middle", "org/small"]);
    for (const [row, locators] of questions.records.entries()) {
      const [asked, ...outcomes] = locators.map(record);
      if (asked?.kind !== "mcq-question" || asked.asked === null) throw new Error("no question");
      expect(asked.asked.question).toContain(questions.preview[row]);
      expect(outcomes).toHaveLength(3);
      for (const outcome of outcomes) {
        if (outcome?.kind !== "mcq-outcome") throw new Error("no outcome");
        const { kind } = outcome.outcome;
        const expected =
          kind === "failed" ? null : Number(kind === "chosen" && outcome.outcome.choice === asked.asked.gold);
        expect(runs[outcome.run]?.score[row]).toBe(expected);
      }
    }
  });

  it("says which outcomes are unusual, and keeps what was written", async () => {
    const { summary, record } = await collected();
    const middle = summary.runs.findIndex(({ model }) => model === "org/middle");
    const { failed, unreadable, fallback } = pageFlags;
    const row = summary.questions.ids.indexOf("mmlu_abstract_algebra/0");
    expect(summary.runs[middle]?.flags.slice(row, row + 5)).toEqual([failed, unreadable, 0, fallback, 0]);
    const written = (summary.questions.records[row + 2] ?? [])
      .map(record)
      .find((found) => found?.kind === "mcq-outcome" && found.run === middle);
    expect(written).toMatchObject({ outcome: { kind: "chosen", way: "generate", text: "The answer is **C**." } });
  });

  it("comes to the figures of the stored reports, and compares each two models", async () => {
    const { summary } = await collected();
    for (const [run, { overall, tasks }] of summary.mmlu.models.entries()) {
      const scores = (summary.runs[run]?.score ?? []).filter((score) => score !== null);
      const right = scores.reduce((sum, score) => sum + score, 0);
      expect(overall).toHaveLength(1);
      expect(overall[0]).toMatchObject({ n: scores.length, correct: right, tasks: 4 });
      expect(overall[0]?.acc).toBeCloseTo(right / scores.length, 12);
      expect(tasks.reduce((sum, { correct }) => sum + correct, 0)).toBe(right);
    }
    expect(summary.mmlu.pairs).toHaveLength(6);
    for (const { base, tuned, counts, comparison } of summary.mmlu.pairs) {
      const [from, to] = [summary.runs[base]?.score ?? [], summary.runs[tuned]?.score ?? []];
      const gained = from.filter((score, row) => score === 0 && to[row] === 1).length;
      const both = from.filter((score, row) => score === 1 && to[row] === 1).length;
      expect(counts).toMatchObject([{ form: "letters", gained, both }]);
      expect(comparison.overall[0]).toMatchObject({ gained, lost: counts[0]?.lost });
    }
    expect(summary.sentence).toMatch(
      /^org\/large is right in \d+\.\d % of 38 questions, the next best of 3 is org\/middle/,
    );
  });
});
