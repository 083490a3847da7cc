import { describe, expect, it } from "vitest";
import { mmluEstimates } from "../../src/domain/page/mmlu-estimates.js";
import { storedReports } from "../../src/io/result-file.js";
import { mmluSeries } from "../../src/page/mmlu-series.js";
import { writeMmluResults } from "../support/mmlu-results.js";
import { tempFolder } from "../support/temp-folder.js";

describe("mmluSeries", () => {
  it("gives the first colour, which is the right side's, to the best model or to the tuned one", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, { subjects: 1, questions: 2 });
    const stored = await storedReports(folder.file("mmlu"));
    const models = stored.slice(0, 2).map(({ report }) => mmluEstimates(report));
    const places = (isTuning: boolean): number[] => mmluSeries({ models, isTuning }).map(({ place }) => place);
    // of a report the second is on the left, of a tuning the first, which is the base model
    expect([places(false), places(true)]).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
});
