import { expect, it } from "vitest";
import { findingsNote } from "../../../src/domain/taxonomy/finding.js";

const none = { errors: 0, warnings: 0, notices: 0, skippedFiles: 0, skippedExamples: 0 };

it.each([
  [none, undefined],
  [{ ...none, warnings: 1 }, "1 finding in the taxonomy, nothing was skipped (branchbench taxonomy lint shows them)"],
  [
    { ...none, errors: 3, skippedFiles: 1, skippedExamples: 2 },
    "3 findings in the taxonomy, 1 file and 2 examples are skipped and in no figure (branchbench taxonomy lint shows them)",
  ],
])("findingsNote says what the findings cost: %j", (counts, note) => {
  expect(findingsNote(counts)).toBe(note);
});
