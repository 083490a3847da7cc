import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import { answer, startModelServer } from "../support/model-server.js";
import { writeMmluResults } from "../support/mmlu-results.js";
import { plainQuestions, startStage } from "../support/stage.js";
import { tempFolder } from "../support/temp-folder.js";
import { readWorkbook } from "../support/workbook.js";

describe("branchbench report --format", () => {
  it("csv and xlsx have every turn and every mean", async () => {
    await using server = await startModelServer({ reply: () => answer.ok("=1+1, Rating: [[8]]") });
    await using stage = await startStage(plainQuestions(3));
    await stage.gen(server.url);
    await stage.judge(server.url);
    const report = ["report", "--output-dir", join(stage.folder, "out"), "--questions", stage.questions.path];
    const questions = await runCli([...report, "--format", "csv"]);
    const rows: Record<string, string>[] = parse(questions.stdout, { columns: true });
    expect(rows).toHaveLength(6);
    expect(rows[1]).toMatchObject({ question_id: "1", turn: "2", score: "8", question: "second 1", stale: "false" });
    expect(rows[1]?.["answer"]).toBe("'=1+1, Rating: [[8]]");
    const summary = await runCli([...report, "--format", "csv", "--level", "summary"]);
    const means: Record<string, string>[] = parse(summary.stdout, { columns: true });
    expect(means.map(({ level, name, n, sum, left_out }) => [level, name, n, sum, left_out])).toEqual([
      ["model", "", "6", "48", "0"],
      ["turn", "1", "3", "24", "0"],
      ["turn", "2", "3", "24", "0"],
      ["category", "writing", "4", "32", "0"],
      ["category", "stem", "2", "16", "0"],
    ]);
    const file = join(stage.folder, "report.xlsx");
    expect(await runCli([...report, "--format", "xlsx", "--output", file])).toMatchObject({ code: 0, stdout: "" });
    const sheets = readWorkbook(await readFile(file));
    expect(sheets.map(({ name, rows: cells }) => [name, cells.length])).toEqual([
      ["models", 2],
      ["turns", 3],
      ["categories", 3],
      ["questions", 7],
      ["about", expect.any(Number)],
    ]);
  });

  it("csv and xlsx of MMLU have every question and every share", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, { subjects: 4, questions: 8 });
    const report = ["report", "--bench", "mmlu", "--output-dir", folder.path];
    const questions = await runCli([...report, "--format", "csv"]);
    const rows: Record<string, string>[] = parse(questions.stdout, { columns: true });
    expect(rows).toHaveLength(3 * (8 + 9 + 10 + 11));
    const unusual = rows.filter(({ model, outcome }) => model === "org/middle" && outcome !== "chosen");
    expect(unusual.map(({ doc_id, outcome, right, reason }) => [doc_id, outcome, right, reason])).toEqual([
      ["0", "failed", "", "timeout"],
      ["1", "unreadable", "false", ""],
    ]);
    expect(rows.find(({ way }) => way === "letters-fallback")).toMatchObject({
      choice: "D",
      logprob_c: "",
      logprob_d: "-1",
    });
    const summary = await runCli([...report, "--format", "csv", "--level", "summary"]);
    const shares: Record<string, string>[] = parse(summary.stdout, { columns: true });
    const large = rows.filter(({ model, right }) => model === "org/large" && right === "true").length;
    expect(shares.find(({ model, level }) => model === "org/large" && level === "model")).toMatchObject({
      n: "38",
      sum: String(large),
    });
    const file = folder.file("mmlu.xlsx");
    expect(await runCli([...report, "--format", "xlsx", "--output", file])).toMatchObject({ code: 0 });
    const sheets = readWorkbook(await readFile(file));
    expect(sheets.map(({ name }) => name)).toEqual(["models", "categories", "tasks", "questions", "about"]);
    expect(sheets.find(({ name }) => name === "questions")?.rows).toHaveLength(1 + rows.length);
  });

  it.each([
    { args: ["--format", "xlsx"], says: "--output" },
    { args: ["--format", "csv", "--json"], says: "--json" },
    { args: ["--format", "json", "--level", "summary"], says: "--level" },
  ])("$args is wrong usage", async ({ args, says }) => {
    const result = await runCli(["report", ...args]);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(says);
  });
});
