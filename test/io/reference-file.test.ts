import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readReferenceFile } from "../../src/io/reference-file.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

function line(id: number | string, ...choices: string[][]): string {
  return `${JSON.stringify({ question_id: id, model_id: "gpt-4", choices: choices.map((turns, index) => ({ index, turns })) })}\n`;
}

describe("readReferenceFile", () => {
  it("takes the first choice of each answer, the last line of an id, and says where from", async () => {
    await using folder = await tempFolder();
    const content = line(101, ["old"]) + line("7", ["R1", "R2"], ["other"]) + line(101, ["new"]);
    const path = await folder.write("gpt-4.jsonl", content);
    expect(await readReferenceFile(path)).toEqual({
      source: path,
      hash: createHash("sha256").update(content).digest("hex"),
      byQuestion: new Map<number | string, string[]>([
        [101, ["new"]],
        ["7", ["R1", "R2"]],
      ]),
    });
  });

  it.each([
    ["an answer without choices", line(1, ["R"]) + line(2), ":2: field choices: it is empty"],
    ["a line of another kind", `${JSON.stringify({ question_id: 1, turns: ["Q"] })}\n`, ":1: field model_id: "],
    ["a broken line", "{\n", ":1: not valid JSON"],
  ])("names file and line of %s", async (_, content, message) => {
    await using folder = await tempFolder();
    const path = await folder.write("gpt-4.jsonl", content);
    await expect(readReferenceFile(path)).rejects.toEqual(evalError("input", `${path}${message}`));
  });

  it.skipIf(!hasData)("reads the official references: two turns for each of the questions 101 to 130", async () => {
    const { byQuestion } = await readReferenceFile(join(dataFolder, "mt_bench", "reference_answer", "gpt-4.jsonl"));
    expect([...byQuestion.keys()]).toEqual(Array.from({ length: 30 }, (_, at) => 101 + at));
    expect([...byQuestion.values()].every((turns) => turns.length === 2 && !turns.includes(""))).toBe(true);
  });
});
