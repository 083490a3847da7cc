import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { mtBenchScale, parseRating } from "../../../src/domain/mt-bench/rating.js";

/** Real replies of many judges, with a careful reading of each. They are not part of this project. */
const projectRoot = fileURLToPath(new URL("../../..", import.meta.url));
const corpusPath = join(
  resolve(projectRoot, process.env["BRANCHBENCH_DATA"] ?? "../shared/data"),
  "ratings",
  "judgments.jsonl",
);

const statusSchema = z.enum([
  "ok",
  "variant",
  "variant_label_only",
  "ambiguous",
  "missing",
  "out_of_range",
  "judge_error",
  "empty",
]);
const entrySchema = z.object({
  id: z.string(),
  judgment: z.string(),
  suggested: z.object({ status: statusSchema, rating: z.number().nullable() }),
});
type Entry = z.infer<typeof entrySchema>;
type Status = z.infer<typeof statusSchema>;

function readCorpus(): Entry[] {
  const lines = readFileSync(corpusPath, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => entrySchema.parse(JSON.parse(line)));
}

describe.skipIf(!existsSync(corpusPath))("parseRating on real judgments", () => {
  const corpus = existsSync(corpusPath) ? readCorpus() : [];

  function withStatus(status: Status): Entry[] {
    const entries = corpus.filter((entry) => entry.suggested.status === status);
    expect(entries.length).toBeGreaterThan(0);
    return entries;
  }

  function isReadAsSuggested(entry: Entry): boolean {
    const rating = parseRating(entry.judgment, mtBenchScale);
    return rating.kind === "scored" && rating.score === entry.suggested.rating;
  }

  /** The outcomes other than `expected`, by id: empty when all is well. */
  function departures(status: Status, expected: string): string[] {
    return withStatus(status).flatMap((entry) => {
      const rating = parseRating(entry.judgment, mtBenchScale);
      const outcome = rating.kind === "scored" ? `scored ${rating.score}` : rating.reason;
      return outcome === expected ? [] : [`${entry.id}: ${outcome}`];
    });
  }

  it("reads every rating in the declared form", () => {
    const misread = withStatus("ok").filter((entry) => !isReadAsSuggested(entry));
    expect(misread.map((entry) => entry.id)).toEqual([]);
  });

  it.each(["variant", "variant_label_only"] as const)("reads nearly every rating in another form: %s", (status) => {
    const entries = withStatus(status);
    expect(entries.filter(isReadAsSuggested).length / entries.length).toBeGreaterThanOrEqual(0.97);
  });

  it.each([
    ["ambiguous", "ambiguous"],
    ["out_of_range", "out-of-range"],
    ["missing", "missing"],
    ["judge_error", "missing"],
    ["empty", "empty"],
  ] as const)("gives no score to a reply that is %s", (status, reason) => {
    expect(departures(status, reason)).toEqual([]);
  });
});
