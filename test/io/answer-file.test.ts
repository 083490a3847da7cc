import { describe, expect, it } from "vitest";
import { encodeAnswer } from "../../src/domain/mt-bench/eval-output.js";
import { readAnswers, readAnswersOf, readFailedAnswers, settleAnswers } from "../../src/io/answer-file.js";
import { collect } from "../support/collect.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

/** Our own line; with a turn that failed, one of the file of failures. */
function line(questionId: number | string, text: string, failedTurn?: number): string {
  const facts = { questionId, answerId: "a", model: "m", choices: [{ index: 0, turns: [{ text }] }], tstamp: 1 };
  const row =
    failedTurn === undefined
      ? encodeAnswer({ kind: "answered", ...facts })
      : encodeAnswer({ kind: "failed", ...facts, reason: "timeout", message: text, turn: failedTurn });
  return `${JSON.stringify(row)}\n`;
}

/** A line as Python writes it. */
function pythonLine(questionId: number | string, text: string): string {
  return `{"question_id": ${JSON.stringify(questionId)}, "answer_id": "a", "model_id": "m", "choices": [{"index": 0, "turns": [${JSON.stringify(text)}]}], "tstamp": 1.5}\n`;
}

describe("readAnswers", () => {
  it("reads lines of either tool, with their numbers", async () => {
    await using folder = await tempFolder();
    const path = await folder.write(
      "m.jsonl",
      `${line(82, "A")}\n${pythonLine("81", "B")}${pythonLine(83, "$ERROR$")}`,
    );
    const read = await collect(readAnswers(path));
    expect(read.map(({ answer, line }) => [line, answer.questionId, answer.kind])).toEqual([
      [1, 82, "answered"],
      [3, "81", "answered"],
      [4, 83, "failed"],
    ]);
  });

  it("gives nothing where there is no file, or an empty one", async () => {
    await using folder = await tempFolder();
    expect(await collect(readAnswers(folder.file("m.jsonl")))).toEqual([]);
    expect(await collect(readAnswers(await folder.write("empty.jsonl", "")))).toEqual([]);
  });

  it("names file, line and field of a faulty line", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("m.jsonl", `${line(81, "A")}{"question_id":82,"model_id":"m"}\n`);
    await expect(collect(readAnswers(path))).rejects.toEqual(evalError("input", `${path}:2: field choices: `));
  });
});

describe("readFailedAnswers", () => {
  it("gives the last failure of each question that has no answer", async () => {
    await using folder = await tempFolder();
    const path = await folder.write(
      "m.failed.jsonl",
      line(1, "old", 1) + line(2, "answered since", 1) + line(1, "new", 2) + line(3, "no failure"),
    );
    const failed = await readFailedAnswers(path, new Set([2]));
    expect([...failed.values()].map(({ questionId, message, turn }) => [questionId, message, turn])).toEqual([
      [1, "new", 2],
    ]);
  });
});

describe("readAnswersOf", () => {
  it("gives the answers to questions of the set, and refuses others by file and line", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("m.jsonl", line(1, "A") + line(2, "B"));
    expect(await collect(readAnswersOf(path, { ids: new Set([1, 2]), path: "q.jsonl" }))).toHaveLength(2);
    await expect(
      collect(readAnswersOf(path, { ids: new Set<number | string>([1, "2"]), path: "q.jsonl" })),
    ).rejects.toEqual(
      evalError("input", `${path}:2: field question_id: 2 is not a question of q.jsonl`, "--questions"),
    );
  });
});

describe("settleAnswers", () => {
  it("sorts by question, numbers by value before text, and keeps the last answer to each, to the byte", async () => {
    await using folder = await tempFolder();
    const lines = [
      line("9b", "text"),
      pythonLine(100, "old"),
      line(9, "A"),
      pythonLine("10a", "text"),
      line(100, "new"),
      pythonLine(9.0, "B"),
      line(1, "A"),
    ];
    const path = await folder.write("m.jsonl", lines.join(""));
    await settleAnswers(path);
    expect(await folder.read("m.jsonl")).toBe([lines[6], lines[5], lines[4], lines[3], lines[0]].join(""));
  });

  it("knows an id however it is written", async () => {
    await using folder = await tempFolder();
    const strange = '{"question_id":"\\u0061\\"b","model_id":"m","choices":[]}\n';
    const swapped = '{"model_id":"m","question_id":"a\\"b","choices":[]}\n';
    const other = line("a", "A");
    const path = await folder.write("m.jsonl", strange + other + swapped);
    await settleAnswers(path);
    expect(await folder.read("m.jsonl")).toBe(other + swapped);
  });

  it("keeps ids apart that no number could hold", async () => {
    await using folder = await tempFolder();
    const [one, other] = [
      line("316039804729012345678901234567890123457", "B"),
      line("316039804729012345678901234567890123456", "A"),
    ];
    const path = await folder.write("m.jsonl", one + other);
    await settleAnswers(path);
    expect(await folder.read("m.jsonl")).toBe(other + one);
  });

  it("does nothing where there is no file", async () => {
    await using folder = await tempFolder();
    await settleAnswers(folder.file("m.jsonl"));
    expect(await folder.list()).toEqual([]);
  });
});
