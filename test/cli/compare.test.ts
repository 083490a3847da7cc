import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { branchComparisonSchema } from "../../src/domain/comparison/branch-comparison.js";
import type { ComparisonPlan } from "../../src/domain/comparison/comparison-plan.js";
import { comparisonPlanSchema } from "../../src/domain/comparison/comparison-plan.js";
import { runCli } from "../support/cli.js";
import type { TestRepository } from "../support/git.js";
import { qnaText, testRepository } from "../support/git.js";
import type { ModelServer, Reply } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import { readWorkbook } from "../support/workbook.js";

/** Five questions on a topic. */
function topic(name: string): string {
  return qnaText(
    Array.from({ length: 5 }, (_, index) => ({
      question: `${name} question ${index}`,
      answer: `${name} answer ${index}`,
    })),
  );
}

/** A repository whose branch rc adds one file to main's three. */
async function taxonomy(): Promise<TestRepository> {
  const repository = await testRepository();
  const main = Object.fromEntries(
    ["alpha", "beta", "gamma"].map((name) => [`compositional_skills/${name}/qna.yaml`, topic(name)]),
  );
  await repository.commit(main);
  repository.git("switch", "--quiet", "--create", "rc");
  await repository.commit({ "compositional_skills/delta/qna.yaml": topic("delta") });
  return repository;
}

/** The tuned model knows delta; the judge gives 9 for a known answer and 2 for an unknown one, wobbling by a point. */
function replies(knows: RegExp): Reply {
  return (request) => {
    const { prompt } = request;
    if (!prompt.includes("=== ")) return answer.ok(knows.test(prompt) ? `known: ${prompt}` : "no idea");
    const wobble = Number(/question (\d)\n/.exec(prompt)?.[1] ?? "0") % 2;
    return answer.ok(`Rating: [[${(prompt.includes("known: ") ? 8 : 2) + wobble}]]`);
  };
}

function candidateRequests(server: ModelServer): number {
  return server.requests.filter(({ prompt }) => !prompt.includes("=== ")).length;
}

interface Setting {
  readonly repository: TestRepository;
  readonly base: ModelServer;
  readonly tuned: ModelServer;
  readonly judge: ModelServer;
}

function args({ repository, base, tuned, judge }: Setting, ...more: string[]): string[] {
  const models = ["--base-model", "base", "--base-server-url", base.url, "--model", "tuned", "--server-url", tuned.url];
  const judging = ["--judge-model", "judge", "--judge-server-url", judge.url];
  const places = ["--output-dir", join(repository.path, ".out"), "--cache-dir", join(repository.path, ".cache")];
  return [
    "compare",
    "--taxonomy-path",
    repository.path,
    "--base-branch",
    "main",
    "--branch",
    "rc",
    ...models,
    ...judging,
    ...places,
    ...more,
  ];
}

describe("branchbench compare", () => {
  it("finds what was learned, asks shared questions once, pays nothing the second time, and leaves the repository alone", async () => {
    await using repository = await taxonomy();
    await using base = await startModelServer({ reply: replies(/alpha|beta|gamma/) });
    await using tuned = await startModelServer({ reply: replies(/alpha|beta|gamma|delta/) });
    await using judge = await startModelServer({ reply: replies(/./) });
    const setting = { repository, base, tuned, judge };
    const before = snapshot(repository.path);
    const first = await runCli(args(setting, "--json", "--fail-on", "regression,not-learned,error"));
    expect(first.stderr).not.toContain("error:");
    expect(first.code).toBe(0);
    const result = branchComparisonSchema.parse(JSON.parse(first.stdout));
    expect(result.sentence).toBe("Of 1 changed file, 1 learned. None of 3 unchanged files is shown to have got worse.");
    expect(result.comparison.groups).toMatchObject({
      changed: { n: 5 },
      unchanged: { n: 15, difference: 0 },
      all: { n: 20 },
    });
    expect(result.gains[0]).toMatchObject({
      base: { answer: "no idea" },
      qnaFile: "compositional_skills/delta/qna.yaml",
    });
    expect([candidateRequests(base), candidateRequests(tuned)]).toEqual([20, 20]);
    const judged = judge.requests.length;
    // the same answer to the same question is the same request to the judge: 20 of the tuned model, and 5 that differ
    expect(judged).toBe(25);
    const fresh = await runCli(args(setting, "--fresh", "--format", "ilab"));
    expect(fresh.stdout).toContain("### NEW (0.0 to 10.0):\n1. compositional_skills/delta/qna.yaml (8.4)");
    expect(fresh.stderr).toContain("0 requests asked");
    expect([candidateRequests(base), candidateRequests(tuned), judge.requests.length]).toEqual([20, 20, judged]);
    expect(snapshot(repository.path)).toEqual(before);
  });

  it("says in every form that changed knowledge is not asked, and lets --fail-on not-learned fail where that is all", async () => {
    await using repository = await taxonomy();
    repository.git("switch", "--quiet", "main");
    await repository.commit({ "knowledge/old/qna.yaml": topic("old") });
    repository.git("switch", "--quiet", "--create", "facts");
    repository.git("mv", "knowledge/old", "knowledge/moved");
    await repository.commit({ "knowledge/new/qna.yaml": topic("new") });
    await using server = await startModelServer({ reply: replies(/./) });
    const setting = { repository, base: server, tuned: server, judge: server };
    const ask = (...more: string[]) => runCli(args(setting, "--branch", "facts", ...more));
    const said =
      "The branch changes no question of a skill. 1 changed knowledge file was not asked: see branchbench mmlu-branch. None of 3 unchanged files is shown to have got worse.";
    const note =
      "facts: 1 changed knowledge file is not asked and in no figure; MT-Bench-Branch asks skills, branchbench mmlu-branch measures knowledge";
    const text = await ask("--fail-on", "regression,not-learned,error");
    expect(text.code).toBe(3);
    expect(text.stderr).toContain(`--fail-on not-learned: ${said}`);
    expect(text.stderr).toContain(`note: ${note}`);
    expect(text.stdout).toContain(said);
    expect(text.stdout).toContain(`note: ${note}`);
    const json = await ask("--json", "--fail-on", "regression,error");
    expect(json.code).toBe(0);
    expect(branchComparisonSchema.parse(JSON.parse(json.stdout))).toMatchObject({
      sentence: said,
      knowledgeFiles: 1,
      caveats: [note],
    });
    const markdown = await ask("--format", "markdown");
    expect(markdown.stdout).toContain(`**${said}**`);
    expect(markdown.stdout).toContain("1 changed knowledge file is not asked");
    const plan = await ask("--dry-run");
    expect(plan.stderr).toContain(`note: ${note}`);
  });

  it("fails the gate on a regression, and writes the comment", async () => {
    await using repository = await taxonomy();
    await using base = await startModelServer({ reply: replies(/alpha|beta|gamma/) });
    await using tuned = await startModelServer({ reply: replies(/alpha|beta|delta/) });
    await using judge = await startModelServer({ reply: replies(/./) });
    const comment = join(repository.path, ".out", "comment.md");
    const result = await runCli(
      args({ repository, base, tuned, judge }, "--format", "markdown", "--output", comment, "--fail-on", "regression"),
    );
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(
      "--fail-on regression: Of 1 changed file, 1 learned. 1 of 3 unchanged files got worse.",
    );
    expect(await readFile(comment, "utf8")).toContain(
      "| `compositional_skills/gamma/qna.yaml` | unchanged | regressed | 5 |",
    );
    const rows = await runCli(args({ repository, base, tuned, judge }, "--format", "csv"));
    expect(rows.stdout.match(/\r\n/g)).toHaveLength(21);
    expect(rows.stdout).toMatch(
      /,compositional_skills\/delta\/qna\.yaml,changed,2,8,6,,,delta question 0,delta answer 0,no idea,/,
    );
    const workbook = join(repository.path, ".out", "comparison.xlsx");
    await runCli(args({ repository, base, tuned, judge }, "--format", "xlsx", "--output", workbook));
    const sheets = readWorkbook(await readFile(workbook)).map(({ name, rows: cells }) => [name, cells.length]);
    expect(sheets.slice(0, 2)).toEqual([
      ["summary", 8],
      ["questions", 21],
    ]);
  });

  it("repeats answers and judgments and reports their spread", async () => {
    await using repository = await taxonomy();
    let call = 0;
    await using base = await startModelServer({ reply: () => answer.ok(`text ${++call}`) });
    await using tuned = await startModelServer({ reply: () => answer.ok(`text ${++call}`) });
    await using judge = await startModelServer({ reply: (_, { index }) => answer.ok(`[[${4 + (index % 3)}]]`) });
    const result = await runCli(
      args({ repository, base, tuned, judge }, "--repeats", "2", "--judge-repeats", "3", "--json"),
    );
    const { comparison } = branchComparisonSchema.parse(JSON.parse(result.stdout));
    expect(candidateRequests(base)).toBe(40);
    expect(judge.requests).toHaveLength(2 * 20 * 2 * 3);
    expect(comparison.noise.judgments).toBeGreaterThan(0.5);
    expect(comparison.noise.answers).not.toBeNull();
    for (const { spread } of comparison.pairs)
      for (const { answers, judgments } of [spread.base, spread.tuned])
        expect([answers, judgments]).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it("gives models behind one server one limiter, and shows the progress of each cell", async () => {
    await using repository = await taxonomy();
    await using server = await startModelServer({
      reply: async (request, context) => {
        await sleep(5);
        return replies(/./)(request, context);
      },
    });
    const setting = { repository, base: server, tuned: server, judge: server };
    const result = await runCli(args(setting, "--max-workers", "3", "--judge-max-workers", "8"));
    expect(result.code).toBe(0);
    expect(server.maxInFlight).toBe(3);
    for (const [candidate, branch] of ["base main", "base rc", "tuned main", "tuned rc"].map((cell) =>
      cell.split(" "),
    )) {
      expect(result.stderr).toContain(`gen-answers ${candidate} on ${branch}: `);
      expect(result.stderr).toContain(`judge-answers judge of ${candidate} on ${branch}: `);
    }
  });

  it("plans what a run then does: files and cache count, shared requests count once, and nothing is written or asked", async () => {
    await using repository = await taxonomy();
    await using base = await startModelServer({ reply: replies(/alpha|beta|gamma/) });
    await using tuned = await startModelServer({ reply: replies(/alpha|beta|gamma|delta/) });
    // answers differ by model, so that the judge is asked as often as planned
    await using judge = await startModelServer({ reply: replies(/./) });
    const setting = { repository, base, tuned, judge };
    const plan = async (...more: string[]) => {
      const { code, stdout } = await runCli(args(setting, "--dry-run", "--json", "--repeats", "2", ...more));
      expect(code).toBe(0);
      return comparisonPlanSchema.parse(JSON.parse(stdout));
    };
    const requests = ({ models }: ComparisonPlan) => models.map((model) => model.requests);
    const first = await plan();
    expect(first).toMatchObject({
      base: { branch: "main", questions: 15 },
      branch: { branch: "rc", questions: 20 },
      sharedQuestions: 15,
    });
    expect(requests(first)).toEqual([40, 40, 80]);
    expect(first.cells.map(({ model, branch, answers }) => [model, branch, answers.needed, answers.shared])).toEqual([
      ["base", "rc", 40, 0],
      ["tuned", "main", 30, 0],
      ["base", "main", 30, 30],
      ["tuned", "rc", 40, 30],
    ]);
    expect(first.models[0]).toMatchObject({ promptTokens: expect.any(Number), completionTokens: 40 * 1024 });
    expect(first.first.map(({ kind, model }) => `${kind} ${model}`)).toEqual([
      "taxonomy base",
      expect.stringMatching(/single.* judge/),
      "taxonomy tuned",
    ]);
    expect(first.first[1]?.messages.at(-1)?.content).toContain("(answer 1 of base to this question");
    expect(await repository.list()).not.toContainEqual(expect.stringMatching(/^\.(out|cache)/));
    expect([base, tuned, judge].flatMap((server) => server.requests)).toHaveLength(0);
    expect((await runCli(args(setting, "--repeats", "2"))).code).toBe(0);
    expect([candidateRequests(base), candidateRequests(tuned)]).toEqual([40, 40]);
    // both models say the same of what both know
    expect(judge.requests.length).toBeLessThanOrEqual(80);
    const again = await plan();
    expect(requests(again)).toEqual([0, 0, 0]);
    expect(
      again.cells.every(({ answers, judgments }) => answers.onDisk + judgments.onDisk === answers.needed * 2),
    ).toBe(true);
    const fresh = await plan("--fresh");
    expect(requests(fresh)).toEqual([0, 0, 0]);
    expect(fresh.cells[0]?.answers).toMatchObject({ onDisk: 0, cached: 40 });
    expect(requests(await plan("--fresh", "--no-cache"))).toEqual([40, 40, 80]);
    const text = await runCli(args(setting, "--dry-run", "--fresh", "--no-cache"));
    expect(text.stdout).toContain("questions: 15 of main, 20 of rc, 15 in both");
    expect(text.stdout).toMatch(/base: 20 requests, about \d+ prompt tokens, at most 20480 completion tokens/);
  });

  it("takes the work tree as it is where no branch is named", async () => {
    await using repository = await taxonomy();
    await repository.write("compositional_skills/epsilon/qna.yaml", topic("epsilon"));
    await using server = await startModelServer({ reply: replies(/./) });
    const setting = { repository, base: server, tuned: server, judge: server };
    const before = snapshot(repository.path);
    const all = args(setting, "--json");
    const at = all.indexOf("--branch");
    const result = await runCli(all.toSpliced(at, 2));
    expect(result.code).toBe(0);
    const { branch, comparison } = branchComparisonSchema.parse(JSON.parse(result.stdout));
    expect(branch).toMatchObject({ branch: "work tree", commit: null });
    const changed = comparison.files.filter(({ group }) => group === "changed").map(({ qnaFile }) => qnaFile);
    expect(changed.sort()).toEqual(["delta", "epsilon"].map((name) => `compositional_skills/${name}/qna.yaml`));
    expect(snapshot(repository.path)).toEqual(before);
  });

  it("says what was skipped; --strict exits with 3 before anything is asked or written", async () => {
    await using repository = await taxonomy();
    await repository.commit({
      "compositional_skills/epsilon/qna.yaml": `${topic("epsilon")}  - question: 8\n    answer: b\n`,
    });
    await using server = await startModelServer({ reply: replies(/./) });
    const setting = { repository, base: server, tuned: server, judge: server };
    for (const more of [[], ["--dry-run"]]) {
      const strict = await runCli(args(setting, "--strict", ...more));
      expect(strict.code).toBe(3);
      expect(strict.stderr).toContain("epsilon/qna.yaml:15  error");
    }
    expect(server.requests).toHaveLength(0);
    expect(await repository.list()).not.toContainEqual(expect.stringMatching(/^\.out/));
    const result = await runCli(args(setting, "--json"));
    const note = "1 finding in the taxonomy, 0 files and 1 example are skipped and in no figure";
    expect(result.stderr).toContain(`note: rc: ${note}`);
    const { branch, caveats } = branchComparisonSchema.parse(JSON.parse(result.stdout));
    expect(branch.skipped).toEqual({ files: 0, examples: 1 });
    expect(caveats.join("\n")).toContain("rc: 0 malformed files and 1 malformed examples are skipped");
  });

  it("refuses two names of one commit, and one model twice, before it writes anything", async () => {
    await using repository = await taxonomy();
    await using server = await startModelServer();
    const setting = { repository, base: server, tuned: server, judge: server };
    for (const more of [
      ["--base-branch", repository.git("rev-parse", "rc")],
      ["--model", "base"],
    ]) {
      const result = await runCli(args(setting, ...more));
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/are the same commit|the same name/);
    }
    expect(await repository.list()).not.toContainEqual(expect.stringMatching(/^\.out/));
  });

  it("does not take for changed what only the base branch changed since", async () => {
    await using repository = await taxonomy();
    repository.git("switch", "--quiet", "main");
    await repository.commit({ "compositional_skills/beta/qna.yaml": topic("beta anew") });
    await using server = await startModelServer({ reply: replies(/./) });
    const result = await runCli(
      args({ repository, base: server, tuned: server, judge: server }, "--json", "--no-cache"),
    );
    const { comparison } = branchComparisonSchema.parse(JSON.parse(result.stdout));
    expect(comparison.files.filter(({ group }) => group === "changed").map(({ qnaFile }) => qnaFile)).toEqual([
      "compositional_skills/delta/qna.yaml",
    ]);
  });

  it.each([
    ["a judge that never rates", () => answer.ok("I would rather not.")],
    ["a judge that is broken", () => answer.contextOverflow()],
  ])("says with exit code 3 that nothing was measured: %s", async (_, reply) => {
    await using repository = await taxonomy();
    await using server = await startModelServer({ reply: replies(/./) });
    await using judge = await startModelServer({
      reply: (_request, { index }) => (index === 0 ? answer.ok("?") : reply()),
    });
    const result = await runCli(args({ repository, base: server, tuned: server, judge }));
    expect(result.code).toBe(3);
    expect(result.stdout).toContain("could not be measured");
    expect(result.stderr).toContain("error rate 100 % is above --max-error-rate");
  });

  it("reports a model that answers nothing as not measured, and asks it again the next time", async () => {
    await using repository = await taxonomy();
    await using server = await startModelServer({ reply: replies(/./) });
    await using thinking = await startModelServer({ reply: () => answer.ok("<think>on and on") });
    const setting = { repository, base: server, tuned: thinking, judge: server };
    const result = await runCli(args(setting));
    expect(result.code).toBe(3);
    expect(result.stdout).toContain("not measured");
    const asked = thinking.requests.length;
    await runCli(args(setting));
    expect(thinking.requests.length).toBeGreaterThan(asked);
  });

  it("refuses to put another question set under answers that are there", async () => {
    await using repository = await taxonomy();
    await using server = await startModelServer({ reply: replies(/./) });
    const setting = { repository, base: server, tuned: server, judge: server };
    expect((await runCli(args(setting))).code).toBe(0);
    await repository.commit({ "compositional_skills/delta/qna.yaml": topic("delta anew") });
    const moved = await runCli(args(setting));
    expect(moved.code).toBe(1);
    expect(moved.stderr).toMatch(/has answers beside it, and rc now holds other questions/);
    expect((await runCli(args(setting, "--fresh"))).code).toBe(0);
  });

  it.each([
    ["an unknown branch", ["--branch", "rcc"], /rcc/],
    ["a branch that looks like an option", ["--branch=-f"], /-f/],
    ["a branch that is a path", ["--branch", "compositional_skills"], /compositional_skills/],
    ["one branch twice", ["--branch", "main"], /base branch and branch are the same/],
    ["one model twice", ["--model", "base"], /same name/],
  ])("refuses %s in one clear line", async (_, more, says) => {
    await using repository = await taxonomy();
    await using server = await startModelServer();
    const result = await runCli(args({ repository, base: server, tuned: server, judge: server }, ...more));
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(server.requests).toHaveLength(0);
  });
});

describe("--bench mt_bench_branch", () => {
  it("runs the stages one by one over a branch, at temperature 0", async () => {
    await using repository = await taxonomy();
    await using server = await startModelServer({ reply: replies(/./) });
    const branch = ["--bench", "mt_bench_branch", "--branch", "rc", "--output-dir", join(repository.path, ".out")];
    const gen = await runCli([
      "gen-answers",
      ...branch,
      "--taxonomy-path",
      repository.path,
      "--model",
      "tuned",
      "--server-url",
      server.url,
    ]);
    expect(gen).toMatchObject({ code: 0 });
    expect(server.requests.every(({ body }) => body["temperature"] === 0)).toBe(true);
    const judged = await runCli([
      "judge-answers",
      ...branch,
      "--model",
      "tuned",
      "--judge-model",
      "judge",
      "--judge-server-url",
      server.url,
    ]);
    expect(judged.stdout).toContain("20 judgments (0 by earlier runs): 20 scored");
    const report = await runCli(["report", ...branch, "--json"]);
    expect(JSON.parse(report.stdout)).toMatchObject({ branch: "rc", models: [{ model: "tuned", overall: { n: 20 } }] });
    const missing = await runCli([
      "judge-answers",
      ...branch.map((part) => (part === "rc" ? "main" : part)),
      "--model",
      "tuned",
      "--judge-model",
      "judge",
      "--judge-server-url",
      server.url,
    ]);
    expect(missing.stderr).toContain("branchbench gen-questions");
  });
});

/** What must not change in somebody's clone. */
function snapshot(folder: string): string[] {
  const git = (...parts: string[]): string => execFileSync("git", ["-C", folder, ...parts], { encoding: "utf8" });
  return [
    git("status", "--porcelain", "--", ":!.out", ":!.cache"),
    git("rev-parse", "HEAD"),
    git("symbolic-ref", "HEAD"),
    git("stash", "list"),
    git("config", "--list", "--local"),
  ];
}
