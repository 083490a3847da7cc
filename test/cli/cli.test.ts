import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { getuid } from "node:process";
import { describe, expect, it } from "vitest";
import { reportSchema } from "../../src/domain/report/report.js";
import { runCli, runInto, startCli } from "../support/cli.js";
import type { Reply } from "../support/model-server.js";
import { answer, gate, startModelServer } from "../support/model-server.js";
import type { Stage } from "../support/stage.js";
import { plainQuestions, readRows, startStage } from "../support/stage.js";

const echoOrRate: Reply = (request) =>
  request.prompt.includes("=== ") ? answer.ok("Fine. Rating: [[8]]") : answer.ok(`re: ${request.prompt}`);

function places(stage: Stage): string[] {
  return ["--questions", stage.questions.path, "--output-dir", join(stage.folder, "out")];
}

describe("branchbench", () => {
  it("answers, judges and reports, with results on stdout and notes on stderr", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage();
    const answered = await runCli(["gen-answers", "--model", "m", "--server-url", server.origin, ...places(stage)]);
    expect(answered).toMatchObject({ code: 0 });
    expect(answered.stdout).toMatch(/^6 questions: 6 answered \(0 by earlier runs\)\n/);
    expect(answered.stderr).toContain(`m: ${server.url}/chat/completions`);
    const judged = await runCli([
      "judge-answers",
      "--model",
      "m",
      "--judge-model",
      "j",
      "--judge-server-url",
      server.url,
      ...places(stage),
      "--json",
    ]);
    expect(JSON.parse(judged.stdout)).toMatchObject({ expected: 12, scored: 12, errorRate: 0 });
    const report = await runCli(["report", "--output-dir", join(stage.folder, "out"), "--json"]);
    expect(reportSchema.parse(JSON.parse(report.stdout)).models[0]).toMatchObject({
      model: "m",
      judge: "j",
      overall: { n: 12, mean: 8 },
    });
    const text = await runCli([
      "report",
      "--output-dir",
      join(stage.folder, "out"),
      "--output",
      join(stage.folder, "report.txt"),
    ]);
    expect(text).toMatchObject({ code: 0, stdout: "" });
    expect(await readFile(join(stage.folder, "report.txt"), "utf8")).toContain("8.00 [8.00, 8.00]");
  });

  it("reports from another folder what was asked with a relative path", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage(plainQuestions(1));
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    const named = ["--model", "m", "--judge-model", "j", "--questions", "question.jsonl"];
    expect((await runCli(["run", ...named, ...servers], {}, stage.folder)).code).toBe(0);
    const report = await runCli(["report", "--output-dir", join(stage.folder, "eval_output")]);
    expect(report).toMatchObject({ code: 0, stderr: "" });
  });

  it("counts what earlier runs judged, scored or not, and one of a thing", async () => {
    const reply: Reply = (request) => answer.ok(request.prompt.includes("=== ") ? "no rating" : "re");
    await using server = await startModelServer({ reply, models: ["m", "j"] });
    await using stage = await startStage(plainQuestions(1));
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    const args = ["run", "--model", "m", "--judge-model", "j", ...servers, ...places(stage)];
    const stdout = expect.stringMatching(/^1 question: 1 answered \(0 by earlier runs\)\n/);
    expect(await runCli(args)).toMatchObject({ code: 3, stdout });
    const again = await runCli(args);
    expect(again.stdout).toContain("2 judgments (2 by earlier runs): 0 scored; unscored: 2 missing");
    expect(again.stderr).toContain("are kept and not asked again, --fresh asks for all of them anew");
  });

  it("ends with the report and 3 where every question failed, with the server's words and no vain advice", async () => {
    await using server = await startModelServer({
      reply: () => answer.error(400, "temperature must be 1"),
      models: ["m", "j"],
    });
    await using stage = await startStage(plainQuestions(6));
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    const result = await runCli(["run", "--model", "m", "--judge-model", "j", ...servers, ...places(stage)]);
    expect(result.code).toBe(3);
    expect(result.stdout).toContain("failed: 6 rejected");
    expect(result.stdout).toMatch(/failures  .*m\.failed\.jsonl\nsuch as   HTTP 400: temperature must be 1\n/);
    expect(result.stdout).toContain("answers     0 of 6");
    expect(result.stderr).toContain("what failed would fail again");
    expect(result.stderr).not.toContain("run the same command again");
  });

  it("names the judge's own option where its key is not accepted", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using judge = await startModelServer({ reply: () => answer.unauthorized(), models: ["j"] });
    await using stage = await startStage(plainQuestions(3));
    expect(await runCli(gen(stage, server.url))).toMatchObject({ code: 0 });
    const asked = ["--model", "m", "--judge-model", "j", "--judge-server-url", judge.url, ...places(stage)];
    const result = await runCli(["judge-answers", ...asked]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/not accept the API key.*\n {2}check the key, and that --judge-api-key-env names/);
  });

  it.skipIf(!existsSync("/dev/full"))("says in one line that the disk behind stdout is full", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage(plainQuestions(3));
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    expect(await runCli(["run", "--model", "m", "--judge-model", "j", ...servers, ...places(stage)])).toMatchObject({
      code: 0,
    });
    for (const format of ["text", "csv", "html"])
      expect(await runInto("/dev/full", ["report", "--format", format, ...places(stage)])).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^error: cannot write to stdout: the disk is full\n {2}free some space .*\n$/),
      });
  });

  it("runs both stages overlapped and marks a partial run", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage();
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    const result = await runCli(["run", "--model", "m", "--judge-model", "j", ...servers, ...places(stage)], {
      INSTRUCTLAB_EVAL_FIRST_N_QUESTIONS: "2",
    });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain("mt_bench: 2 of 6 questions (partial), scores from 1 to 10");
    expect(result.stdout).toContain("m (partial)");
    expect(result.stdout).toContain("partial run: 2 of 6 questions");
    expect(server.requests).toHaveLength(8);
  });

  it("judges what is answered before it asks for more, also where both stand behind one server", async () => {
    const delayed: Reply = async (...asked) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return echoOrRate(...asked);
    };
    await using server = await startModelServer({ reply: delayed, models: ["m", "j"] });
    await using stage = await startStage(plainQuestions(12));
    const both = ["--server-url", server.url, "--judge-server-url", server.url, "--max-workers", "2"];
    expect((await runCli(["run", "--model", "m", "--judge-model", "j", ...both, ...places(stage)])).code).toBe(0);
    const prompts = server.requests.map(({ prompt }) => prompt);
    const firstJudged = prompts.findIndex((prompt) => prompt.includes("=== "));
    expect(firstJudged).toBeGreaterThan(-1);
    expect(firstJudged).toBeLessThan(prompts.indexOf("first 8"));
  });

  it("shows with --dry-run what would be asked, and neither asks nor writes", async () => {
    await using server = await startModelServer({ reply: echoOrRate });
    await using stage = await startStage();
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    const result = await runCli([
      "run",
      "--dry-run",
      "--model",
      "m",
      "--judge-model",
      "j",
      ...servers,
      ...places(stage),
    ]);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain("gen-answers would ask m 12 times");
    expect(result.stdout).toContain("judge-answers would ask j 12 times");
    expect(result.stdout).toContain("--- branchbench-multi-turn (temperature 0)");
    expect(server.requests.length + server.modelsRequests).toBe(0);
    expect(await readdir(stage.folder)).toEqual(["question.jsonl"]);
  });

  it("exits with 3 when too much failed, and with 0 when that is allowed", async () => {
    const reply: Reply = (request, context) =>
      request.prompt === "first 1" ? answer.contextOverflow() : echoOrRate(request, context);
    await using server = await startModelServer({ reply });
    await using stage = await startStage();
    const args = ["gen-answers", "--model", "m", "--server-url", server.url, ...places(stage)];
    const failed = await runCli(args);
    expect(failed.code).toBe(3);
    expect(failed.stdout).toContain("failed: 1 context-overflow");
    expect(failed.stderr).toContain("error rate 16.7 % is above --max-error-rate 10 %");
    expect((await runCli([...args, "--max-error-rate", "0.5"])).code).toBe(0);
  });

  it("saves what is in flight at the first Ctrl-C (130) and stops at once at the second", async () => {
    const held = gate();
    await using server = await startModelServer({
      reply: async (request, context) => {
        if (context.index >= 3) await held.opened;
        return echoOrRate(request, context);
      },
    });
    await using stage = await startStage(plainQuestions(20));
    const args = ["gen-answers", "--model", "m", "--server-url", server.url, "--max-workers", "2", ...places(stage)];
    const gentle = startCli(args);
    await server.arrived(5);
    gentle.process.kill("SIGINT");
    setTimeout(held.open, 300);
    const result = await gentle.done;
    expect(result.code).toBe(130);
    expect(result.stderr).toContain("press Ctrl-C again");
    const before = server.requests.length;
    const paths = stage.output.answers("m");
    const finishedTurns = [...(await readRows(paths.records)), ...(await readRows(paths.failed))];
    expect(finishedTurns.length).toBeGreaterThan(0);
    expect((await runCli(args)).code).toBe(0);
    expect(server.requests).toHaveLength(40);
    expect(before).toBeLessThan(10);
  });

  it("stops at once at the second Ctrl-C", async () => {
    await using server = await startModelServer({ reply: () => answer.stallBeforeHeaders() });
    await using stage = await startStage();
    const running = startCli(["gen-answers", "--model", "m", "--server-url", server.url, ...places(stage)]);
    await server.arrived(1);
    running.process.kill("SIGINT");
    while (!running.process.killed || !(await hasSaid(running.process, server))) running.process.kill("SIGINT");
    expect((await running.done).code).toBe(130);
  });

  it("refuses a second process on the same output", async () => {
    const held = gate();
    await using server = await startModelServer({
      reply: async (request, context) => {
        await held.opened;
        return echoOrRate(request, context);
      },
    });
    await using stage = await startStage();
    const args = ["gen-answers", "--model", "m", "--server-url", server.url, ...places(stage)];
    const first = startCli(args);
    await server.arrived(1);
    const second = await runCli(args);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/error: another branchbench process is working on .*m\.jsonl/);
    held.open();
    expect((await first.done).code).toBe(0);
  });

  it("keeps keys out of every file and every message", async () => {
    const key = "sk-secret-0123456789";
    const headerSecret = "header-secret-9876543210";
    await using server = await startModelServer({
      reply: (request, context) => (context.index < 4 ? echoOrRate(request, context) : answer.unauthorized(key)),
      models: ["m"],
    });
    await using stage = await startStage();
    const result = await runCli(
      [
        "gen-answers",
        "--model",
        "m",
        "--server-url",
        server.url,
        "--api-key-env",
        "MY_KEY",
        "--extra-header",
        `X-Token: ${headerSecret}`,
        ...places(stage),
      ],
      { MY_KEY: key },
    );
    expect(result.code).toBe(1);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(server.requests[0]?.headers["x-token"]).toBe(headerSecret);
    const files = await readdir(stage.folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    for (const text of [...texts, result.stdout, result.stderr]) {
      expect(text).not.toContain(key);
      expect(text).not.toContain(headerSecret);
    }
  });
});

async function hasSaid(
  child: { exitCode: number | null; signalCode: string | null },
  _server: unknown,
): Promise<boolean> {
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  return child.exitCode !== null || child.signalCode !== null;
}

interface BadInput {
  readonly name: string;
  readonly args: (stage: Stage, url: string) => string[];
  readonly prepare?: (stage: Stage) => Promise<void>;
  readonly code: number;
  readonly says: RegExp;
}

const gen = (stage: Stage, url: string, ...more: string[]): string[] => [
  "gen-answers",
  "--model",
  "m",
  "--server-url",
  url,
  ...places(stage),
  ...more,
];

const badInputs: readonly BadInput[] = [
  {
    name: "no data pulled",
    args: (_, url) => ["gen-answers", "--model", "m", "--server-url", url],
    code: 1,
    says: /branchbench data pull mt_bench/,
  },
  {
    name: "a broken line in the question file",
    prepare: (stage) =>
      writeFile(stage.questions.path, '{"question_id": 1, "category": "stem", "turns": ["a"]}\n{"question_id": 2,\n'),
    args: gen,
    code: 1,
    says: /question\.jsonl:2: not valid JSON/,
  },
  {
    name: "a wrong field in the question file",
    prepare: (stage) => writeFile(stage.questions.path, '{"question_id": 1, "category": "stem", "turns": "a"}\n'),
    args: gen,
    code: 1,
    says: /question\.jsonl:1: field turns: /,
  },
  {
    name: "a question id twice",
    prepare: (stage) =>
      writeFile(stage.questions.path, '{"question_id": 1, "category": "stem", "turns": ["a"]}\n'.repeat(2)),
    args: gen,
    code: 1,
    says: /question\.jsonl:2: field question_id: 1 stands already in line 1\n {2}give each question an id/,
  },
  {
    name: "an empty question file",
    prepare: (stage) => writeFile(stage.questions.path, "\n"),
    args: gen,
    code: 1,
    says: /holds no question\n {2}each line must hold one, such as /,
  },
  {
    name: "an unknown model",
    args: (stage, url) => gen(stage, url, "--model", "x"),
    code: 1,
    says: /does not offer a model "x"\n {2}it offers m, j/,
  },
  { name: "no server", args: (stage) => gen(stage, "http://127.0.0.1:9"), code: 1, says: /connection refused/ },
  {
    name: "an unset key variable",
    args: (stage, url) => gen(stage, url, "--api-key-env", "NOT_SET"),
    code: 1,
    says: /NOT_SET, which should hold the key, is not set\n {2}set it \(export NOT_SET=…\), or name another with --api-key-env/,
  },
  {
    name: "a model name that leaves the folder",
    args: (stage, url) => gen(stage, url, "--model", "../../x"),
    code: 1,
    says: /model "\.\.\/\.\.\/x" cannot name a file/,
  },
  {
    name: "an absolute model name",
    args: (stage, url) => gen(stage, url, "--model", "/tmp/x"),
    code: 1,
    says: /it is an absolute path/,
  },
  {
    name: "unknown question ids",
    args: (stage, url) => gen(stage, url, "--question-ids", "900-910"),
    code: 1,
    says: /no question of this set matches "900-910"/,
  },
  {
    name: "a malformed header, without repeating it",
    args: (stage, url) => gen(stage, url, "--extra-header", "X-Token sk-secret"),
    code: 2,
    says: /^(?![^]*sk-secret)error: --extra-header is not of the form/,
  },
  {
    name: "an extra body that is no object",
    args: (stage, url) => gen(stage, url, "--extra-body", "[1]"),
    code: 2,
    says: /--extra-body is not a JSON object/,
  },
  {
    name: "an extra body for the judge that is no JSON",
    args: (stage, url) => [
      ...["run", "--model", "m", "--judge-model", "j", "--server-url", url, "--judge-server-url", url],
      ...["--judge-extra-body", "{", ...places(stage)],
    ],
    code: 2,
    says: /error: --judge-extra-body is not a JSON object/,
  },
  {
    name: "a range of ids that runs backwards",
    args: (stage, url) => gen(stage, url, "--question-ids", "99-5"),
    code: 2,
    says: /error: --question-ids: no question of this set matches "99-5"/,
  },
  {
    name: "an output folder without a name",
    args: (stage, url) => gen(stage, url, "--output-dir", ""),
    code: 2,
    says: /option '--output-dir <folder>' argument '' is invalid\. It must not be empty/,
  },
  {
    name: "a mistyped benchmark",
    args: (_, url) => ["gen-answers", "--bench", "mt_bnech", "--model", "m", "--server-url", url],
    code: 1,
    says: /--bench mt_bnech needs a question file\n {2}did you mean mt_bench\? /,
  },
  {
    name: "a model's name that is a whole text",
    args: (stage, url) => gen(stage, url, "--model", "x".repeat(3_000)),
    code: 1,
    says: /^(?![^]*x{81})error: model "x{80}…" cannot name a file: .*longer than 200 bytes/,
  },
  {
    name: "an option that a terminal would obey",
    args: (stage, url) => gen(stage, url, "--x\u001B[31m"),
    code: 2,
    says: /^(?![^]*\u001B)error: unknown option '--x \[31m'/,
  },
  {
    name: "a missing system prompt file",
    args: (stage, url) => gen(stage, url, "--system-prompt", "@/nonexistent"),
    code: 1,
    says: /cannot read \/nonexistent: no such file/,
  },
  {
    name: "a file where the output folder should be",
    prepare: (stage) => writeFile(join(stage.folder, "out"), ""),
    args: gen,
    code: 1,
    says: /cannot (lock|write) .*: (a part of the path is a file|a file is in the way)/,
  },
  {
    name: "a full disk",
    prepare: async (stage) => {
      const { records } = stage.output.answers("m");
      await mkdir(dirname(records), { recursive: true });
      await symlink("/dev/full", records);
    },
    args: gen,
    code: 1,
    says: /cannot write .*m\.jsonl: the disk is full\n {2}free some space and run the same command again/,
  },
  {
    name: "self-judging in a run, before the candidate is asked",
    args: (stage, url) => [
      ...["run", "--model", "m", "--judge-model", "m", "--server-url", url, "--judge-server-url", url],
      ...places(stage),
    ],
    code: 1,
    says: /^judge prompts: .*\nerror: judge and candidate are the same model \(m\)/,
  },
  {
    name: "nothing to judge, before the judge is asked",
    args: (stage, url) => [
      ...["judge-answers", "--model", "m", "--judge-model", "j", "--judge-server-url", url],
      ...places(stage),
    ],
    code: 1,
    says: /^judge prompts: .*\nerror: there are no answers of m in .*m\.jsonl\n {2}run: branchbench gen-answers/,
  },
  {
    name: "an answer file that is not there",
    args: (stage, url) => [
      ...["judge-answers", "--model", "m", "--judge-model", "j", "--judge-server-url", url, "--answers", "nofile"],
      ...places(stage),
    ],
    code: 1,
    says: /error: cannot read nofile: no such file/,
  },
  {
    name: "self-judging",
    args: (stage, url) => [
      "judge-answers",
      "--model",
      "m",
      "--judge-model",
      "m",
      "--judge-server-url",
      url,
      ...places(stage),
    ],
    code: 1,
    says: /same model/,
  },
  {
    name: "a judge that is not named",
    args: (stage, url) => ["judge-answers", "--model", "m", "--judge-server-url", url, ...places(stage)],
    code: 2,
    says: /required option '--judge-model <name>' not specified/,
  },
  {
    name: "a missing reference",
    prepare: (stage) => writeFile(stage.questions.path, '{"question_id": 1, "category": "math", "turns": ["a"]}\n'),
    args: (stage, url) => [
      "judge-answers",
      "--model",
      "m",
      "--judge-model",
      "j",
      "--judge-server-url",
      url,
      ...places(stage),
    ],
    code: 1,
    says: /question 1 \(math\), turn 1: no reference answer/,
  },
  {
    name: "nothing to report",
    args: (stage) => ["report", ...places(stage)],
    code: 1,
    says: /there are no judgments to report/,
  },
  {
    name: "judgments that are not there, whatever else is missing",
    args: () => ["report", "--judgments", "nofile.jsonl"],
    code: 1,
    says: /^error: cannot read nofile\.jsonl: no such file or folder/,
  },
  {
    name: "a report of nothing, before the questions are missed",
    args: () => ["report"],
    code: 1,
    says: /^error: there are no judgments to report in eval_output\/mt_bench\n {2}run: branchbench judge-answers/,
  },
  {
    name: "a taxonomy in a report, which writes no question set",
    args: () => ["report", "--taxonomy-path", "x"],
    code: 2,
    says: /unknown option '--taxonomy-path'/,
  },
  { name: "an unknown command", args: () => ["gen-answer"], code: 2, says: /unknown command 'gen-answer'/ },
  {
    name: "an unknown option",
    args: (stage, url) => gen(stage, url, "--modle", "x"),
    code: 2,
    says: /unknown option '--modle'/,
  },
  {
    name: "a duration without unit",
    args: (stage, url) => gen(stage, url, "--timeout", "10"),
    code: 2,
    says: /such as 30s, 10m or 1h/,
  },
  {
    name: "a wrong number of workers",
    args: (stage, url) => gen(stage, url, "--max-workers", "0"),
    code: 2,
    says: /at least 1/,
  },
  {
    name: "more workers than a stage has questions under way",
    args: (stage, url) => gen(stage, url, "--max-workers", "513"),
    code: 2,
    says: /at most 512/,
  },
  {
    name: "a judge of multiple choice",
    args: () => ["report", "--bench", "mmlu", "--judge-model", "j"],
    code: 2,
    says: /'--judge-model' cannot be used with '--bench mmlu'/,
  },
  {
    name: "a port of the viewer that is none",
    args: () => ["view", ".", "--port", "65536"],
    code: 2,
    says: /--port.*between 0 and 65535/,
  },
  {
    name: "a port of the embedded models that is none",
    args: () => ["serve-embedded", "--port", "99999"],
    code: 2,
    says: /--port.*between 0 and 65535/,
  },
];

describe("a report of names that nothing answers to", () => {
  it("offers the nearest names, or those there are", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage(plainQuestions(1));
    const servers = ["--server-url", server.url, "--judge-server-url", server.url, "--allow-unlisted-model"];
    const run = ["run", "--model", "granite", "--judge-model", "prometheus", ...servers, ...places(stage)];
    expect((await runCli(run)).code).toBe(0);
    const tree = join(stage.folder, "out");
    await mkdir(join(tree, "mt_bench_branch/feature"), { recursive: true });
    await cp(join(tree, "mt_bench"), join(tree, "mt_bench_branch/feature/rc"), { recursive: true });
    const report = async (...more: string[]): Promise<string> => {
      const refused = await runCli(["report", "--output-dir", tree, ...more]);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      return refused.stderr.replaceAll(tree, "out");
    };
    expect(await report("--model", "granit")).toBe(
      'error: there is no model "granit" in out/mt_bench\n  did you mean granite?\n',
    );
    expect(await report("--judge-model", "nobody")).toBe(
      'error: there is no judge "nobody" in out/mt_bench\n  there are: prometheus\n',
    );
    expect(await report("--bench", "mt_bench_brnch")).toBe(
      'error: there is no benchmark "mt_bench_brnch" in out\n  did you mean mt_bench_branch, mt_bench?\n',
    );
    expect(await report("--bench", "mt_bench_branch")).toBe(
      "error: out/mt_bench_branch has results of branches: which one is meant?\n  give --branch with one of: feature/rc\n",
    );
    expect(await report("--bench", "mt_bench_branch", "--branch", "rcc")).toBe(
      'error: there is no branch "rcc" in out/mt_bench_branch\n  did you mean feature/rc?\n',
    );
    const judgments = join(tree, "mt_bench/model_judgment/prometheus_single.jsonl");
    expect(await report("--judgments", judgments, "--model", "nobody", ...places(stage))).toBe(
      'error: there is no model "nobody" in out/mt_bench/model_judgment/prometheus_single.jsonl\n  there are: granite\n',
    );
  });
});

describe("--output", () => {
  it("never replaces what a report is made of, nor asks before it knows where the result can go", async () => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage(plainQuestions(1));
    const servers = ["--server-url", server.url, "--judge-server-url", server.url];
    expect((await runCli(["run", "--model", "m", "--judge-model", "j", ...servers, ...places(stage)])).code).toBe(0);
    const judgments = join(stage.folder, "out/mt_bench/model_judgment/j_single.jsonl");
    const copy = join(stage.folder, "judgments.txt");
    const content = await readFile(judgments, "utf8");
    await writeFile(copy, content);
    const report = ["report", ...places(stage), "--judgments", copy, "--output"];
    for (const file of [copy, judgments, stage.folder]) {
      const refused = await runCli([...report, file]);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toMatch(/^error: --output .*\n {2}give .*\n$/);
    }
    expect([await readFile(copy, "utf8"), await readFile(judgments, "utf8")]).toEqual([content, content]);
    const page = join(stage.folder, "report.md");
    for (const _ of [1, 2]) expect(await runCli([...report, page])).toMatchObject({ code: 0 });
  });
});

describe("bad input is one clear line, without a stack, and costs nothing", () => {
  it.each(badInputs)("$name", async ({ args, prepare, code, says }) => {
    await using server = await startModelServer({ reply: echoOrRate, models: ["m", "j"] });
    await using stage = await startStage();
    await prepare?.(stage);
    const result = await runCli(args(stage, server.url), {}, stage.folder);
    expect(result.stderr).toMatch(says);
    expect(result.code).toBe(code);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stdout).toBe("");
  });

  it.skipIf(getuid?.() === 0)("a folder without write permission", async () => {
    await using server = await startModelServer({ reply: echoOrRate });
    await using stage = await startStage();
    await mkdir(join(stage.folder, "out"));
    await chmod(join(stage.folder, "out"), 0o500);
    const result = await runCli(gen(stage, server.url));
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("permission denied");
  });
});
