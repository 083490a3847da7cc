import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { judgedTextHashes } from "../../src/domain/mt-bench/judge-prompt.js";
import { outputTree } from "../../src/io/output-tree.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import { makeReport } from "../../src/pipeline/report.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const turns = ["first", "second"];

interface Tree {
  readonly count: number;
  /** first turn with another text than the judges saw, by question */
  readonly changed: ReadonlyMap<number, number>;
  /** the question that has no answer any more */
  readonly gone: number;
}

/** Judgments of a text that is not there any more say 10, all others 1. */
async function writeTree(folder: TempFolder, { count, changed, gone }: Tree): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const text = (id: number, turn: number): string => `${id} ${turn} "ä" 🎈\n`;
  const judged = (id: number) => turns.map((question, index) => ({ question, answer: text(id, index + 1) }));
  const isJudged = (id: number, turn: number): boolean => id !== gone && turn < (changed.get(id) ?? Infinity);
  const output = outputTree(folder.path, "mt_bench");
  const writeRows = (path: string, rows: readonly object[]): Promise<string> =>
    folder.write(relative(folder.path, path), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
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
          },
        ],
      })),
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
        answer_hash: judgedTextHashes(judged(id))[turn - 1],
      })),
    ),
  );
}

describe("answers that changed since they were judged", () => {
  it("leave their judgments out, as do answers that are gone", async () => {
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
    });
    const questions = await openQuestionFile(folder.file("question.jsonl"));
    const { models } = await makeReport({ bench: "mt_bench", output: outputTree(folder.path, "mt_bench"), questions });
    expect(models).toMatchObject([{ overall: { n: 6, mean: 1 }, judgments: { scored: 6, missing: 4 } }]);
  });
});
