import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeQuestionSet } from "../../src/domain/taxonomy/question-set.js";
import { taxonomyDiffSchema } from "../../src/domain/taxonomy/taxonomy-diff.js";
import { taxonomyLintSchema } from "../../src/domain/taxonomy/taxonomy-lint.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import { genQuestions } from "../../src/pipeline/gen-questions.js";
import { taxonomyDiff } from "../../src/pipeline/taxonomy-diff.js";
import { taxonomyLint } from "../../src/pipeline/taxonomy-lint.js";
import { lintGithub } from "../../src/render/lint-github.js";
import { runCli } from "../support/cli.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import type { TestRepository } from "../support/git.js";
import { qnaText, runGit, testRepository } from "../support/git.js";
import { readRows } from "../support/stage.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const five = (start: string) =>
  ["a", "b", "c", "d", "e"].map((name) => ({
    question: `${start} ${name}?`,
    answer: `Answer to ${start} ${name}, at length.`,
  }));
const file = (name: string): string => `compositional_skills/${name}/qna.yaml`;

let repository: TestRepository;
beforeAll(async () => {
  repository = await testRepository();
  await repository.commit({
    [file("old")]: qnaText(five("old")),
    "compositional_skills/old/attribution.txt": "me",
    "knowledge/k/qna.yaml": qnaText(five("knowledge")),
  });
  repository.git("checkout", "--quiet", "-b", "rc");
  await repository.commit({
    [file("new")]: qnaText([...five("new"), { question: "Where?", answer: "Here.", context: "A map." }]),
    [file("bad")]: "seed_examples:\n- question: 8\n  answer: a\n- question: fine\n  answer: yes\n",
    [file("old")]: qnaText(five("old")).replace("Answer to old a, at length.", "Another one."),
  });
  repository.git("checkout", "--quiet", "main");
  await repository.commit({ [file("later")]: qnaText(five("later")) });
});
afterAll(() => repository[Symbol.asyncDispose]());

describe("gen-questions", () => {
  it("writes questions and references in upstream's format, and a manifest", async () => {
    await using out = await tempFolder();
    const input = { taxonomyPath: repository.path, branch: "rc", judge: "org/j", outputDir: out.path };
    const summary = await genQuestions(input);
    expect(summary).toMatchObject({
      questions: 12,
      withContext: 1,
      files: { total: 4, skills: 3, knowledge: 1 },
      counts: { skippedExamples: 1, skippedFiles: 0, warnings: 1 },
    });
    expect(await out.list()).toEqual(
      ["question.jsonl", "question.manifest.json", "reference_answer/org/j.jsonl"].map(
        (name) => `mt_bench_branch/rc/${name}`,
      ),
    );
    const rows = await readRows(summary.paths!.questions);
    expect(rows.map(({ qna_file }) => qna_file)).toEqual([
      file("bad"),
      ...Array(6).fill(file("new")),
      ...Array(5).fill(file("old")),
    ]);
    expect(rows.at(6)).toMatchObject({
      category: "taxonomy",
      turns: ["Given the context below:\nA map.\nAnswer the following question: Where?"],
      reference: ["Here."],
    });
    expect((await openQuestionFile(summary.paths!.questions)).keys.ids).toHaveLength(12);
    expect(JSON.parse(await readFile(summary.paths!.manifest, "utf8"))).toMatchObject({
      kind: "questions",
      taxonomy: { branch: "rc", commit: repository.git("rev-parse", "rc") },
      questions: 12,
    });
    const bytes = await readFile(summary.paths!.references!);
    await genQuestions(input);
    expect(await readFile(summary.paths!.references!)).toEqual(bytes);
  });

  it("reads the folder as it is where no branch is given", async () => {
    await using folder = await tempFolder();
    await folder.write(`tax/${file("x")}`, qnaText(five("x")));
    const summary = await genQuestions({ taxonomyPath: folder.file("tax"), outputDir: folder.file("out") });
    expect(summary).toMatchObject({ questions: 5, taxonomy: { commit: null } });
    expect((await folder.list()).filter((path) => path.startsWith("out"))).toEqual([
      "out/mt_bench_branch/question.jsonl",
      "out/mt_bench_branch/question.manifest.json",
    ]);
  });

  it("gives the same ids file by file as for the whole set, also where a later file answers an earlier question otherwise", async () => {
    await using folder = await tempFolder();
    const shared = { question: "Which one?", answer: "This one." };
    const files = [
      [...five("a"), shared, { ...shared, context: "Two boxes." }],
      [shared, { ...shared, answer: "That one." }, { question: "why?", answer: "so" }, ...five("b")],
      [...five("a"), { ...shared, context: "Two boxes.", answer: "None." }],
    ];
    for (const [index, examples] of files.entries()) await folder.write(`t/${file(`f${index}`)}`, qnaText(examples));
    const { paths, withContext } = await genQuestions({
      taxonomyPath: folder.file("t"),
      outputDir: folder.file("out"),
    });
    const whole = makeQuestionSet(
      files.flat().map((example, position) => ({ file: "", position, line: 1, context: undefined, ...example })),
    );
    const ids = (await readRows(paths!.questions)).map(({ question_id }) => question_id);
    expect(ids).toEqual(whole.map(({ id }) => id));
    expect(new Set(ids).size).toBe(whole.length);
    expect(withContext).toBe(2);
  });

  it("refuses a taxonomy without questions", async () => {
    await using folder = await tempFolder();
    await folder.write("tax/knowledge/k/qna.yaml", qnaText(five("k")));
    const run = (name: string) => genQuestions({ taxonomyPath: folder.file(name), outputDir: folder.file("out") });
    await expect(run("tax")).rejects.toEqual(evalError("input", "there is no qna.yaml to ask"));
    await folder.write(`tax/${file("x")}`, "nothing\n");
    await expect(run("tax")).rejects.toEqual(evalError("input", "none of the 1 qna.yaml files"));
  });

  it("fails with --strict (3) and writes nothing, and exits with 1 for an unknown branch", async () => {
    await using out = await tempFolder();
    const args = ["gen-questions", "--taxonomy-path", repository.path, "--output-dir", out.path, "--branch"];
    const strict = await runCli([...args, "rc", "--strict"]);
    expect(strict).toMatchObject({ code: 3 });
    expect(strict.stdout).toContain(`${file("bad")}:2  error`);
    expect(await out.list()).toEqual([]);
    expect(await runCli([...args, "main", "--strict", "--json"])).toMatchObject({ code: 0 });
    const unknown = await runCli([...args, "nope"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("knows no branch");
  });
});

describe("taxonomy diff", () => {
  it("takes the merge base unless told otherwise", async () => {
    const input = { taxonomyPath: repository.path, baseBranch: "main", branch: "rc" };
    const pull = await taxonomyDiff(input);
    expect(pull.files.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      `added ${file("bad")}`,
      `added ${file("new")}`,
      `changed ${file("old")}`,
    ]);
    expect(pull.counts).toMatchObject({ added: 7, "answer edited": 1, removed: 0, unchanged: 9 });
    const twoDot = await taxonomyDiff({ ...input, twoDot: true });
    expect(twoDot.counts).toMatchObject({ added: 7, "answer edited": 1, removed: 5 });
    const shown = await runCli([
      "taxonomy",
      "diff",
      "--taxonomy-path",
      repository.path,
      "--base-branch",
      "main",
      "--branch",
      "rc",
    ]);
    expect(shown.stdout).toContain(`answer edited   ${file("old")}:5 -> ${file("old")}:5  old a?`);
  });

  it("takes the work tree as it is where no branch is named, and prints what its schema says", async () => {
    await using folder = await tempFolder();
    const clone = folder.file("c");
    runGit(folder.path, ["clone", "--quiet", "--branch", "rc", repository.path, clone]);
    await folder.write(`c/${file("draft")}`, qnaText(five("draft")));
    const common = ["taxonomy", "diff", "--taxonomy-path", clone, "--base-branch", "origin/main"];
    const pull = await runCli([...common, "--json"]);
    const diff = taxonomyDiffSchema.parse(JSON.parse(pull.stdout));
    expect(diff.head).toMatchObject({ branch: null, commit: null });
    expect(diff.counts).toMatchObject({ added: 12, "answer edited": 1, removed: 0, unchanged: 9 });
    expect(diff.files.map(({ path }) => path)).toContain(file("draft"));
    const twoDot = await runCli([...common, "--two-dot"]);
    expect(twoDot.stdout).toContain("the work tree against origin/main");
    expect(twoDot.stdout).toContain("5 removed");
    expect(runGit(clone, ["status", "--porcelain"])).toBe("?? compositional_skills/draft/");
  });

  it("says what a shallow clone lacks", async () => {
    await using folder = await tempFolder();
    runGit(folder.path, [
      "clone",
      "--quiet",
      "--depth=1",
      "--no-single-branch",
      `file://${repository.path}`,
      folder.file("c"),
    ]);
    await expect(taxonomyDiff({ taxonomyPath: folder.file("c"), baseBranch: "main", branch: "rc" })).rejects.toEqual(
      evalError("input", "share no commit", "fetch-depth: 0"),
    );
  });
});

describe("taxonomy lint", () => {
  it("finds what the schema asks, and what makes a poor evaluation", async () => {
    await using folder = await tempFolder();
    await folder.write(
      "t/s/a/qna.yaml",
      `version: 2\nextra: 1\nseed_examples:\n- question: Q?\n  answer: A long answer that is the same each time.\n- question: R?\n  answer: A long answer that is the same each time.\n- question: Q?\n  answer: other\n- question: Is it certainly true?\n  answer: certainly true\n- question: ""\n  answer: x\n  hint: y\n`,
    );
    await folder.write(
      "t/s/b/qna.yaml",
      qnaText([...five("b"), ...five("b").slice(0, 1), { question: "q?", answer: "1" }]),
    );
    await folder.write("t/s/b/attribution.txt", "");
    await folder.write("t/s/c/qna.yml", "");
    await folder.write(
      "t/knowledge/k/qna.yaml",
      "version: 3\ncreated_by: x\ndomain: d\ndocument_outline: o\ndocument: {}\nseed_examples:\n- context: c\n  questions_and_answers:\n  - {question: a, answer: b}\n",
    );
    const { findings } = await taxonomyLint({ taxonomyPath: folder.file("t") });
    const of = (path: string): string[] =>
      findings
        .filter((finding) => finding.file === path)
        .map(({ line, severity, rule }) => `${line} ${severity} ${rule}`);
    expect(of("s/a/qna.yaml")).toEqual([
      "1 error attribution",
      "1 error no-created-by",
      "1 error no-task-description",
      "2 error unknown-key",
      "4 warning repeated-answer",
      "8 warning duplicate-question",
      "12 error empty-text",
      "14 error unknown-key",
    ]);
    expect(of("s/b/qna.yaml")).toEqual([
      "1 error attribution",
      "15 error duplicate-example",
      "17 warning duplicate-across-files",
    ]);
    expect(of("s/c/qna.yml")).toEqual(["1 warning misnamed"]);
    expect(of("knowledge/k/qna.yaml")).toEqual([
      "1 error attribution",
      "7 error few-examples",
      "9 error few-questions",
    ]);
  });

  it("refuses a folder without files, and one that holds taxonomies", async () => {
    await using folder = await tempFolder();
    await folder.write("none/README.md", "");
    await folder.write(`two/rc/${file("x")}`, qnaText(five("x")));
    const lint = (name: string) => taxonomyLint({ taxonomyPath: folder.file(name) });
    await expect(lint("none")).rejects.toEqual(evalError("input", "holds no qna.yaml"));
    await expect(lint("two")).rejects.toEqual(evalError("input", "is not a taxonomy, but seems to hold some"));
    await expect(lint("two/rc")).resolves.toMatchObject({ files: 1 });
  });

  it("fails the gate on errors, and on warnings with --strict", async () => {
    await using folder = await tempFolder();
    await folder.write(
      file("x"),
      qnaText([...five("x"), { question: "Is it a rather long answer?", answer: "a rather long answer" }]),
    );
    const lint = (...args: string[]) => runCli(["taxonomy", "lint", "--taxonomy-path", folder.path, ...args]);
    expect(await lint()).toMatchObject({ code: 3 });
    await folder.write("compositional_skills/x/attribution.txt", "me");
    expect(await lint()).toMatchObject({ code: 0 });
    expect(await lint("--strict")).toMatchObject({ code: 3 });
    const github = await lint("--format", "github");
    expect(github.stdout).toBe(
      `::warning file=${file("x")},line=15,title=answer-in-question::the question of example 6 holds its answer; ask without giving the answer away\n`,
    );
    expect(taxonomyLintSchema.parse(JSON.parse((await lint("--json")).stdout))).toMatchObject({
      kind: "taxonomy-lint",
      counts: { errors: 0, warnings: 1 },
    });
  });

  it("lets no text end an annotation", () => {
    const finding = {
      file: "a,b:c%\n\u001b::error::x/\u202Eqna.yaml",
      line: 1,
      rule: "r",
      severity: "error",
      what: "100 %\r\n::set-env name=x::y",
      mend: "m",
      skipped: null,
    } as const;
    expect(lintGithub([finding], "sub/")).toBe(
      "::error file=sub/a%2Cb%3Ac%25%0A %3A%3Aerror%3A%3Ax/ qna.yaml,line=1,title=r::100 %25 ::set-env name=x::y; m\n",
    );
  });
});

describe.skipIf(!hasData)("the real taxonomy", () => {
  let folder: TempFolder;
  beforeAll(async () => {
    folder = await tempFolder();
    execFileSync("git", [
      "clone",
      "--quiet",
      "--branch",
      "release-20240425",
      join(dataFolder, "taxonomy", "taxonomy.bundle"),
      folder.file("t"),
    ]);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it.each([
    ["release-2024-04-15", 145, 383],
    ["release-20240425", 151, 425],
  ])("%s has %i qna.yaml files and %i questions, none lost, each id once", async (branch, files, questions) => {
    const summary = await genQuestions({
      taxonomyPath: folder.file("t"),
      branch,
      judge: "j",
      outputDir: folder.file("out"),
    });
    expect(summary).toMatchObject({
      files: { total: files },
      questions,
      counts: { skippedFiles: 0, skippedExamples: 0 },
    });
    expect((await openQuestionFile(summary.paths!.questions)).keys.ids).toHaveLength(questions);
  });

  it("differs by 6 added files between the tips, by 7 from the merge base, and stays untouched", async () => {
    await folder.write("t/compositional_skills/dirty/qna.yaml", "dirty");
    const state = (): unknown =>
      ["status --porcelain", "rev-parse HEAD", "ls-files --stage", "stash list", "config --list --local"].map((args) =>
        runGit(folder.file("t"), args.split(" ")),
      );
    const [index, before] = [await readFile(folder.file("t/.git/index")), state()];
    const input = { taxonomyPath: folder.file("t"), baseBranch: "release-2024-04-15", branch: "release-20240425" };
    const added = async (more: object) =>
      (await taxonomyDiff({ ...input, ...more })).files.filter(({ kind }) => kind === "added");
    expect(await added({ twoDot: true })).toHaveLength(6);
    expect(await added({})).toHaveLength(7);
    await taxonomyLint({ taxonomyPath: folder.file("t"), branch: "release-20240425" });
    expect(await readFile(folder.file("t/.git/index"))).toEqual(index);
    expect(state()).toEqual(before);
  });
});
