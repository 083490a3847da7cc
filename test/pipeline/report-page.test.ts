import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { chunkRecords } from "../../src/domain/page/page-chunk.js";
import type { PageRecord, PageSummary } from "../../src/domain/page/page-data.js";
import { recordPlace } from "../../src/domain/page/page-data.js";
import { collectReportPage } from "../../src/pipeline/report-page.js";
import { readBuiltinPrompts } from "../../src/io/prompt-files.js";
import { answer, startModelServer } from "../support/model-server.js";
import { writeDemoResults } from "../support/demo-results.js";
import type { Stage } from "../support/stage.js";
import { plainQuestions, readRows, startStage } from "../support/stage.js";

/** The page's summary, the answers to its first question, and its judgments as `turn/repeat score` by the mark they bear. */
async function pageOf({ output, questions }: Stage) {
  const chunks = new Map<number, PageRecord[]>();
  const summary = await collectReportPage(
    { bench: "mt_bench", output, questions, command: "c" },
    {
      chunk: async (number, bytes) => void chunks.set(number, chunkRecords(gunzipSync(bytes).toString("utf8"))),
    },
  );
  const shown = (locators: readonly number[]): string[] =>
    locators
      .flatMap((locator) => {
        const { chunk, position } = recordPlace(locator);
        const record = chunks.get(chunk)?.[position];
        return record?.kind === "judgment" ? [`${record.turn}/${record.repeat} ${record.score}`] : [];
      })
      .sort();
  const answers = (summary.questions.records[0] ?? []).flatMap((locator) => {
    const { chunk, position } = recordPlace(locator);
    const record = chunks.get(chunk)?.[position];
    return record?.kind === "answer" ? [record.turns.map(({ text }) => text)] : [];
  });
  return { summary, answers, judgments: shown(summary.questions.records[0] ?? []), marked: marksOf(summary, shown) };
}

function marksOf({ stale, leftOut }: PageSummary, shown: (locators: readonly number[]) => string[]) {
  return { stale: shown(stale), leftOut: shown(leftOut) };
}

/** One question, whose turns were judged three times each with a 3. */
async function judgedStage(
  work: (stage: Stage, judge: (repeats: number, score: number) => Promise<string>) => Promise<void>,
) {
  let score = 0;
  await using server = await startModelServer({ reply: ({ prompt }) => answer.ok(`re: ${prompt}`) });
  await using judge = await startModelServer({ reply: () => answer.ok(`[[${score}]]`) });
  await using stage = await startStage(plainQuestions(1));
  await stage.gen(server.url);
  const prompts = await readBuiltinPrompts();
  const judgeWith = async (repeats: number, given: number): Promise<string> => {
    score = given;
    return (await stage.judge(judge.url, { rules: { prompts, references: undefined, repeats } })).paths.records;
  };
  await judgeWith(3, 3);
  await work(stage, judgeWith);
}

async function writeRows(path: string, rows: readonly object[]): Promise<void> {
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

/** Asks the second turn anew, so to speak. */
async function changeSecondTurn({ output }: Stage): Promise<void> {
  const { records } = output.answers("m");
  const rows = await readRows(records);
  rows[0]!["choices"][0].turns[1] = "changed";
  await writeRows(records, rows);
}

const summarySchema = z.object({
  stale: z.array(z.number()),
  leftOut: z.array(z.number()),
  runs: z.array(z.object({ model: z.string() })),
});

describe("the answers of a page", () => {
  it("are the last of several to one question, of which the reader is told", async () => {
    await judgedStage(async (stage) => {
      const { records } = stage.output.answers("m");
      const [row] = await readRows(records);
      const turns = (first: string) => ({ ...row, choices: [{ index: 0, turns: [first, "b"] }] });
      await writeRows(records, [turns("old"), turns("older"), turns("new")]);
      const { answers, marked, summary } = await pageOf(stage);
      expect(answers).toEqual([["new", "b"]]);
      expect(marked.stale).toHaveLength(6);
      expect(summary.caveats).toContainEqual(expect.stringContaining("2 lines of the answer file"));
    });
  });

  it("are kept once though several judges judged them", async () => {
    await judgedStage(async (stage) => {
      const other = stage.output.judgments("k");
      const rows = await readRows(stage.output.judgments("j").records);
      await writeRows(
        other.records,
        rows.map((row) => ({ ...row, judge: ["k", "single"] })),
      );
      const { answers, summary } = await pageOf(stage);
      expect(summary.runs.map(({ judge }) => judge).sort()).toEqual(["j", "k"]);
      expect(answers).toEqual([["re: turn 1", "re: turn 2"].map(() => expect.any(String))]);
    });
  });
});

describe("the marks of judgments that make no mean", () => {
  it("are on those repeats alone that a stopped run did not judge again", async () => {
    await judgedStage(async (stage, judge) => {
      await changeSecondTurn(stage);
      const before = await readRows(stage.output.judgments("j").records);
      const anew = await readRows(await judge(3, 9));
      const judgedFirst = anew.filter((row) => row["score"] === 9 && row["repeat"] === undefined);
      expect(judgedFirst).toHaveLength(1);
      await writeRows(stage.output.judgments("j").records, [...before, ...judgedFirst]);
      const { summary, judgments, marked } = await pageOf(stage);
      expect(judgments).toEqual(["1/0 3", "1/1 3", "1/2 3", "2/0 9", "2/1 3", "2/2 3"]);
      expect(marked).toEqual({ stale: ["2/1 3", "2/2 3"], leftOut: [] });
      expect(summary.runs[0]?.turns).toEqual([[3], [9]]);
    });
  });

  it("are on repeats beyond the number that was asked for last, whether their answer changed or not", async () => {
    await judgedStage(async (stage, judge) => {
      await changeSecondTurn(stage);
      await judge(1, 9);
      const { summary, judgments, marked } = await pageOf(stage);
      expect(judgments).toEqual(["1/0 3", "1/1 3", "1/2 3", "2/0 9", "2/1 3", "2/2 3"]);
      expect(marked).toEqual({ stale: [], leftOut: ["1/1 3", "1/2 3", "2/1 3", "2/2 3"] });
      expect(summary.runs[0]?.turns).toEqual([[3], [9]]);
    });
  });

  it("are on none of the demo's pages, of which one compares two sets of questions", async () => {
    await using demo = await writeDemoResults();
    for (const path of [demo.pages.report, demo.pages.comparison]) {
      const [, base64 = ""] = /id="summary">([^<]*)</.exec(await readFile(path, "utf8")) ?? [];
      const { stale, leftOut, runs } = summarySchema.parse(
        JSON.parse(gunzipSync(Buffer.from(base64, "base64")).toString("utf8")),
      );
      expect({ stale, leftOut, runs: runs.length }).toEqual({ stale: [], leftOut: [], runs: 2 });
    }
  });
});
