import { describe, expect, it } from "vitest";
import { comparedSummaryColumns, comparedSummaryRows } from "../../../src/domain/comparison/comparison-rows.js";
import { branchComparison, usualFiles } from "../../support/comparison.js";

function cells(name: string): unknown[] {
  const column = comparedSummaryColumns.find((candidate) => candidate.name === name);
  return comparedSummaryRows(branchComparison()).map((row) => column?.valueOf(row));
}

describe("comparedSummaryRows", () => {
  it("has the groups, then each file with its verdict and sums", () => {
    expect(cells("level")).toEqual([...Array<string>(3).fill("group"), ...usualFiles.map(() => "file")]);
    expect(cells("qna_file").slice(3)).toEqual(usualFiles.map(([name]) => name));
    expect(cells("verdict").slice(0, 5)).toEqual([null, null, null, "learned", "regressed"]);
    expect(cells("n").slice(0, 4)).toEqual([5, 35, 40, 5]);
    expect(cells("difference")[3]).toBeCloseTo(6.1);
    expect(cells("difference_sum")[3]).toBeCloseTo(30.5);
  });
});
