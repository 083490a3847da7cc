import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { mmluComparisonSchema } from "../../src/domain/mmlu/mmlu-comparison.js";
import { mmluReportSchema } from "../../src/domain/mmlu/mmlu-report.js";
import { runCli } from "../support/cli.js";
import { mmluCsvRows, mmluFolder, mmluHeader } from "../support/mmlu-folder.js";
import { startScoringServer } from "../support/scoring-server.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";
import { readWorkbook } from "../support/workbook.js";

const dataFolder = (): Promise<TempFolder> => mmluFolder({ anatomy: 12, astronomy: 12 });

function args(folder: TempFolder, url: string, ...more: string[]): string[] {
  const places = ["--mmlu-data", folder.file("data"), "--output-dir", folder.file("out")];
  return ["mmlu", "--model", "m", "--server-url", url, ...places, "--tasks", "anatomy,astronomy", ...more];
}

describe("branchbench mmlu", () => {
  it("takes one request a question with letters, and comes to the same as full", async () => {
    await using folder = await dataFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const letters = await runCli(args(folder, server.url, "--json"));
    expect(letters.stderr).toContain("scored with --mode letters");
    expect(letters.code).toBe(0);
    const report = mmluReportSchema.parse(JSON.parse(letters.stdout));
    expect(report).toMatchObject({
      partial: "2 of 57 subjects",
      scores: { selected: 24, weighted: { n: 24 }, ways: { letters: 24 }, requests: 24 },
    });
    const full = await runCli(
      args(folder, server.url, "--mode", "full", "--json", "--output-dir", folder.file("full")),
    );
    const { scores } = mmluReportSchema.parse(JSON.parse(full.stdout));
    expect(scores.tasks).toEqual(report.scores.tasks);
    expect(scores.ways).toEqual({ full: 24 });
    const asked = server.scoringRequests();
    const shown = await runCli(["report", "--bench", "mmlu", "--output-dir", folder.file("out"), "--json"]);
    expect(JSON.parse(shown.stdout)).toEqual(report);
    const text = await runCli(["report", "--bench", "mmlu", "--output-dir", folder.file("out")]);
    expect(text.stdout).toContain("mmlu: m (partial: 2 of 57 subjects)");
    expect(server.scoringRequests()).toBe(asked);
  });

  it("prints upstream's report, asks nothing twice, and refuses to mix ways of scoring", async () => {
    await using folder = await dataFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const first = await runCli(args(folder, server.url, "--format", "ilab"));
    expect(first.stdout).toMatch(
      /^# KNOWLEDGE EVALUATION REPORT\n\n## MODEL \(SCORE\)\nm \(0\.\d+\/1\.0\)\n\n### SCORES \(0\.0 to 1\.0\):\nmmlu_anatomy - 0\.\d+\nmmlu_astronomy - 0\.\d+\n\n### PARTIAL:\n2 of 57 subjects\n$/,
    );
    const other = await runCli(args(folder, server.url, "--mode", "full"));
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/made with other settings: scoring/);
    const again = await runCli(args(folder, server.url, "--json"));
    expect(mmluReportSchema.parse(JSON.parse(again.stdout)).scores.requests).toBe(24);
  });

  it("shows what it would ask, and asks nobody", async () => {
    await using folder = await dataFolder();
    const plan = await runCli(args(folder, "http://127.0.0.1:9", "--dry-run", "--first-n", "3", "--few-shots", "1"));
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain("m would be asked 6 of 6 questions of 2 tasks (0 done by earlier runs)");
    expect(plan.stdout).toContain(
      "--- mmlu_anatomy\nThe following are multiple choice questions (with answers) about anatomy.\n\nIs this anatomy example 0?\nA. one\nB. two \n",
    );
    expect(plan.stdout).toContain('Answer:\n--- continued with one of: " A", " B", " C", " D"');
  });

  it("honours instructlab's variable for a small run", async () => {
    await using folder = await dataFolder();
    const run = await runCli(
      ["mmlu", "--model", "m", "--server-url", "http://127.0.0.1:9", "--mmlu-data", folder.file("data"), "--dry-run"],
      { INSTRUCTLAB_EVAL_MMLU_MIN_TASKS: "1" },
    );
    expect(run.stderr).toContain("only the first four subjects");
    expect(run.stderr).toContain("abstract_algebra_test.csv is missing");
  });

  it("tells a server that does not score from a weak model", async () => {
    await using folder = await dataFolder();
    await using server = await startScoringServer({ kind: "vllm", constant: -1 });
    const run = await runCli(args(folder, server.url, "--mode", "full"));
    expect(run.code).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/same log-probability|equal|constant/);
  });

  it.each(["letters", "full"])("tells it by five questions, too, when there are no more (--mode %s)", async (mode) => {
    await using folder = await dataFolder();
    await using server = await startScoringServer({ kind: "vllm", constant: -1 });
    const five = ["--tasks", "anatomy", "--first-n", "5", "--mode", mode];
    const run = await runCli(args(folder, server.url, ...five, "--json"));
    expect(run.code).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain("the same log-probability (5 of 5 questions): it does not score what it is sent");
    const files = await folder.list();
    expect(files).not.toContainEqual(expect.stringContaining("results_"));
    expect(await folder.read("out/mmlu/m/outcomes.jsonl")).toBe("");
    await using other = await startScoringServer({ kind: "vllm" });
    const mended = await runCli(args(folder, other.url, ...five, "--json"));
    expect(mended.code).toBe(0);
    expect(mmluReportSchema.parse(JSON.parse(mended.stdout)).scores.weighted.n).toBe(5);
  });

  it.each([
    ["--fewshot-as-multiturn alone", ["--fewshot-as-multiturn"]],
    ["an unknown mode", ["--mode", "guess"]],
    ["two formats", ["--json", "--format", "markdown"]],
    ["no number of questions", ["--first-n", "0"]],
    ["a workbook without a file", ["--format", "xlsx"]],
    ["examples of written answers", ["--mode", "generate", "--few-shots", "3"]],
    ["a level that is no row", ["--format", "markdown", "--level", "summary"]],
  ])("takes %s for wrong usage", async (_, more) => {
    await using folder = await dataFolder();
    const run = await runCli(args(folder, "http://127.0.0.1:9", ...more));
    expect(run.code).toBe(2);
  });
});

describe("bad input of mmlu", () => {
  it.each<[string, (folder: TempFolder) => Promise<unknown>, string[], RegExp]>([
    ["a missing subject file", async () => undefined, ["--tasks", "sociology"], /sociology_test\.csv is missing/],
    [
      "a missing dev file",
      (folder) => folder.write("data/test/sociology_test.csv", `${mmluHeader}\n${mmluCsvRows("s", 2)}\n`),
      ["--tasks", "sociology"],
      /sociology_dev\.csv/,
    ],
    [
      "a wrong column",
      (folder) => folder.write("data/test/anatomy_test.csv", `question,a,b,c,d,answer\n${mmluCsvRows("s", 2)}\n`),
      [],
      /anatomy_test\.csv/,
    ],
    [
      "an answer outside 0..3",
      (folder) => folder.write("data/test/anatomy_test.csv", `${mmluHeader}\nq,a,b,c,d,4\n`),
      [],
      /anatomy_test\.csv.*answer/,
    ],
    [
      "an unknown task",
      async () => undefined,
      ["--tasks", "anatomi"],
      /no task, group or tag "anatomi"\n {2}did you mean .*anatomy/,
    ],
    ["more examples than there are", async () => undefined, ["--few-shots", "6"], /holds 5 examples, not 6/],
    ["no such folder", async () => undefined, ["--mmlu-data", "/nonexistent"], /nonexistent/],
    ["a model that cannot name a folder", async () => undefined, ["--model", ".."], /cannot name a file/],
  ])("%s is one clear line and exit code 1", async (_, prepare, more, says) => {
    await using folder = await dataFolder();
    await prepare(folder);
    const run = await runCli(args(folder, "http://127.0.0.1:9", ...more));
    expect(run.stderr).toMatch(says);
    expect(run.code).toBe(1);
    expectOneError(run.stderr);
  });
});

/** A task folder of two tasks: the template's form, and SDG's. */
async function taskFolder(): Promise<TempFolder> {
  const folder = await tempFolder();
  const text = String.raw`"{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:"`;
  const template = [
    "dataset_path: json",
    "dataset_name: null",
    "test_split: test",
    `doc_to_text: ${text}`,
    "doc_to_target: answer",
    'doc_to_choice: ["A", "B", "C", "D"]',
    "output_type: multiple_choice",
    "metric_list:\n  - metric: acc\n    aggregation: mean\n    higher_is_better: true",
  ];
  await folder.write("tasks/_template_yaml", `${template.join("\n")}\n`);
  await folder.write("tasks/letters_task.yaml", task("letters", "include: _template_yaml"));
  await folder.write("tasks/letters.jsonl", questions(8));
  return folder;
}

function task(name: string, ...more: string[]): string {
  return [
    `task: ${name}`,
    "group: mmlu_pr",
    "dataset_kwargs:",
    "  data_files:",
    `    test: ${name}.jsonl`,
    ...more,
    "",
  ].join("\n");
}

function questions(count: number, answer = (id: number): unknown => id % 4): string {
  return Array.from({ length: count }, (_, id) =>
    JSON.stringify({ question: `Which is number ${id}?`, choices: ["w", "x", "y", `${id}`], answer: answer(id) }),
  ).join("\n");
}

function branchArgs(folder: TempFolder, url: string, ...more: string[]): string[] {
  const places = ["--tasks-dir", folder.file("tasks"), "--output-dir", folder.file("out"), "--allow-unlisted-model"];
  return ["mmlu-branch", "--model", "tuned", "--server-url", url, ...places, ...more];
}

describe("branchbench mmlu-branch", () => {
  it("asks nobody where the result cannot go to --output", async () => {
    await using folder = await taskFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    for (const file of [folder.path, folder.file("tasks/letters.jsonl"), folder.file("tasks/_template_yaml")]) {
      const refused = await runCli(branchArgs(folder, server.url, "--output", file));
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(`error: --output ${file} is `);
    }
    expect(await folder.read("tasks/letters.jsonl")).toBe(questions(8));
    expect(server.requests).toEqual([]);
  });

  it("compares two models question by question, in every form", async () => {
    await using folder = await taskFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const two = ["--base-model", "base", "--fail-on", "regression,error"];
    const run = await runCli(branchArgs(folder, server.url, ...two, "--json"));
    expect(run.stderr).not.toContain("error:");
    expect(run.code).toBe(0);
    const result = mmluComparisonSchema.parse(JSON.parse(run.stdout));
    // the stub does not know one model from the other
    expect(result.comparison.overall).toMatchObject([{ form: "letters", n: 8, gained: 0, lost: 0, p: 1 }]);
    expect(result.sentence).toBe("Of 1 task, 1 has too few questions to tell.");
    expect(result.reports.tuned.prompts).toMatchObject({ fewShots: 5, fewShotsFrom: "others" });
    const asked = server.scoringRequests();
    const markdown = await runCli(
      branchArgs(folder, server.url, ...two, "--format", "markdown", "--output", folder.file("c.md")),
    );
    expect(markdown.code).toBe(0);
    expect(await folder.read("c.md")).toContain("| `letters` | too few questions to tell | 8 |");
    const ilab = await runCli(branchArgs(folder, server.url, ...two, "--format", "ilab"));
    expect(ilab.stdout).toMatch(
      /## BASE MODEL \(SCORE\)\nbase \(.*\n\n## MODEL \(SCORE\)\ntuned \(.*\n\n### NO CHANGE \(0\.0 to 1\.0\):\n1\. letters \(/,
    );
    const rows: Record<string, string>[] = parse(
      (await runCli(branchArgs(folder, server.url, ...two, "--format", "csv"))).stdout,
      { columns: true },
    );
    expect(["base", "tuned"].map((model) => rows.filter((row) => row["model"] === model).length)).toEqual([8, 8]);
    const book = folder.file("c.xlsx");
    const xlsx = await runCli(branchArgs(folder, server.url, ...two, "--format", "xlsx", "--output", book));
    expect(xlsx.code).toBe(0);
    const sheets = readWorkbook(await readFile(book));
    expect(sheets.map(({ name, rows }) => [name, rows.length - 1])).toEqual([
      ["models", 2],
      ["tasks", 2],
      ["questions", 16],
      ["about", expect.any(Number)],
    ]);
    expect(JSON.stringify(sheets.at(-1)?.rows)).toContain(result.sentence);
    // further runs probe the server, and that is all
    expect(server.scoringRequests() - asked).toBeLessThan(100);
    const gated = await runCli(branchArgs(folder, server.url, ...two, "--fail-on", "not-learned"));
    expect(gated.code).toBe(3);
  });

  it("keeps the comparison for report, and says where it is outdated", async () => {
    await using folder = await taskFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const report = (...more: string[]) =>
      runCli(["report", "--bench", "mmlu_branch", "--output-dir", folder.file("out"), ...more]);
    const two = await runCli(branchArgs(folder, server.url, "--base-model", "org/base", "--json"));
    expect(two.stderr).toContain(`comparison: ${folder.file("out/mmlu_branch/tuned/comparison_org__base.json")}\n`);
    const compared = mmluComparisonSchema.parse(JSON.parse(two.stdout));
    const { base, tuned } = compared.reports;
    const asked = server.requests.length;
    const unknown = await report("--model", "tuend");
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toMatch(/^error: there is no model "tuend" in .*\n {2}did you mean tuned\?\n$/);
    const stored = await report("--json");
    expect(stored).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(stored.stdout)).toEqual([base, tuned, compared]);
    const text = await report("--model", "tuned");
    expect(text.stdout).toContain("mmlu_branch: tuned");
    expect(text.stdout).not.toContain("mmlu_branch: org/base");
    expect(text.stdout).toContain(compared.sentence);
    expect((await report("--format", "markdown")).stdout).toContain("| `letters` | too few questions to tell | 8 |");
    expect(server.requests).toHaveLength(asked);
    await runCli(branchArgs(folder, server.url, "--fresh"));
    expect((await report()).stderr).toMatch(/^note: org\/base or tuned has other results than when they were compared/);
  });

  it("tells a command that can be run again where written answers are asked for, too", async () => {
    await using folder = await taskFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const written = ["--base-model", "base", "--mode", "generate", "--max-error-rate", "1"];
    const run = await runCli(branchArgs(folder, server.url, ...written, "--json"));
    expect(run).toMatchObject({ code: 0 });
    const { command } = mmluComparisonSchema.parse(JSON.parse(run.stdout)).reproduce;
    expect(command).toContain("--mode generate");
    expect(command).not.toContain("--few-shots");
  });

  it("measures one model alone", async () => {
    await using folder = await taskFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const run = await runCli(branchArgs(folder, server.url, "--few-shots", "0", "--json"));
    expect(mmluReportSchema.parse(JSON.parse(run.stdout))).toMatchObject({
      bench: "mmlu_branch",
      scores: { selected: 8 },
    });
  });

  it.each([
    ["a gate without a second model", ["--fail-on", "regression"]],
    ["a second server without a second model", ["--base-server-url", "http://127.0.0.1:9"]],
    ["an unknown gate", ["--base-model", "b", "--fail-on", "everything"]],
  ])("takes %s for wrong usage", async (_, more) => {
    await using folder = await taskFolder();
    expect((await runCli(branchArgs(folder, "http://127.0.0.1:9", ...more))).code).toBe(2);
  });

  it.each<[string, (folder: TempFolder) => Promise<unknown>, string[], RegExp]>([
    ["an empty jsonl", (folder) => folder.write("tasks/letters.jsonl", ""), [], /letters\.jsonl/],
    [
      "an answer outside 0..3",
      (folder) =>
        folder.write(
          "tasks/letters.jsonl",
          questions(4, () => 4),
        ),
      [],
      /letters\.jsonl:1/,
    ],
    [
      "a missing include",
      (folder) => folder.write("tasks/letters_task.yaml", task("letters", "include: nothing_yaml")),
      [],
      /nothing_yaml/,
    ],
    [
      "an include cycle",
      (folder) => folder.write("tasks/_template_yaml", "include: _template_yaml\n"),
      [],
      /_template_yaml/,
    ],
    [
      "a yaml with no task",
      (folder) => folder.write("tasks/letters_task.yaml", "include: _template_yaml\n"),
      [],
      /letters_task\.yaml.*task|no task/,
    ],
    ["an unknown task", async () => undefined, ["--tasks", "leters"], /"leters"\n {2}did you mean letters\?/],
    ["a folder that does not exist", async () => undefined, ["--tasks-dir", "/nonexistent"], /nonexistent/],
    [
      "a missing data file",
      (folder) => folder.write("tasks/letters_task.yaml", task("other", "include: _template_yaml")),
      [],
      /other\.jsonl/,
    ],
    [
      "a wrong right answer with --strict",
      (folder) =>
        folder.write(
          "tasks/letters.jsonl",
          JSON.stringify({ question: "q", choices: ["a", "b", "c", "d"], answer: 0, mmlubench_answer: "B) b" }),
        ),
      ["--strict"],
      /letters\.jsonl:1/,
    ],
  ])("%s is one clear line and exit code 1", async (_, prepare, more, says) => {
    await using folder = await taskFolder();
    await prepare(folder);
    const run = await runCli(branchArgs(folder, "http://127.0.0.1:9", ...more));
    expect(run.stderr).toMatch(says);
    expect(run.code).toBe(1);
    expectOneError(run.stderr);
  });

  it("refuses one name for two models", async () => {
    await using folder = await taskFolder();
    await using server = await startScoringServer({ kind: "vllm" });
    const run = await runCli(branchArgs(folder, server.url, "--base-model", "tuned"));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("same name (tuned)");
  });
});

/** One line that begins with `error:`, a hint at most, no stack. */
function expectOneError(stderr: string): void {
  const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("note:"));
  expect(lines[0]).toMatch(/^error: /);
  expect(lines.slice(1).every((line) => line.startsWith("  "))).toBe(true);
  expect(lines.length).toBeLessThanOrEqual(2);
  expect(stderr).not.toMatch(/\n\s+at /);
}
