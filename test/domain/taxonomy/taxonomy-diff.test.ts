import { describe, expect, it } from "vitest";
import type { DiffFile } from "../../../src/domain/taxonomy/taxonomy-diff.js";
import { diffTaxonomies } from "../../../src/domain/taxonomy/taxonomy-diff.js";

type Parts = readonly [question: string, answer: string, context?: string];

const longAnswer = "An answer that is long enough to tell.";

function file(path: string, ...examples: Parts[]): DiffFile {
  return {
    path,
    kind: "skill",
    blob: JSON.stringify(examples),
    findings: [],
    examples: examples.map(([question, answer, context], index) => ({
      file: path,
      position: index + 1,
      line: index * 2 + 3,
      question,
      answer,
      context,
    })),
  };
}

function kinds(before: readonly DiffFile[], after: readonly DiffFile[]): string[] {
  return diffTaxonomies(before, after).examples.map(({ kind, edited }) =>
    edited.length > 1 ? `${kind} (${edited.join()})` : kind,
  );
}

describe("diffTaxonomies", () => {
  const base: Parts = ["What is it?", longAnswer, "Text."];
  it.each<[string, Parts[], Parts[], string[]]>([
    ["nothing", [base], [base], ["unchanged"]],
    ["an added example", [base], [base, ["Else?", "b"]], ["unchanged", "added"]],
    ["a removed example", [base, ["Else?", "b"]], [base], ["unchanged", "removed"]],
    ["another order", [base, ["Else?", "b"]], [["Else?", "b"], base], ["unchanged", "unchanged"]],
    ["an edited question", [base], [["What was it?", longAnswer, "Text."]], ["question edited"]],
    ["an edited answer", [base], [["What is it?", "Other.", "Text."]], ["answer edited"]],
    ["an edited context", [base], [["What is it?", longAnswer, "More text."]], ["context edited"]],
    ["a context that went away", [base], [["What is it?", longAnswer]], ["context edited"]],
    [
      "question and answer edited",
      [["How many legs has a horse?", "4"]],
      [["How many legs has a dog?", "Four."]],
      ["question edited (question,answer)"],
    ],
    ["one of two equal examples removed", [base, base], [base], ["unchanged", "removed"]],
    ["another example altogether", [["Who?", "He."]], [["Where on earth?", "Here."]], ["added", "removed"]],
    [
      "a short answer shared by other questions",
      [
        ["Is it hot?", "yes"],
        ["Was it?", "no"],
      ],
      [
        ["Was it?", "no"],
        ["Can pigs fly now?", "yes"],
      ],
      ["removed", "unchanged", "added"],
    ],
  ])("finds %s", (_, before, after, expected) => {
    expect(kinds([file("s/qna.yaml", ...before)], [file("s/qna.yaml", ...after)])).toEqual(expected);
  });

  it("finds moved examples and files, with both places", () => {
    const diff = diffTaxonomies([file("a/qna.yaml", base, ["Else?", "b"])], [file("z/qna.yaml", ["Else?", "b"], base)]);
    expect(diff.files).toEqual([{ kind: "moved", path: "z/qna.yaml", from: "a/qna.yaml" }]);
    expect(diff.examples).toMatchObject([
      { kind: "moved", before: { file: "a/qna.yaml", line: 5 }, after: { file: "z/qna.yaml", line: 3 } },
      { kind: "moved", before: { file: "a/qna.yaml", line: 3 }, after: { file: "z/qna.yaml", line: 5 } },
    ]);
    expect(diff.counts).toMatchObject({ moved: 2, added: 0, removed: 0 });
  });

  it("says what was edited in a moved example", () => {
    const diff = diffTaxonomies([file("a/qna.yaml", base)], [file("z/qna.yaml", ["What is it?", "New.", "Text."])]);
    expect(diff.examples).toMatchObject([
      { kind: "answer edited", edited: ["answer"], before: { file: "a/qna.yaml" } },
    ]);
  });

  it("keeps a copy apart from a move", () => {
    expect(kinds([file("a/qna.yaml", base)], [file("a/qna.yaml", base), file("b/qna.yaml", base)])).toEqual([
      "unchanged",
      "added",
    ]);
  });

  it("names added, changed and removed files, also without examples", () => {
    const empty = (path: string, blob: string): DiffFile => ({ ...file(path), blob });
    expect(
      diffTaxonomies(
        [empty("a/qna.yaml", "1"), empty("b/qna.yaml", "1"), empty("c/qna.yaml", "1")],
        [empty("a/qna.yaml", "1"), empty("b/qna.yaml", "2"), empty("d/qna.yaml", "1")],
      ).files,
    ).toEqual([
      { kind: "changed", path: "b/qna.yaml", from: undefined },
      { kind: "removed", path: "c/qna.yaml", from: undefined },
      { kind: "added", path: "d/qna.yaml", from: undefined },
    ]);
  });
});
