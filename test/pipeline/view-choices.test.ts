import { appendFile, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { McqOutcome } from "../../src/domain/scoring/multiple-choice.js";
import type { PageSummary } from "../../src/domain/page/page-data.js";
import type { ViewChoicesSet, ViewListing } from "../../src/domain/page/view-listing.js";
import { withLock } from "../../src/io/lock.js";
import { mmlu } from "../../src/pipeline/mmlu.js";
import { mmluBranch } from "../../src/pipeline/mmlu-branch.js";
import { viewRuns } from "../../src/pipeline/view-runs.js";
import { viewSite } from "../../src/pipeline/view-site.js";
import { evalError } from "../support/eval-error.js";
import { runCli } from "../support/cli.js";
import { chosen, mmluInput, mmluPorts, sampleTask } from "../support/mcq.js";
import { writeMmluResults } from "../support/mmlu-results.js";
import { tempFolder } from "../support/temp-folder.js";

const choicesOf = (listing: ViewListing | undefined): ViewChoicesSet | undefined =>
  listing?.sets.find((found) => found.kind === "choices");

const size = { subjects: 2, questions: 5 };

/** What a page of the viewer is made of. */
async function opened(folder: string, query: object): Promise<PageSummary> {
  const site = await viewSite({ outputDir: folder, dataDir: "/nonexistent" });
  const { summary } = (await site.read("page", query as Record<string, string>)) as { summary: PageSummary };
  return summary;
}

async function idIn(folder: string): Promise<string> {
  return choicesOf(await viewRuns(folder).list())?.id ?? "";
}

function inFull(choice: number): McqOutcome {
  return { kind: "chosen", choice, way: "full", logprobs: [], requests: 4, promptTokens: 80, completionTokens: 4 };
}

describe("multiple choice in the viewer", () => {
  it("lists what real runs wrote, wherever the folder begins", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    const { sets, refused } = await viewRuns(folder.path).list();
    expect(refused).toEqual([]);
    const done = { state: "done", finished: expect.stringMatching(/^20/) };
    expect(sets).toEqual([expect.objectContaining({ kind: "choices", path: "mmlu", bench: "mmlu", comparisons: [] })]);
    expect(choicesOf({ folder: "", sets, refused })?.models).toMatchObject([
      { model: "org/large", n: 11, errors: {}, progress: { done: 11, total: 11, failed: 0 }, ...done },
      { model: "org/middle", n: 10, errors: { timeout: 1 }, progress: { failed: 1 }, ...done },
      { model: "org/small", n: 11, ...done },
    ]);
    const inside = await viewRuns(folder.file("mmlu")).list();
    expect(inside.sets).toMatchObject([{ path: ".", models: [{}, {}, {}] }]);
    const one = await viewRuns(folder.file("mmlu/org__small")).list();
    expect(one.sets).toMatchObject([{ path: ".", bench: "mmlu", models: [{ model: "org/small" }] }]);
  });

  it("counts what is right as the report does, also where only the results were passed on", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    const report = JSON.parse(
      (await runCli(["report", "--bench", "mmlu", "--json", "--model", "org/small", "--output-dir", folder.path]))
        .stdout,
    );
    const counted = async () =>
      choicesOf(await viewRuns(folder.path).list())?.models.find(({ model }) => model === "org/small");
    const correct = report.scores.tasks.reduce((sum: number, task: { correct: number }) => sum + task.correct, 0);
    expect(await counted()).toMatchObject({ n: 11, forms: [{ n: 11, correct }] });
    await rename(folder.file("mmlu/org__small/outcomes.jsonl"), folder.file("gone"));
    expect(await counted()).toMatchObject({ n: 11, forms: [{ n: 11, correct }] });
  });

  it("never counts letters and texts together, and says that results are of a part", async () => {
    await using folder = await tempFolder();
    const tasks = [sampleTask("anatomy", 3), sampleTask("astronomy", 5, "texts")];
    const { ports } = mmluPorts(({ task, doc }) =>
      task.form === "letters" ? chosen(doc.gold) : inFull((doc.gold + 1) % 4),
    );
    const modes = { letters: "letters", texts: "full" };
    const scoring = { ...ports.scoring, modes, settings: { ...ports.scoring.settings, modes } };
    await mmlu(mmluInput(folder.path, tasks, { tasksLeftOut: "2 of 57 subjects" }), { ...ports, scoring });
    const listed = async () => choicesOf(await viewRuns(folder.path).list())?.models[0];
    const forms = [
      { form: "letters", n: 3, correct: 3 },
      { form: "texts", n: 5, correct: 0 },
    ];
    expect(await listed()).toMatchObject({ forms, partial: "2 of 57 subjects" });
    const summary = await opened(folder.path, { set: await idIn(folder.path) });
    expect(summary.sentence).toContain("(partial: 2 of 57 subjects)");
    const place = folder.file("mmlu/org__model");
    for (const name of await readdir(place))
      if (!name.startsWith("outcomes")) await rename(join(place, name), folder.file(`gone-${name}`));
    expect(await listed()).toMatchObject({ forms, partial: null });
    // where both are scored in full, only the results know which task is which
    const manifest = join(place, "outcomes.manifest.json");
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace('"letters": "letters"', '"letters": "full"'));
    const records = join(place, "outcomes.jsonl");
    await writeFile(records, (await readFile(records, "utf8")).replaceAll('"way":"letters"', '"way":"full"'));
    expect(await listed()).toMatchObject({ n: 8, forms: [] });
  });

  it("follows a run that has no results yet, and opens nothing of it", async () => {
    await using folder = await tempFolder();
    const row = (id: number, gold: number): string =>
      `${JSON.stringify({ task: "t", doc_id: id, prompt_hash: "h", gold, choice: 1, way: "full", logprobs: [], requests: 1, prompt_tokens: 1, completion_tokens: 1 })}\n`;
    const records = await folder.write("mmlu/org__m/outcomes.jsonl", row(0, 1));
    const stop = new AbortController();
    const seen: ViewListing[] = [];
    const watching = (async () => {
      for await (const listing of viewRuns(folder.path, { intervalMs: 5 }).changes(stop.signal)) seen.push(listing);
    })();
    const model = () => choicesOf(seen.at(-1))?.models[0];
    await withLock(records, async () => {
      const first = { model: "org__m", n: 1, forms: [{ form: null, n: 1, correct: 1 }] };
      await expect.poll(model).toMatchObject({ ...first, state: "running", finished: null });
      await appendFile(records, row(1, 2));
      await expect.poll(model).toMatchObject({ n: 2, forms: [{ form: null, n: 2, correct: 1 }] });
    });
    stop.abort();
    await watching;
    const page = opened(folder.path, { set: await idIn(folder.path) });
    await expect(page).rejects.toEqual(evalError("input", "no results of it yet"));
  });

  it("opens the page that report writes, of all models and of one", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    const set = await idIn(folder.path);
    const all = await opened(folder.path, { set });
    expect(all).toMatchObject({ kind: "mmlu", title: "MMLU", humanRatings: [] });
    expect(all.runs.map(({ model }) => model)).toEqual(["org/large", "org/middle", "org/small"]);
    const one = await opened(folder.path, { set, model: "org/middle" });
    expect(one.runs.map(({ model }) => model)).toEqual(["org/middle"]);
    for (const wrong of [
      { set, model: "org/other" },
      { set, base: "org/small", tuned: "org/other" },
    ])
      await expect(opened(folder.path, wrong)).rejects.toEqual(evalError("input", "no results of it yet"));
    await expect(opened(folder.path, { set, base: "a", tuned: "b", judge: "j" })).rejects.toEqual(
      evalError("input", "nobody judges multiple-choice questions"),
    );
  });

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty", "none"])(
    "serves nothing under the name %s",
    async (name) => {
      await using folder = await tempFolder();
      const site = await viewSite({ outputDir: folder.path, dataDir: "/nonexistent" });
      expect([await site.read(name, {}), await site.write(name, {})]).toEqual([undefined, undefined]);
    },
  );

  it("reads a page once for all who ask at that time, and anew afterwards, with what lay there before", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    const site = await viewSite({ outputDir: folder.path, dataDir: "/nonexistent" });
    const set = await idIn(folder.path);
    const pages = await Promise.all(
      [{ set }, { set, model: "org/small" }, { set }].map((query) => site.read("page", query)),
    );
    const [first, other, same] = pages as { page: string; summary: PageSummary; set: ViewChoicesSet }[];
    expect(same).toBe(first);
    expect(other?.page).not.toBe(first?.page);
    expect(first?.set).toEqual(choicesOf(await viewRuns(folder.path).list()));
    expect(await site.read("page", { set })).not.toMatchObject({ page: first?.page });
    await expect(site.read("page", { set, model: "none" })).rejects.toThrow();
    expect(await site.read("page", { set })).toMatchObject({ summary: { kind: "mmlu" } });
  });

  it("opens the comparison that mmlu-branch made, until a model has other results", async () => {
    await using folder = await tempFolder();
    const models = { base: "org/base", tuned: "org/tuned" };
    const { model: _, ...asked } = mmluInput(folder.path, [sampleTask("anatomy", 8)]);
    const { ports } = mmluPorts();
    await mmluBranch({ asked, models, tasksFrom: "t", command: "c" }, { base: ports, tuned: ports });
    const set = choicesOf(await viewRuns(folder.path).list());
    expect(set?.comparisons).toEqual([models]);
    const choice = { set: set?.id ?? "", ...models };
    const page = await opened(folder.path, choice);
    expect(page).toMatchObject({ title: "MMLU: org/tuned against org/base", mmlu: { isTuning: true, shown: [0, 1] } });
    const stored = folder.file("mmlu/org__tuned/comparison_org__base.json");
    const text = await readFile(stored, "utf8");
    await writeFile(stored, text.replaceAll(/"date": "20\d\d/g, '"date": "1999'));
    expect(choicesOf(await viewRuns(folder.path).list())?.comparisons).toEqual([]);
    expect(await opened(folder.path, choice)).toMatchObject({ title: "MMLU", mmlu: { isTuning: false } });
  });

  it("refuses ratings in one line, and keeps none", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    const site = await viewSite({ outputDir: folder.path, dataDir: "/nonexistent" });
    const set = await idIn(folder.path);
    const rating = { question_id: "mmlu_anatomy/1", model: "org/small", turn: 1, choice: 0, answer: "A", score: 3 };
    const given = { set, rating: { ...rating, overrules: null, reason: "", rater: null } };
    const refusal = evalError("input", "nothing to rate");
    await expect(site.write("rating", given)).rejects.toEqual(refusal);
    await expect(site.read("ratings", { set })).rejects.toEqual(refusal);
  });

  it("shows the other models where one folder cannot be read, such as lm-eval's own", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    await folder.write("mmlu/theirs/results_2026-01-01T00-00-00.000000.json", '{"results":{}}');
    const { sets, refused } = await viewRuns(folder.path).list();
    expect(sets).toMatchObject([{ models: [{}, {}, {}] }]);
    expect(refused).toMatchObject([{ path: "mmlu/theirs" }]);
    expect((await opened(folder.path, { set: sets[0]?.id })).runs).toHaveLength(3);
  });

  it("reads no file to which the name of a task would lead", async () => {
    await using folder = await tempFolder();
    await writeMmluResults(folder.path, size);
    const model = folder.file("mmlu/org__small");
    const { stdout } = await runCli([
      "report",
      "--bench",
      "mmlu",
      "--json",
      "--model",
      "org/small",
      "--output-dir",
      folder.path,
    ]);
    const report = stdout.replaceAll("mmlu_abstract_algebra", "/../../../secret");
    await writeFile(join(model, "results_9.json"), `{"branchbench":${report}}`);
    await folder.write("secret_9.jsonl", "{}\n");
    const page = opened(folder.path, { set: await idIn(folder.path), model: "org/small" });
    await expect(page).rejects.toEqual(evalError("input", "cannot name a file of samples"));
  });
});
