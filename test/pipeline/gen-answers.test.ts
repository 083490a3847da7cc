import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/domain/mt-bench/answer.js";
import { makeReport } from "../../src/pipeline/report.js";
import { answersText } from "../../src/render/summary-text.js";
import type { ModelRequest, Reply } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import { plainQuestions, readRows, startStage } from "../support/stage.js";

const echo: Reply = (request) => answer.ok(`re: ${request.prompt}`);

function rolesOf(request: ModelRequest): string[] {
  return (request.body["messages"] as { role: string }[]).map(({ role }) => role);
}

describe("genAnswers", () => {
  it("asks both turns in one conversation and writes upstream's fields in upstream's order", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage(plainQuestions(2));
    const summary = await stage.gen(server.url, { systemPrompt: "be brief" });
    expect(summary).toMatchObject({ total: 2, resumed: 0, answered: 2, failed: {}, errorRate: 0 });
    const second = server.requests.find(({ prompt }) => prompt === "second 1");
    expect(JSON.parse(second?.text ?? "{}").messages).toEqual([
      { role: "system", content: "be brief" },
      { role: "user", content: "first 1" },
      { role: "assistant", content: "re: first 1" },
      { role: "user", content: "second 1" },
    ]);
    const rows = await readRows(summary.paths.records);
    expect(rows.map((row) => row["question_id"])).toEqual([1, 2]);
    expect(Object.keys(rows[0]!)).toEqual(["question_id", "answer_id", "model_id", "choices", "tstamp"]);
    expect(rows[0]!["choices"][0].turns).toEqual(["re: first 1", "re: second 1"]);
    expect(rows[0]!["choices"][0].details[0]).toMatchObject({
      finish_reason: "stop",
      prompt_tokens: 7,
      completion_tokens: 3,
      attempts: 1,
    });
    expect(await readRows(summary.paths.failed)).toEqual([]);
  });

  it.each([
    ["writing", {}, 0.7],
    ["math", {}, 0],
    ["stem", {}, 0.1],
    ["somebody's own", {}, 0.7],
    ["math", { required_temperature: 0.3 }, 0.3],
  ])("asks %s %j at temperature %s", async (category, extra, temperature) => {
    await using server = await startModelServer();
    await using stage = await startStage([{ question_id: 1, category, turns: ["q"], ...extra }]);
    await stage.gen(server.url);
    expect(server.requests[0]?.body).toMatchObject({ temperature, max_tokens: 1024 });
  });

  it("sends seed, repeats and the temperature it is told", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage([{ question_id: 1, category: "math", turns: ["q"] }]);
    const { paths } = await stage.gen(server.url, { numChoices: 3, seed: 40, temperature: 1 });
    expect(server.requests.map(({ body }) => [body["seed"], body["temperature"]]).sort()).toEqual([
      [40, 1],
      [41, 1],
      [42, 1],
    ]);
    const [row] = await readRows(paths.records);
    expect(row!["choices"].map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
  });

  it("ends conversations that have begun before it begins others", async () => {
    const delayed: Reply = async (...asked) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return echo(...asked);
    };
    await using server = await startModelServer({ reply: delayed });
    await using stage = await startStage(plainQuestions(12));
    await stage.gen(server.url, {}, { client: { maxWorkers: 2 } });
    const prompts = server.requests.map(({ prompt }) => prompt);
    // not at once: the permit of a turn goes on before its record is on the disk
    expect(prompts.indexOf("second 1")).toBeLessThan(prompts.indexOf("first 6"));
    expect(prompts.indexOf("second 6")).toBeLessThan(prompts.indexOf("first 12"));
  });

  it("asks any number of turns", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage([{ question_id: 1, category: "stem", turns: ["a", "b", "c", "d"] }]);
    const { paths } = await stage.gen(server.url);
    expect(server.requests.map(rolesOf).map(({ length }) => length)).toEqual([1, 3, 5, 7]);
    expect((await readRows(paths.records))[0]!["choices"][0].turns).toEqual(["re: a", "re: b", "re: c", "re: d"]);
  });

  it("keeps thinking apart: neither fed back nor in the answer", async () => {
    await using server = await startModelServer({
      reply: (request) => answer.ok(`hmm, ${request.prompt}</think>\n\nfine`),
    });
    await using stage = await startStage(plainQuestions(1));
    const { paths } = await stage.gen(server.url);
    const [row] = await readRows(paths.records);
    expect(row!["choices"][0].turns).toEqual(["fine", "fine"]);
    expect(row!["choices"][0].details[0].reasoning).toBe("hmm, first 1");
    expect(server.requests[1]?.text).not.toContain("hmm, first");
  });

  it("counts a reply that holds only thinking as a failure of its own kind", async () => {
    await using server = await startModelServer({
      reply: () => answer.ok("<think>and so on", { finishReason: "length" }),
    });
    await using stage = await startStage(plainQuestions(2));
    const summary = await stage.gen(server.url);
    expect(summary).toMatchObject({ answered: 0, failed: { "reasoning-only": 2 }, errorRate: 1 });
    expect(summary.failedExample).toBe("the reply holds thinking but no answer (finish_reason length)");
    // what was paid for is counted all the same
    const report = await makeReport({
      bench: "mt_bench",
      output: stage.output,
      questions: stage.questions,
      models: ["m"],
      judge: "j",
    });
    expect(report.models[0]?.tokens.candidate).toEqual({ prompt: 14, completion: 6 });
    expect(report.models[0]?.answers).toMatchObject({ asked: 2, answered: 0 });
  });

  it("takes the last of several answers to a question, as settling does, and says so", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage(plainQuestions(3));
    const { paths } = await stage.gen(server.url);
    const [one, two, three] = await readRows(paths.records);
    const marker = { ...three, choices: [{ index: 0, turns: ["$ERROR$", "$ERROR$"] }] };
    const edited = { ...one, choices: [{ index: 0, turns: ["edited", "by hand"] }] };
    await writeFile(paths.records, [one, two, three, edited, marker].map((row) => `${JSON.stringify(row)}\n`).join(""));
    const seen: Answer[] = [];
    const report = await makeReport({
      bench: "mt_bench",
      output: stage.output,
      questions: stage.questions,
      models: ["m"],
      judge: "j",
    });
    expect(report.models[0]?.answers).toMatchObject({ asked: 3, answered: 2, failed: { "error-marker": 1 } });
    expect(report.models[0]?.caveats).toContain(
      "2 lines of the answer file: a later line answers the same question, and that one counts",
    );
    const summary = await stage.gen(server.url, {}, { onAnswer: (answer) => void seen.push(answer) });
    expect(summary).toMatchObject({ resumed: 2, answered: 1, replacedLines: 2 });
    expect(answersText(summary)).toContain("note      2 lines of the answers removed");
    expect(seen.find(({ questionId }) => questionId === 1)?.choices[0]?.turns[0]?.text).toBe("edited");
    const rows = await readRows(paths.records);
    expect(rows.map((row) => row["choices"][0].turns[0])).toEqual(["edited", "re: first 2", "re: first 3"]);
    expect(await stage.gen(server.url)).toMatchObject({ replacedLines: 0 });
    // what fails after a marker keeps its turns and its reason
    await writeFile(paths.records, `${JSON.stringify(marker)}\n`);
    const half: Reply = (request) =>
      request.prompt.startsWith("second") ? answer.contextOverflow() : answer.ok(`re: ${request.prompt}`);
    await using broken = await startModelServer({ reply: half });
    await stage.gen(broken.url);
    const failed = await readRows(paths.failed);
    expect(failed.map((row) => [row["question_id"], row["choices"][0].turns])).toContainEqual([3, ["re: first 3"]]);
  });

  it("asks only what is missing or failed, and not again the turns that were answered", async () => {
    await using stage = await startStage(plainQuestions(4));
    const broken: Reply = (request) =>
      request.prompt === "second 3" ? answer.contextOverflow() : answer.ok(`re: ${request.prompt}`);
    await using first = await startModelServer({ reply: broken });
    const before = await stage.gen(first.url);
    expect(before.failed).toEqual({ "context-overflow": 1 });
    expect(
      (await readRows(before.paths.failed)).map((row) => [
        row["question_id"],
        row["failure"].reason,
        row["failure"].turn,
      ]),
    ).toEqual([[3, "context-overflow", 2]]);
    await using second = await startModelServer({ reply: echo });
    const after = await stage.gen(second.url);
    expect(second.requests.map(({ prompt }) => prompt)).toEqual(["second 3"]);
    expect(after).toMatchObject({ resumed: 3, answered: 1, failed: {} });
    expect((await readRows(after.paths.records)).map((row) => row["question_id"])).toEqual([1, 2, 3, 4]);
    expect(await readRows(after.paths.failed)).toEqual([]);
    await stage.gen(second.url);
    expect(second.requests).toHaveLength(1);
  });

  it("widens a selection without asking again", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage(plainQuestions(6));
    expect(await stage.gen(server.url, { selection: { firstN: 2 } })).toMatchObject({ total: 2, answered: 2 });
    expect(await stage.gen(server.url)).toMatchObject({ total: 6, resumed: 2, answered: 4 });
    expect(server.requests).toHaveLength(12);
  });

  it("refuses other settings and names each", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage();
    const { paths } = await stage.gen(server.url);
    const before = await readFile(paths.records, "utf8");
    await expect(stage.gen(server.url, { temperature: 0.5, systemPrompt: "x" })).rejects.toThrow(
      /temperature \(there: "by category", now: 0\.5\), system_prompt \(there: null, now: "x"\)/,
    );
    expect(await readFile(paths.records, "utf8")).toBe(before);
    const fresh = await stage.gen(server.url, { temperature: 0.5, fresh: true });
    expect(fresh).toMatchObject({ resumed: 0, answered: 6 });
    expect(await readFile(fresh.movedAside!, "utf8")).toBe(before);
  });

  it("refuses another question set and answers without a manifest", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage();
    await using other = await startStage(plainQuestions(3));
    await stage.gen(server.url);
    await expect(stage.gen(server.url, { questions: other.questions })).rejects.toThrow(/questions_sha256/);
    const { records } = other.output.answers("m");
    await writeFile(await prepared(records), `${JSON.stringify({ question_id: 1, model_id: "m", choices: [] })}\n`);
    await expect(other.gen(server.url)).rejects.toThrow(/manifest\.json is missing/);
  });

  it("sets a torn last line aside and goes on", async () => {
    await using server = await startModelServer({ reply: echo });
    await using stage = await startStage(plainQuestions(2));
    const { paths } = await stage.gen(server.url, { selection: { firstN: 1 } });
    await appendFile(paths.records, '{"question_id": 2, "answ');
    await stage.gen(server.url);
    expect((await readRows(paths.records)).map((row) => row["question_id"])).toEqual([1, 2]);
    expect(await readFile(`${paths.records}.torn`, "utf8")).toBe('{"question_id": 2, "answ\n');
  });

  it("stops a run with a dead key at once and keeps what was answered", async () => {
    await using server = await startModelServer({
      reply: (request, { index }) => (index < 10 ? echo(request, { index, inFlight: 1 }) : answer.unauthorized()),
    });
    await using stage = await startStage(plainQuestions(80));
    await expect(
      stage.gen(server.url, {}, { client: { maxWorkers: 2, apiKey: "sk-secret-secret" } }),
    ).rejects.toMatchObject({ code: "server" });
    expect(server.requests.length).toBeLessThanOrEqual(12);
    await using mended = await startModelServer({ reply: echo });
    await stage.gen(mended.url);
    expect(server.requests.slice(0, 10).length + mended.requests.length).toBe(160);
  });

  it("saves what is in flight when it is interrupted, and goes on from there", async () => {
    const controller = new AbortController();
    await using server = await startModelServer({
      reply: (request, { index }) => {
        if (index === 7) controller.abort();
        return echo(request, { index, inFlight: 1 });
      },
    });
    await using stage = await startStage(plainQuestions(40));
    await expect(stage.gen(server.url, {}, { signal: controller.signal })).rejects.toMatchObject({
      code: "interrupted",
    });
    const asked = server.requests.length;
    expect(asked).toBeLessThan(80);
    const summary = await stage.gen(server.url);
    expect(summary.resumed + summary.answered).toBe(40);
    expect(server.requests).toHaveLength(80);
  });
});

async function prepared(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  return path;
}
