import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { decodeSample, sampleRowSchema } from "../../src/domain/mmlu/mcq-sample.js";
import { mmluReportSchema } from "../../src/domain/mmlu/mmlu-report.js";
import { runCli } from "../support/cli.js";
import { mmluFolder } from "../support/mmlu-folder.js";
import type { Behaviour, Reply } from "../support/model-server.js";
import { answer, completionBody, startModelServer } from "../support/model-server.js";
import type { TempFolder } from "../support/temp-folder.js";

function args(folder: TempFolder, url: string, ...more: string[]): string[] {
  const places = [
    "--mmlu-data",
    folder.file("data"),
    "--output-dir",
    folder.file("out"),
    "--tasks",
    "anatomy,virology",
  ];
  return ["mmlu", "--model", "m", "--server-url", url, ...places, ...more];
}

/** Where a question stands in its file; undefined for what the probe asks. */
function questionIn(prompt: string): { readonly subject: string; readonly id: number } | undefined {
  const [, subject = "", id = ""] = /Is this (\w+) (\d+)\?/.exec(prompt) ?? [];
  return subject === "" ? undefined : { subject, id: Number(id) };
}

/** A server that knows chats alone: of ten questions five are right, one is wrong, two are unreadable, two fail. */
const written: Readonly<Record<number, Behaviour>> = {
  0: answer.ok("First I thought of B.\n\nAnswer: A"),
  1: answer.ok("<think>Surely (D).</think>**Answer:** (B)"),
  2: answer.ok('The text says it.\nthree, or "3"'),
  3: answer.ok(String.raw`\boxed{D}`),
  4: answer.ok("A. one"),
  5: answer.ok("Answer: C"),
  6: answer.ok("I would rather not say."),
  7: answer.ok("Whatever you like."),
  8: answer.error(400, "this prompt is not accepted"),
  9: answer.contextOverflow(),
};

const chatsAlone: Reply = ({ prompt }) => written[questionIn(prompt)?.id ?? 0] ?? answer.serverError();

describe("branchbench mmlu with written answers", () => {
  it("falls to them where the server knows chats alone, and tells what cannot be read from what failed", async () => {
    await using folder = await mmluFolder({ anatomy: 10, virology: 10 });
    await using server = await startModelServer({ reply: chatsAlone, models: ["m"] });
    const run = await runCli(args(folder, server.url, "--max-error-rate", "0.5", "--json"));
    expect(run.stderr).toContain("m: scored with --mode generate");
    // nobody asked for the examples that are left out
    expect(run.stderr).not.toContain("--few-shots");
    expect(run.code).toBe(0);
    const { scores, caveats, prompts } = mmluReportSchema.parse(JSON.parse(run.stdout));
    const task = {
      n: 8,
      correct: 5,
      unreadable: 2,
      acc: 5 / 8,
      failed: { "context-overflow": 1, rejected: 1 },
    };
    expect(scores.tasks).toMatchObject([task, task]);
    expect(scores).toMatchObject({ unreadable: 4, ways: { generate: 16 }, chosen: [4, 2, 4, 2] });
    expect(scores.unfitting).toEqual([
      { task: "mmlu_anatomy", id: 9 },
      { task: "mmlu_virology", id: 9 },
    ]);
    expect(prompts).toMatchObject({ fewShots: 0, chat: "one-turn" });
    expect(caveats).toContain("4 of 16 written answers name no choice (25.0 %) and count as wrong");
    expect(caveats.join("\n")).toMatch(
      /4 of 20 questions have no answer and are left out of every score: rejected 2, context-overflow 2; such as: .*this prompt is not accepted/,
    );
    expect(run.stderr).toMatch(/^failures: .*outcomes\.failed\.jsonl \(4 of 20 questions: .*rejected 2.*; such as: /m);
    const asked = server.requests.filter(({ prompt }) => questionIn(prompt) !== undefined);
    expect(asked.every(({ body }) => !("logprobs" in body) && body["temperature"] === 0)).toBe(true);
    expect(asked).toHaveLength(20);
  });

  it("shows the share of unreadable answers in every form, and asks again only what failed", async () => {
    await using folder = await mmluFolder({ anatomy: 10, virology: 10 });
    await using server = await startModelServer({ reply: chatsAlone, models: ["m"] });
    const first = await runCli(args(folder, server.url, "--mode", "generate"));
    // a fifth failed: a gate, but the result is there
    expect(first.code).toBe(3);
    expect(first.stdout).toMatch(/mmlu_anatomy\W+8\W+5\W+0\.6250 ± 0\.\d+\W+25\.0 %\W+2\W/);
    expect(first.stdout).toContain("4 of 16 written answers name no choice (25.0 %)");
    const before = server.requests.length;
    const markdown = await runCli(args(folder, server.url, "--mode", "generate", "--format", "markdown"));
    expect(markdown.stdout).toContain("25.0 %");
    const again = server.requests.slice(before).flatMap(({ prompt }) => questionIn(prompt) ?? []);
    expect(again.map(({ id }) => id).sort()).toEqual([8, 8, 9, 9]);
  });

  it("says that examples which were asked for are left out, where the server knows chats alone", async () => {
    await using folder = await mmluFolder({ anatomy: 2, virology: 2 });
    await using server = await startModelServer({ reply: chatsAlone, models: ["m"] });
    const run = await runCli(args(folder, server.url, "--few-shots", "3"));
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("note: --few-shots 3 does not apply to --mode generate");
    const none = await runCli(args(folder, server.url, "--few-shots", "0", "--mode", "generate", "--fresh"));
    expect(none.code).toBe(0);
    expect(none.stderr).not.toContain("--few-shots");
    expect(none.stderr).toContain(`m: ${server.url}\n`);
  });

  it("tells answers that --max-tokens cut off from wrong ones, alike where thinking is kept apart and where it is not", async () => {
    const cut = { finishReason: "length" };
    const replies: readonly Behaviour[] = [
      answer.ok("Answer: A\n\nThis is since (B)", cut),
      answer.ok("<think>Perhaps (B), or", cut),
      answer.ok("", { ...cut, reasoning_content: "Perhaps (C), or" }),
      answer.body(completionBody({ content: null, reasoning_content: "Perhaps (D), or", ...cut })),
      answer.ok("Let me see: (A) is", cut),
      answer.ok("Answer: B"),
    ];
    const reply: Reply = ({ prompt }) => replies[questionIn(prompt)?.id ?? 5] ?? answer.serverError();
    await using folder = await mmluFolder({ anatomy: 6, virology: 6 });
    await using server = await startModelServer({ reply, models: ["m"] });
    const run = await runCli(args(folder, server.url, "--mode", "generate", "--json"));
    expect(run.code).toBe(3);
    const { scores, caveats } = mmluReportSchema.parse(JSON.parse(run.stdout));
    expect(scores).toMatchObject({ cut: 2, failed: { "cut-off": 8 }, unreadable: 0, weighted: { n: 4 } });
    expect(caveats.join("\n")).toContain(
      "10 written answers were cut off by --max-tokens: 8 before they named a choice, 2 after that, which count",
    );
    const [file = ""] = /\S+results_\S+\.json/.exec(run.stderr) ?? [];
    const samples = await readFile(file.replace("results_", "samples_mmlu_anatomy_").replace(/json$/, "jsonl"), "utf8");
    const marks = samples
      .trimEnd()
      .split("\n")
      .map((line) => decodeSample(sampleRowSchema.parse(JSON.parse(line))));
    expect(marks).toMatchObject([
      { docId: 0, outcome: { kind: "chosen", choice: 0, cut: true } },
      { docId: 5, outcome: { kind: "chosen", choice: 1 } },
    ]);
    expect(marks[1]?.outcome).not.toHaveProperty("cut");
  });

  it("counts empty answers as failures, not as wrong ones", async () => {
    const replies = [
      answer.ok(""),
      answer.ok(" \n"),
      answer.ok("<think>Perhaps (B).</think>\n"),
      answer.ok("Answer: B"),
    ];
    const reply: Reply = ({ prompt }) => replies[questionIn(prompt)?.id ?? 3] ?? answer.serverError();
    await using folder = await mmluFolder({ anatomy: 4, virology: 4 });
    await using server = await startModelServer({ reply, models: ["m"] });
    const run = await runCli(args(folder, server.url, "--mode", "generate", "--json"));
    expect(run.code).toBe(3);
    const { scores } = mmluReportSchema.parse(JSON.parse(run.stdout));
    expect(scores).toMatchObject({ failed: { "no-content": 6 }, unreadable: 0, weighted: { n: 2 } });
    expect(run.stderr).toContain("no-content 6; such as: the answer is empty");
  });

  it("has no score where no answer is ever there", async () => {
    await using folder = await mmluFolder({ anatomy: 4, virology: 4 });
    await using server = await startModelServer({ reply: () => answer.ok(""), models: ["m"] });
    const run = await runCli(args(folder, server.url, "--mode", "generate"));
    expect(run.code).toBe(3);
    expect(run.stdout).not.toContain("0.0000");
    expect(run.stderr).toContain("8 of 8 questions: no-content 8");
  });

  it.each([4, 40])("stops where no choice can be read from any of the answers to %i questions", async (count) => {
    await using folder = await mmluFolder({ anatomy: count, virology: count });
    let text = "How nice of you to ask!";
    await using server = await startModelServer({ reply: () => answer.ok(text), models: ["m"] });
    const run = await runCli(args(folder, server.url, "--mode", "generate"));
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toMatch(/error: no choice can be read from (\d+) of \1 written answers: /);
    expect(await folder.list()).not.toContainEqual(expect.stringContaining("results_"));
    text = "Answer: B";
    const mended = await runCli(args(folder, server.url, "--mode", "generate", "--json"));
    expect(mended.code).toBe(0);
    const { scores } = mmluReportSchema.parse(JSON.parse(mended.stdout));
    expect(scores).toMatchObject({ unreadable: 0, weighted: { n: 2 * count } });
  });

  it("goes on with written answers under another number of examples, which they are asked without", async () => {
    await using folder = await mmluFolder({ anatomy: 4, virology: 4 });
    await using server = await startModelServer({ reply: () => answer.ok("Answer: B"), models: ["m"] });
    const none = ["--mode", "generate", "--few-shots", "0", "--first-n", "3"];
    expect(await runCli(args(folder, server.url, ...none))).toMatchObject({ code: 0 });
    const more = await runCli(args(folder, server.url, "--mode", "generate", "--json"));
    expect(more.stderr).not.toContain("error:");
    expect(mmluReportSchema.parse(JSON.parse(more.stdout)).scores.weighted.n).toBe(8);
    // the questions themselves may not change under the answers
    const csv = await folder.read("data/test/anatomy_test.csv");
    await folder.write("data/test/anatomy_test.csv", csv.replace("anatomy 0?", "anatomy zero?"));
    const other = await runCli(args(folder, server.url, "--mode", "generate"));
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/mmlu_anatomy was asked with other data/);
  });
});
