import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { lmEvalDate } from "../../src/domain/mmlu/lm-eval-files.js";
import type { McqOutcome } from "../../src/domain/scoring/multiple-choice.js";
import { mmluReportSchema } from "../../src/domain/mmlu/mmlu-report.js";
import { mcqPrompt } from "../../src/domain/mmlu/mmlu-prompt.js";
import type { McqDoc } from "../../src/domain/scoring/multiple-choice.js";
import { planMcq } from "../../src/domain/mmlu/mcq-plan.js";
import type { McqResults } from "../../src/pipeline/mcq-results.js";
import { openMcqResults } from "../../src/pipeline/mcq-results.js";
import type { PromptMaker } from "../../src/pipeline/mmlu-input.js";
import { mmlu } from "../../src/pipeline/mmlu.js";
import { chosen, derivedChoice, mmluInput, mmluPorts, sampleTask, timedOut } from "../support/mcq.js";
import { canListOpenFiles, openFiles } from "../support/open-files.js";
import { evalError } from "../support/eval-error.js";
import { readRows } from "../support/stage.js";
import { tempFolder } from "../support/temp-folder.js";

const tasks = [sampleTask("beta", 9), sampleTask("alpha", 6)];

/** lm-eval's own leaf row; unknown keys are an error. */
const leafSchema = z.strictObject({
  name: z.string(),
  alias: z.string(),
  sample_len: z.number().int(),
  "acc,none": z.number(),
  "acc_stderr,none": z.union([z.number(), z.literal("N/A")]),
});

/** The keys of lm-eval 0.4.13's results file, and one of ours. */
const resultsSchema = z.strictObject({
  results: z.record(z.string(), leafSchema),
  group_subtasks: z.record(z.string(), z.array(z.string())),
  configs: z.record(
    z.string(),
    z.looseObject({
      task: z.string(),
      dataset_path: z.string(),
      doc_to_choice: z.union([z.array(z.string()), z.string()]),
      num_fewshot: z.number(),
      output_type: z.literal("multiple_choice"),
      metadata: z.strictObject({ version: z.number() }),
    }),
  ),
  versions: z.record(z.string(), z.union([z.number(), z.string()])),
  "n-shot": z.record(z.string(), z.number()),
  higher_is_better: z.record(z.string(), z.strictObject({ acc: z.literal(true) })),
  "n-samples": z.record(z.string(), z.strictObject({ original: z.number(), effective: z.number() })),
  config: z.strictObject({
    model: z.string(),
    model_args: z.strictObject({ base_url: z.string(), model: z.string() }),
    batch_size: z.number(),
    batch_sizes: z.array(z.never()),
    device: z.null(),
    use_cache: z.null(),
    limit: z.number().nullable(),
    bootstrap_iters: z.number(),
    gen_kwargs: z.null(),
    random_seed: z.number(),
    numpy_seed: z.number(),
    torch_seed: z.number(),
    fewshot_seed: z.number(),
  }),
  git_hash: z.null(),
  date: z.number(),
  pretty_env_info: z.string(),
  transformers_version: z.null(),
  lm_eval_version: z.string(),
  upper_git_hash: z.null(),
  tokenizer_pad_token: z.null(),
  tokenizer_eos_token: z.null(),
  tokenizer_bos_token: z.null(),
  eot_token_id: z.null(),
  max_length: z.null(),
  task_hashes: z.record(z.string(), z.string()),
  model_source: z.string(),
  model_name: z.string(),
  model_name_sanitized: z.string(),
  system_instruction: z.null(),
  system_instruction_sha: z.null(),
  fewshot_as_multiturn: z.boolean(),
  chat_template: z.null(),
  chat_template_sha: z.null(),
  total_evaluation_time_seconds: z.string(),
  branchbench: mmluReportSchema,
});

const responseSchema = z.tuple([z.string(), z.enum(["True", "False"])]);
const argumentSchema = z.strictObject({ arg_0: z.string(), arg_1: z.string() });
const sampleSchema = z.strictObject({
  doc_id: z.number(),
  doc: z.strictObject({
    question: z.string(),
    subject: z.string(),
    choices: z.array(z.string()),
    answer: z.number(),
  }),
  target: z.string(),
  arguments: z.strictObject({
    gen_args_0: argumentSchema,
    gen_args_1: argumentSchema,
    gen_args_2: argumentSchema,
    gen_args_3: argumentSchema,
  }),
  resps: z.array(z.tuple([responseSchema])),
  filtered_resps: z.array(responseSchema),
  filter: z.literal("none"),
  metrics: z.tuple([z.literal("acc")]),
  doc_hash: z.string(),
  prompt_hash: z.string(),
  target_hash: z.string(),
  acc: z.number(),
  branchbench: z.looseObject({ way: z.string() }),
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The files of a result, by name. */
async function resultTexts(resultsFile: string): Promise<Map<string, string>> {
  const folder = dirname(resultsFile);
  const names = (await readdir(folder)).filter((name) => /^(samples|results)_/.test(name));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
}

describe("mmlu", () => {
  it("asks every question once, task by task, the first of each before the others", async () => {
    await using folder = await tempFolder();
    let underWay = 0;
    const seen: [string, number][] = [];
    const ended = new Set<string>();
    const headless: string[] = [];
    const { ports } = mmluPorts(async ({ task, doc, prompt }) => {
      seen.push([`${task.alias} ${doc.id}`, ++underWay]);
      if (doc.id > 0 && !ended.has(`${task.alias} 0`)) headless.push(`${task.alias} ${doc.id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay--;
      ended.add(`${task.alias} ${doc.id}`);
      return chosen(derivedChoice(prompt));
    });
    const summary = await mmlu(mmluInput(folder.path, tasks), ports);
    expect(summary).toMatchObject({ total: 15, resumed: 0, answered: 15, failed: {}, errorRate: 0 });
    expect(new Set(seen.map(([key]) => key)).size).toBe(15);
    expect(headless).toEqual([]);
    // while the last of a task are under way the next one's first goes with them, so that the server never waits
    expect(seen.map(([key]) => key)).toEqual([
      ...["alpha 0", "beta 0"],
      ...Array.from({ length: 5 }, (_, index) => `alpha ${index + 1}`),
      ...Array.from({ length: 8 }, (_, index) => `beta ${index + 1}`),
    ]);
    expect(seen[0]).toEqual(["alpha 0", 1]);
    expect(Math.max(...seen.map(([, count]) => count))).toBeGreaterThan(5);
    const rows = await readRows(summary.paths.records);
    expect(rows.map(({ task, doc_id: id }) => `${task} ${id}`)).toEqual([
      ...Array.from({ length: 6 }, (_, id) => `mmlu_alpha ${id}`),
      ...Array.from({ length: 9 }, (_, id) => `mmlu_beta ${id}`),
    ]);
  });

  it("asks the first questions of two tasks ahead, and of more as soon as few others are left to ask", async () => {
    await using folder = await tempFolder();
    const asked: string[] = [];
    const { ports } = mmluPorts(async ({ task, doc, prompt }) => {
      asked.push(`${task.alias} ${doc.id}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return chosen(derivedChoice(prompt));
    });
    const five = [...tasks, sampleTask("delta", 2), sampleTask("epsilon", 1), sampleTask("gamma", 2)];
    await mmlu(mmluInput(folder.path, five), { ...ports, width: 3 });
    expect(asked).toEqual([
      ...["alpha 0", "beta 0", "alpha 1", "delta 0", "alpha 2", "alpha 3", "alpha 4", "alpha 5"],
      ...["beta 1", "epsilon 0", "beta 2", "beta 3", "beta 4", "beta 5", "beta 6", "beta 7", "gamma 0", "beta 8"],
      ...["delta 1", "gamma 1"],
    ]);
  });

  it.each([
    ["late", async () => new Promise((resolve) => setTimeout(resolve, 300)).then(() => chosen(0))],
    ["failed", async () => timedOut()],
  ])(
    "goes on with other tasks where the first question of one is %s",
    async (how, first: () => Promise<McqOutcome>) => {
      await using folder = await tempFolder();
      const asked: string[] = [];
      const { ports } = mmluPorts(async ({ task, doc, prompt }) => {
        asked.push(`${task.alias} ${doc.id}`);
        return task.alias === "alpha" && doc.id === 0 ? first() : chosen(derivedChoice(prompt));
      });
      const summary = await mmlu(mmluInput(folder.path, [...tasks, sampleTask("gamma", 2)]), { ...ports, width: 3 });
      expect(summary.answered + Object.values(summary.failed).reduce((sum, count) => sum + count, 0)).toBe(17);
      expect(asked).toHaveLength(17);
      if (how === "late") expect(asked.indexOf("gamma 1")).toBeLessThan(asked.indexOf("alpha 1"));
    },
  );

  it.each([
    ["rejects", () => Promise.reject(new Error("beyond repair"))],
    [
      "throws",
      () => {
        throw new Error("beyond repair");
      },
    ],
  ])("ends where the scoring of a first question %s", async (_, score: () => Promise<McqOutcome>) => {
    await using folder = await tempFolder();
    const { ports } = mmluPorts();
    const run = mmlu(mmluInput(folder.path, tasks), { ...ports, scoring: { ...ports.scoring, score } });
    await expect(run).rejects.toThrow("beyond repair");
  });

  it("clears away what a killed run left half written, also where nothing is asked", async () => {
    await using folder = await tempFolder();
    const { ports } = mmluPorts();
    const leave = () => folder.write("mmlu/org__model/.samples_mmlu_alpha_2026-01-01T00-00-00.000000.jsonl.tmp", "{");
    await leave();
    const { resultsFile } = await mmlu(mmluInput(folder.path, tasks), ports);
    const names = await readdir(dirname(resultsFile));
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await leave();
    await mmlu(mmluInput(folder.path, tasks), ports);
    expect(await readdir(dirname(resultsFile))).toEqual(names);
  });

  it("writes results and samples that a strict reader of lm-eval's files takes, with lm-eval's hashes", async () => {
    await using folder = await tempFolder();
    const { ports } = mmluPorts();
    const { resultsFile, report } = await mmlu(mmluInput(folder.path, tasks), ports);
    expect(resultsFile).toMatch(/mmlu\/org__model\/results_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6}\.json$/);
    const results = resultsSchema.parse(JSON.parse(await folder.read(resultsFile.slice(folder.path.length + 1))));
    expect(Object.keys(results)).toEqual(Object.keys(resultsSchema.shape));
    expect(results.branchbench).toEqual(report);
    const samples = (await readdir(dirname(resultsFile))).filter((name) => name.startsWith("samples_"));
    expect(samples.map((name) => name.replace(/_\d{4}-.*$/, ""))).toEqual(["samples_mmlu_alpha", "samples_mmlu_beta"]);
    for (const name of samples) {
      const rows = (await readRows(join(dirname(resultsFile), name))).map((row) => sampleSchema.parse(row));
      const [first] = rows;
      const task = `mmlu_${first?.doc.subject}`;
      expect(Object.keys(first ?? {})).toEqual(Object.keys(sampleSchema.shape));
      expect(results["n-samples"][task]).toEqual({ original: rows.length, effective: rows.length });
      // what a reader computes from the samples is what the results say
      const argmax = ({ filtered_resps: pairs }: (typeof rows)[number]): number => {
        const values = pairs.map(([logprob]) => (logprob === "-inf" ? -Infinity : Number(logprob)));
        return values.indexOf(Math.max(...values));
      };
      expect(rows.map((row) => (argmax(row) === Number(row.target) ? 1 : 0))).toEqual(rows.map(({ acc }) => acc));
      const accuracy = rows.reduce((sum, { acc }) => sum + acc, 0) / rows.length;
      expect(results.results[task]?.["acc,none"]).toBe(accuracy);
      for (const row of rows) {
        expect(row.doc_hash).toBe(sha256(JSON.stringify(row.doc, null, 2)));
        expect(row.prompt_hash).toBe(sha256(row.arguments.gen_args_0.arg_0));
        expect(row.target_hash).toBe(sha256(row.target));
      }
      const hashes = rows.map((row) => row.doc_hash + row.prompt_hash + row.target_hash);
      expect(results.task_hashes[task]).toBe(sha256(hashes.join("")));
    }
  });

  it("keeps failures apart, leaves them out of the scores, and asks them again", async () => {
    await using folder = await tempFolder();
    const first = mmluPorts(({ doc, prompt }) => (doc.id === 3 ? timedOut() : chosen(derivedChoice(prompt))));
    const before = await mmlu(mmluInput(folder.path, tasks), first.ports);
    expect(before).toMatchObject({ answered: 13, failed: { timeout: 2 }, errorRate: 2 / 15 });
    expect(before.report.scores.tasks[0]).toMatchObject({
      task: "mmlu_alpha",
      selected: 6,
      n: 5,
      failed: { timeout: 1 },
    });
    expect(before.report.caveats.join()).toContain("2 of 15 questions have no answer");
    expect(await readRows(before.paths.failed)).toHaveLength(2);
    const second = mmluPorts();
    const after = await mmlu(mmluInput(folder.path, tasks), second.ports);
    expect(second.asked.map(({ doc }) => doc.id)).toEqual([3, 3]);
    expect(after).toMatchObject({ resumed: 13, answered: 2, failed: {}, errorRate: 0 });
    expect(await readRows(after.paths.failed)).toEqual([]);
    expect(after.resultsFile).not.toBe(before.resultsFile);
  });

  describe("where the prompt of some questions is another one than before", () => {
    const isOther = (doc: McqDoc): boolean => doc.id >= 4;
    const otherPromptOf: PromptMaker = (task, doc) =>
      mcqPrompt(isOther(doc) ? { ...task, description: "Now choose.\n\n" } : task, doc, { chat: "none" });
    const shown = (rows: readonly Record<string, any>[]): string[] =>
      rows.map(({ task, doc_id: id }) => `${task} ${id}`);
    const others = ["mmlu_alpha 4", "mmlu_alpha 5", ...[4, 5, 6, 7, 8].map((id) => `mmlu_beta ${id}`)];

    /** Samples by task and number; each must be of the very prompt that it shows. */
    async function sampledOf(resultsFile: string): Promise<string[]> {
      const [date = ""] = /_[^_]+$/.exec(resultsFile.replace(/\.json$/, "")) ?? [];
      const sampled: string[] = [];
      for (const subject of ["alpha", "beta"]) {
        const rows = await readRows(join(dirname(resultsFile), `samples_mmlu_${subject}${date}.jsonl`));
        for (const row of rows) expect(row["prompt_hash"]).toBe(sha256(row["arguments"].gen_args_0.arg_0));
        sampled.push(...rows.map((row) => `mmlu_${subject} ${row["doc_id"]}`));
      }
      return sampled;
    }

    it("asks those again, and takes what they come to now", async () => {
      await using folder = await tempFolder();
      const before = await mmlu(mmluInput(folder.path, tasks), mmluPorts().ports);
      const again = mmluPorts();
      const after = await mmlu(mmluInput(folder.path, tasks, { promptOf: otherPromptOf }), again.ports);
      expect(again.asked.map(({ task, doc }) => `${task.name} ${doc.id}`).sort()).toEqual(others);
      expect(after).toMatchObject({ resumed: 8, answered: 7, failed: {} });
      expect(await readRows(after.paths.records)).toHaveLength(15);
      expect(await sampledOf(before.resultsFile)).toHaveLength(15);
      expect(await sampledOf(after.resultsFile)).toHaveLength(15);
    });

    it("asks those again, and has no result of those that fail", async () => {
      await using folder = await tempFolder();
      await mmlu(mmluInput(folder.path, tasks), mmluPorts().ports);
      const failing = mmluPorts(() => timedOut());
      const input = mmluInput(folder.path, tasks, { promptOf: otherPromptOf });
      const after = await mmlu(input, failing.ports);
      expect(after).toMatchObject({ resumed: 8, answered: 0, failed: { timeout: 7 }, errorRate: 7 / 15 });
      expect(after.report.scores.tasks).toMatchObject([
        { task: "mmlu_alpha", n: 4, failed: { timeout: 2 } },
        { task: "mmlu_beta", n: 4, failed: { timeout: 5 } },
      ]);
      expect(shown(await readRows(after.paths.failed))).toEqual(others);
      expect(shown(await readRows(after.paths.records)).filter((key) => others.includes(key))).toEqual([]);
      const sampled = await sampledOf(after.resultsFile);
      expect(sampled).toHaveLength(8);
      expect(sampled.filter((key) => others.includes(key))).toEqual([]);
    });

    it("goes back to what was asked first, though a stopped run had begun to ask otherwise", async () => {
      await using folder = await tempFolder();
      const before = await mmlu(mmluInput(folder.path, tasks), mmluPorts().ports);
      const records = await readRows(before.paths.records);
      const controller = new AbortController();
      const stopped = mmluPorts((_, index) => {
        if (index === 3) controller.abort();
        return chosen(0);
      });
      const input = mmluInput(folder.path, tasks, { promptOf: otherPromptOf });
      await expect(mmlu(input, { ...stopped.ports, signal: controller.signal, width: 2 })).rejects.toMatchObject({
        code: "interrupted",
      });
      expect((await readRows(before.paths.records)).length).toBeGreaterThan(15);
      const after = await mmlu(mmluInput(folder.path, tasks), mmluPorts().ports);
      expect(after).toMatchObject({ resumed: 15, answered: 0 });
      expect(await readRows(after.paths.records)).toEqual(records);
      expect(after.report.scores).toEqual(before.report.scores);
    });
  });

  it.skipIf(!canListOpenFiles)("leaves no file open where the results cannot be written", async () => {
    await using folder = await tempFolder();
    const many = Array.from({ length: 10 }, (_, index) => sampleTask(`subject ${index}`, 2));
    const { asked, ports } = mmluPorts();
    const { promptOf, ...input } = mmluInput(folder.path, many);
    const promptOnce: PromptMaker = (task, doc) => {
      if (asked.length === 20) throw new Error("no sample of this");
      return promptOf(task, doc);
    };
    await expect(mmlu({ ...input, promptOf: promptOnce }, ports)).rejects.toThrow("no sample of this");
    expect((await openFiles()).filter((path) => path.startsWith(folder.path))).toEqual([]);
  });

  it("goes on after an abort, and comes to what an undisturbed run comes to", async () => {
    await using folder = await tempFolder();
    const calm = await mmlu(mmluInput(folder.file("calm"), tasks), mmluPorts().ports);
    const controller = new AbortController();
    const stopped = mmluPorts(({ prompt }, index) => {
      if (index === 4) controller.abort();
      return chosen(derivedChoice(prompt));
    });
    const input = mmluInput(folder.file("killed"), tasks);
    await expect(mmlu(input, { ...stopped.ports, signal: controller.signal, width: 2 })).rejects.toMatchObject({
      code: "interrupted",
    });
    expect(stopped.asked.length).toBeLessThan(15);
    await appendFile(input.output.outcomes(input.model).records, '{"task":"mmlu_beta","doc_');
    const resumed = mmluPorts();
    const summary = await mmlu(input, resumed.ports);
    expect(stopped.asked.length + resumed.asked.length).toBe(15);
    expect(summary.report.scores).toEqual(calm.report.scores);
    expect(await readRows(summary.paths.records)).toEqual(await readRows(calm.paths.records));
  });

  it("asks nobody and writes nothing where everything is done, but makes up for files that a killed run did not write", async () => {
    await using folder = await tempFolder();
    const input = mmluInput(folder.path, tasks);
    const first = await mmlu(input, mmluPorts().ports);
    const files = await folder.list();
    const again = mmluPorts();
    const second = await mmlu(input, again.ports);
    expect(again.asked).toHaveLength(0);
    expect(second).toMatchObject({ resumed: 15, answered: 0, resultsFile: first.resultsFile });
    expect(await folder.list()).toEqual(files);
    const partial = await mmlu({ ...input, firstN: 2 }, again.ports);
    expect(again.asked).toHaveLength(0);
    expect(partial.report).toMatchObject({ partial: "the first 2 questions of each task", scores: { selected: 4 } });
    expect(partial.resultsFile).not.toBe(first.resultsFile);
  });

  it("writes the same files from what a run holds in memory and from the records on disk", async () => {
    await using folder = await tempFolder();
    const input = mmluInput(folder.path, tasks);
    const { ports } = mmluPorts(({ task, doc, prompt }) => {
      if (task.alias === "beta" && doc.id === 3) return timedOut();
      return doc.id === 2 ? { ...chosen(1), logprobs: [null, -1 / 3, null, -9999] } : chosen(derivedChoice(prompt));
    });
    const asked = await mmlu(input, ports);
    const fromMemory = await resultTexts(asked.resultsFile);
    for (const name of fromMemory.keys()) await rm(join(dirname(asked.resultsFile), name));
    const read = await mmlu(input, mmluPorts(timedOut).ports);
    expect(read).toMatchObject({ resumed: 14, answered: 0 });
    const fromDisk = await resultTexts(read.resultsFile);
    const undated = (texts: ReadonlyMap<string, string>): string[] =>
      [...texts].filter(([name]) => name.startsWith("samples")).map(([, text]) => text);
    expect(undated(fromMemory)).toHaveLength(2);
    expect(undated(fromDisk)).toEqual(undated(fromMemory));
    expect(read.report.scores).toEqual(asked.report.scores);
  });

  it("shows no files of a run that was stopped, though it has written the samples of whole tasks", async () => {
    await using folder = await tempFolder();
    const controller = new AbortController();
    const input = mmluInput(folder.path, tasks);
    const place = dirname(input.output.outcomes(input.model).records);
    let staged = "";
    const { ports } = mmluPorts(({ prompt }, index) => {
      staged ||= readdirSync(place).find((name) => /^\.samples_mmlu_alpha_.*\.tmp$/.test(name)) ?? "";
      if (index === 14) controller.abort();
      return chosen(derivedChoice(prompt));
    });
    const run = mmlu(input, { ...ports, signal: controller.signal, width: 1 });
    await expect(run).rejects.toMatchObject({ code: "interrupted" });
    expect(staged).not.toBe("");
    expect((await readdir(place)).filter((name) => name.includes("samples") || name.includes("results"))).toEqual([]);
  });

  it("writes large tasks in parts, and an empty file of a task whose questions all failed", async () => {
    await using folder = await tempFolder();
    const large = sampleTask("large", 1_100);
    const failing = sampleTask("failing", 3);
    const { ports } = mmluPorts(({ task, prompt }) =>
      task.alias === "failing" ? timedOut() : chosen(derivedChoice(prompt)),
    );
    const { resultsFile } = await mmlu(mmluInput(folder.path, [large, failing]), ports);
    const texts = await resultTexts(resultsFile);
    const text = [...texts].find(([name]) => name.startsWith("samples_mmlu_large"))?.[1] ?? "";
    const rows = text
      .split("\n")
      .slice(0, -1)
      .map((line) => sampleSchema.parse(JSON.parse(line)));
    expect(rows.map((row) => row.doc_id)).toEqual(large.docs.map(({ id }) => id));
    const hashes = rows.map((row) => row.doc_hash + row.prompt_hash + row.target_hash).join("");
    const results: unknown = JSON.parse(await readFile(resultsFile, "utf8"));
    expect(results).toMatchObject({ task_hashes: { mmlu_large: sha256(hashes) } });
    expect([...texts].filter(([name]) => name.startsWith("samples_mmlu_failing")).map(([, file]) => file)).toEqual([
      "",
    ]);
  });

  it("says in one line what samples cannot be written, and leaves none", async () => {
    await using folder = await tempFolder();
    const input = mmluInput(folder.path, tasks);
    const plan = planMcq(tasks, undefined);
    const started = new Date(2026, 0, 1);
    const results = await openMcqResults(input, mmluPorts().ports, { plan, partial: null, started });
    const place = dirname(input.output.outcomes(input.model).records);
    // in the way of the second file
    await mkdir(join(place, `.samples_mmlu_beta_${lmEvalDate(started)}.jsonl.tmp`), { recursive: true });
    const adding = plan.map((planned) => {
      const { name } = planned.task;
      const record = (docId: number) => ({ task: name, docId, promptHash: "", outcome: chosen(0) });
      return results.add({ planned, records: new Map(planned.docs.map(({ id }) => [id, record(id)])) });
    });
    const [alpha, beta] = await Promise.allSettled(adding);
    expect(alpha).toMatchObject({ status: "fulfilled" });
    expect(beta).toMatchObject({
      status: "rejected",
      reason: evalError("input", /^cannot write .*beta.*: it is a folder/),
    });
    await results.discard();
    expect((await readdir(place)).filter((name) => !name.includes("beta"))).toEqual([]);
  });

  it("leaves the files of a run alone that took its place", async () => {
    await using folder = await tempFolder();
    const input = mmluInput(folder.path, tasks);
    const plan = planMcq(tasks, undefined);
    const open = (started: Date): Promise<McqResults> =>
      openMcqResults(input, mmluPorts().ports, { plan, partial: null, started });
    // the first one lost its lock, and hears of it late
    const [lost, next] = [await open(new Date(2026, 0, 1)), await open(new Date(2026, 0, 2))];
    for (const planned of plan) {
      const { name } = planned.task;
      const record = (docId: number) => ({ task: name, docId, promptHash: "", outcome: chosen(0) });
      await next.add({ planned, records: new Map(planned.docs.map(({ id }) => [id, record(id)])) });
    }
    await lost.discard();
    const { resultsFile } = await next.finish({ isUnchanged: false });
    const names = await readdir(dirname(resultsFile));
    expect(names.map((name) => name.replace(/_2026.*/, ""))).toEqual([
      "results",
      "samples_mmlu_alpha",
      "samples_mmlu_beta",
    ]);
  });

  it("goes on with written answers whose manifest has the hash of the examples, too, as older versions wrote it", async () => {
    await using folder = await tempFolder();
    const task = sampleTask("alpha", 2);
    const hashed = (sha256: string) => ({
      ...task,
      source: { ...task.source, sha256, questionsSha256: "1".repeat(64) },
    });
    const { asked, ports } = mmluPorts();
    const scoring = { ...ports.scoring, modes: { letters: "generate" } };
    const older = { ...task, source: { ...task.source, sha256: "2".repeat(64) } };
    await mmlu(mmluInput(folder.path, [older]), { ...ports, scoring });
    for (const sha256 of ["2".repeat(64), "3".repeat(64)])
      await mmlu(mmluInput(folder.path, [hashed(sha256)]), { ...ports, scoring });
    expect(asked).toHaveLength(2);
  });

  it("lets further tasks join, and refuses other settings and other data", async () => {
    await using folder = await tempFolder();
    const [beta, alpha] = tasks as [(typeof tasks)[0], (typeof tasks)[0]];
    await mmlu(mmluInput(folder.path, [alpha], { tasksLeftOut: "1 of 2 tasks" }), mmluPorts().ports);
    const joined = mmluPorts();
    const { report } = await mmlu(mmluInput(folder.path, [alpha, beta]), joined.ports);
    expect(joined.asked).toHaveLength(9);
    expect(report.partial).toBeNull();
    const other = { ...alpha, source: { ...alpha.source, sha256: "0".repeat(64) } };
    await expect(mmlu(mmluInput(folder.path, [other]), joined.ports)).rejects.toThrow(
      /mmlu_alpha was asked with other data/,
    );
    const prompts = { ...mmluInput("", []).prompts, fewShots: 0 };
    await expect(mmlu(mmluInput(folder.path, [alpha], { prompts }), joined.ports)).rejects.toThrow(
      /few_shots \(there: 2, now: 0\)/,
    );
    const scoring = { ...joined.ports.scoring, settings: { endpoint: "chat" } };
    await expect(mmlu(mmluInput(folder.path, [alpha]), { ...joined.ports, scoring })).rejects.toThrow(/scoring/);
    const fresh = await mmlu(mmluInput(folder.path, [alpha], { prompts, fresh: true }), joined.ports);
    expect(fresh).toMatchObject({ resumed: 0, answered: 6 });
    expect(fresh.movedAside).toContain(".aside");
  });

  it("stops where the outcomes can only come from a server that does not score, and asks those questions again", async () => {
    await using folder = await tempFolder();
    const many = [sampleTask("alpha", 60)];
    const equal = { ...chosen(0), logprobs: [-1, -1, -1, -1] };
    const broken = mmluPorts(({ doc, prompt }) => (doc.id < 5 ? chosen(derivedChoice(prompt)) : equal));
    const input = mmluInput(folder.path, many);
    await expect(mmlu(input, { ...broken.ports, width: 4 })).rejects.toThrow(/same log-probability/);
    expect(broken.asked.length).toBeLessThan(35);
    expect(await folder.list()).not.toContainEqual(expect.stringContaining("results_"));
    const mended = mmluPorts();
    const summary = await mmlu(input, mended.ports);
    expect(summary).toMatchObject({ resumed: 5, answered: 55 });
    expect(mended.asked).toHaveLength(55);
  });

  it.each([
    ["a model name that leaves the folder", "../../x", /\.\._+|cannot name a file/],
    ["a hidden name", ".x", /cannot name a file/],
  ])("%s stays inside or is refused", async (_, model, says) => {
    await using folder = await tempFolder();
    const outcome = await mmlu(mmluInput(folder.file("a/b"), tasks, { model }), mmluPorts().ports).then(
      ({ resultsFile }) => resultsFile,
      (error: unknown) => String(error),
    );
    expect(outcome).toMatch(says);
    for (const name of await folder.list()) expect(name.startsWith("a/b/")).toBe(true);
  });

  it("reads the choices of recorded answers from their texts, as an older version read some of them wrong", async () => {
    await using folder = await tempFolder();
    const text = "Answer: B\n\nExplanation: not (A).";
    const cost = { requests: 1, promptTokens: 20, completionTokens: 9 };
    const { ports } = mmluPorts(({ doc }) =>
      doc.id === 1
        ? { kind: "unreadable", way: "generate", text, ...cost }
        : { kind: "chosen", choice: 0, way: "generate", logprobs: [], text, ...cost },
    );
    const input = mmluInput(folder.path, [sampleTask("alpha", 3)]);
    await mmlu(input, ports);
    const { report, resultsFile, answered } = await mmlu(input, ports);
    expect(answered).toBe(0);
    expect(report.scores).toMatchObject({ unreadable: 0, chosen: [0, 3], weighted: { n: 3, acc: 1 / 3 } });
    const files = await readdir(dirname(resultsFile));
    const samples = files.findLast((name) => name.startsWith("samples_mmlu_alpha_")) ?? "";
    const rows = await readRows(join(dirname(resultsFile), samples));
    expect(rows.map(({ branchbench }) => branchbench)).toMatchObject([{ choice: 1 }, { choice: 1 }, { choice: 1 }]);
  });

  it("takes lists of letters and of texts apart, and a single question", async () => {
    await using folder = await tempFolder();
    const mixed = [sampleTask("one", 1), sampleTask("texts", 5, "texts")];
    const { ports } = mmluPorts(() => chosen(0));
    const { report, resultsFile } = await mmlu(mmluInput(folder.path, mixed), ports);
    expect(report.scores).toMatchObject({ mean: null, weighted: { acc: null, n: 6 } });
    expect(report.scores.forms.map(({ name, n, stderr }) => [name, n, stderr === null])).toEqual([
      ["letters", 1, true],
      ["texts", 5, false],
    ]);
    const results = resultsSchema.parse(JSON.parse(await folder.read(resultsFile.slice(folder.path.length + 1))));
    expect(results.results["mmlu_one"]?.["acc_stderr,none"]).toBe("N/A");
  });
});
