import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openQuestionFile, readQuestions, sha256OfFile } from "../../src/io/question-file.js";
import { collect } from "../support/collect.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

function line(id: number | string, category = "writing", more: object = {}): string {
  return `${JSON.stringify({ question_id: id, category, turns: [`Q${id}`], ...more })}\n`;
}

describe("openQuestionFile", () => {
  it("gives ids and categories in file order, and the hash of the file", async () => {
    await using folder = await tempFolder();
    const content = `\uFEFF${line(82)}\r\n\n${line("137504982341234567890123456789012345678", "taxonomy")}${line(81, "math").trimEnd()}`;
    const path = await folder.write("question.jsonl", content);
    const file = await openQuestionFile(path);
    expect(file).toMatchObject({ path, sha256: createHash("sha256").update(content).digest("hex") });
    expect([...file.keys.ids]).toEqual([82, "137504982341234567890123456789012345678", 81]);
    expect(Array.from(file.keys.ids, (_, position) => file.keys.categoryAt(position))).toEqual([
      "writing",
      "taxonomy",
      "math",
    ]);
  });

  it.each<[string, string, string]>([
    ["a repeated id", `${line(81)}\n${line(82)}${line(81)}`, ":4: field question_id: 81 stands already in line 1"],
    ["a broken line", `${line(81)}{"question_id": 82,\n`, ":2: not valid JSON"],
    ["a missing category", `${line(81)}{"question_id": 82, "turns": ["Q"]}\n`, ":2: field category: "],
    ["a question without turns", `{"question_id": 82, "category": "a", "turns": []}\n`, ":1: field turns: "],
    ["a turn that is no text", `{"question_id": 82, "category": "a", "turns": ["Q", 8]}\n`, ":1: field turns[1]: "],
    ["a reference that YAML took for a truth value", line(1, "a", { reference: [true] }), ":1: field reference[0]: "],
    ["a line that is no object", "[]\n", ":1: the line: "],
    ["an id without text", line(""), ":1: field question_id: "],
    ["no question at all", "\n\n", ": it holds no question"],
    ["nothing", "", ": it holds no question"],
  ])("names file and line of %s", async (_, content, message) => {
    await using folder = await tempFolder();
    const path = await folder.write("question.jsonl", content);
    await expect(openQuestionFile(path)).rejects.toEqual(evalError("input", `${path}${message}`));
  });

  it("takes a number and the same digits as text for the same question, as results are keyed by their text", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("question.jsonl", line(81) + line("81"));
    await expect(openQuestionFile(path)).rejects.toEqual(
      evalError("input", `${path}:2: field question_id: 81 stands already in line 1`),
    );
  });

  it("says that there is no such file", async () => {
    await using folder = await tempFolder();
    await expect(openQuestionFile(folder.file("q.jsonl"))).rejects.toEqual(evalError("input", "q.jsonl: no such file"));
  });
});

describe("readQuestions", () => {
  const content = Array.from({ length: 40 }, (_, at) => line(at + 1, at % 2 === 0 ? "writing" : "math")).join("\n");

  it.each<[string, object, number[]]>([
    ["all", {}, Array.from({ length: 40 }, (_, at) => at + 1)],
    ["the first", { firstN: 2 }, [1, 2]],
    ["the last", { questionIds: "40" }, [40]],
    ["some, in file order", { questionIds: "30-31,2" }, [2, 30, 31]],
    ["none", { firstN: 0 }, []],
  ])("gives %s of the file", async (_, selection, ids) => {
    await using folder = await tempFolder();
    const file = await openQuestionFile(await folder.write("question.jsonl", content));
    const questions = await collect(readQuestions(file, selection));
    expect(questions.map(({ id, turns }) => [id, turns])).toEqual(ids.map((id) => [id, [`Q${id}`]]));
  });

  it("gives a sample of each category in file order", async () => {
    await using folder = await tempFolder();
    const file = await openQuestionFile(await folder.write("question.jsonl", content));
    const questions = await collect(readQuestions(file, { sample: 10, sampleSeed: 3 }));
    expect(questions.filter(({ category }) => category === "math")).toHaveLength(5);
    expect(questions.map(({ id }) => id)).toEqual(
      questions.map(({ id }) => id).toSorted((left, right) => Number(left) - Number(right)),
    );
  });

  it("refuses an id that the set does not have before it reads anything", async () => {
    await using folder = await tempFolder();
    const file = await openQuestionFile(await folder.write("question.jsonl", content));
    await expect(collect(readQuestions(file, { questionIds: "1,99" }))).rejects.toEqual(evalError("input", '"99"'));
  });

  it("reads questions as they are needed, and no further than the last of them", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("question.jsonl", line(1) + line(2));
    const file = await openQuestionFile(path);
    // What stands behind the last selected question is not looked at: a broken line there does no harm.
    await folder.write("question.jsonl", `${line(1)}broken\n`);
    expect(await collect(readQuestions(file, { firstN: 1 }))).toHaveLength(1);
    await expect(collect(readQuestions(file))).rejects.toEqual(evalError("input", `${path}:2: not valid JSON`));
  });

  it("goes through many questions that somebody takes at leisure", async () => {
    await using folder = await tempFolder();
    const many = Array.from({ length: 3_000 }, (_, at) => line(at, "writing", { qna_file: "x".repeat(300) })).join("");
    const file = await openQuestionFile(await folder.write("question.jsonl", many));
    let next = 0;
    for await (const { id } of readQuestions(file)) {
      expect(id).toBe(next++);
      if (next % 500 === 0) await new Promise(setImmediate);
    }
    expect(next).toBe(3_000);
  });
});

describe("sha256OfFile", () => {
  it("is the hash of the bytes", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("file", Buffer.from([0, 255, 10]));
    expect(await sha256OfFile(path)).toBe(
      createHash("sha256")
        .update(Buffer.from([0, 255, 10]))
        .digest("hex"),
    );
    await expect(sha256OfFile(folder.file("missing"))).rejects.toEqual(evalError("input", "cannot read"));
  });
});

describe.skipIf(!hasData)("the official question file", () => {
  it("opens, and has the hash under which it was published", async () => {
    const file = await openQuestionFile(join(dataFolder, "mt_bench", "question.jsonl"));
    expect(file.keys.ids).toHaveLength(80);
    expect(file.sha256).toBe("119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7");
  });
});
