import { describe, expect, it } from "vitest";
import { readPairs } from "../../src/io/pair-file.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

function lines(...rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

const question = { question_id: 1, category: "writing", turns: ["Q1", "Q2", "Q3"] };

describe("readPairs", () => {
  it.each<[string, object[], [string, string][]]>([
    ["pairs", [{ question: "Q", answer: "A", more: 1 }], [["Q", "A"]]],
    [
      "a question file, a pair a turn",
      [{ ...question, reference: ["R1", "R2", "R3"] }],
      [
        ["Q1", "R1"],
        ["Q2", "R2"],
        ["Q3", "R3"],
      ],
    ],
    ["only the turns with a reference", [{ ...question, reference: ["", "R2"] }, question], [["Q2", "R2"]]],
    [
      "both kinds of line in one file",
      [
        { ...question, reference: ["R1"] },
        { question: "Q", answer: "A" },
      ],
      [
        ["Q1", "R1"],
        ["Q", "A"],
      ],
    ],
  ])("reads %s", async (_, rows, pairs) => {
    await using folder = await tempFolder();
    const path = await folder.write("pairs.jsonl", lines(...rows));
    expect((await readPairs(path)).map(({ question, answer }) => [question, answer])).toEqual(pairs);
  });

  it.each<[string, string, string]>([
    ["a pair without answer", lines({ question: "Q", answer: "A" }, { question: "Q" }), ":2: field answer: "],
    ["a question that is no text", lines({ question: 8, answer: "A" }), ":1: field question: "],
    ["a faulty question line", lines({ turns: ["Q"], reference: ["R"] }), ":1: field question_id: "],
    ["a line that is no object", "null\n", ":1: the line: "],
    ["a file without any answer", lines(question), ": it holds no question with an answer"],
    ["an empty file", "", ": it holds no question with an answer"],
  ])("says what is wrong with %s", async (_, content, message) => {
    await using folder = await tempFolder();
    const path = await folder.write("pairs.jsonl", content);
    await expect(readPairs(path)).rejects.toEqual(evalError("input", `${path}${message}`));
  });
});
