import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { judgedTextHash } from "../../src/domain/mt-bench/judge-prompt.js";
import { outputTree } from "../../src/io/output-tree.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import { makeReport } from "../../src/pipeline/report.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const turns = ["first", "second"];
const usage = { finish_reason: "stop", prompt_tokens: 1, completion_tokens: 1, latency_ms: 1, attempts: 1 };

interface Tree {
  readonly count: number;
  /** first turn with another text than the judges saw, by question */
  readonly changed: ReadonlyMap<number, number>;
  /** the question that has no answer any more */
  readonly gone: number;
  /** adds to a choice, and writes a line */
  readonly facts: object;
  readonly write: (row: object) => string;
}

/** Judgments of a text that is not there any more say 10, all others 1. */
async function writeTree(folder: TempFolder, { count, changed, gone, facts, write }: Tree): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const text = (id: number, turn: number): string => `${id} ${turn} "ä" 🎈\n`;
  const judged = (id: number) => turns.map((question, index) => ({ question, answer: text(id, index + 1) }));
  const isJudged = (id: number, turn: number): boolean => id !== gone && turn < (changed.get(id) ?? Infinity);
  const output = outputTree(folder.path, "mt_bench");
  const writeRows = (path: string, rows: readonly object[], as: (row: object) => string = JSON.stringify) =>
    folder.write(relative(folder.path, path), rows.map((row) => `${as(row)}\n`).join(""));
  await writeRows(
    folder.file("question.jsonl"),
    ids.map((id) => ({ question_id: id, category: "writing", turns })),
  );
  await writeRows(
    output.answers("m").records,
    ids
      .filter((id) => id !== gone)
      .map((id) => ({
        question_id: id,
        answer_id: `a${id}`,
        model_id: "m",
        choices: [
          {
            index: 0,
            turns: judged(id).map(({ answer }, index) => (changed.get(id) === index + 1 ? "other" : answer)),
            ...facts,
          },
        ],
        tstamp: 1,
      })),
    write,
  );
  await writeRows(
    output.judgments("j").records,
    ids.flatMap((id) =>
      [1, 2].map((turn) => ({
        question_id: id,
        model: "m",
        judge: ["j", "single"],
        user_prompt: "",
        judgment: "",
        score: isJudged(id, turn) ? 1 : 10,
        turn,
        choice: 0,
        answer_hash: judgedTextHash(judged(id).slice(0, turn)),
      })),
    ),
  );
}

describe("answers that changed since they were judged", () => {
  it.each<[string, object, (row: object) => string]>([
    ["branchbench's", { details: [usage, usage] }, JSON.stringify],
    ["another tool's", {}, JSON.stringify],
    // as some write JSON, in ASCII
    ["changed by hand", { details: [usage, usage] }, (row) => JSON.stringify(row).replaceAll("ä", "\\u00e4")],
  ])("leave their judgments out, as do answers that are gone, in a file that is %s", async (_, facts, write) => {
    await using folder = await tempFolder();
    // the first turn belongs to what the second one's judge saw
    await writeTree(folder, {
      count: 6,
      gone: 5,
      changed: new Map([
        [1, 1],
        [2, 2],
        [6, 2],
      ]),
      facts,
      write,
    });
    const questions = await openQuestionFile(folder.file("question.jsonl"));
    const { models } = await makeReport({ bench: "mt_bench", output: outputTree(folder.path, "mt_bench"), questions });
    expect(models).toMatchObject([{ overall: { n: 6, mean: 1 }, judgments: { scored: 6, missing: 4 } }]);
  });
});
