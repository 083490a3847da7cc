import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ViewJudgedSet, ViewListing } from "../../src/domain/page/view-listing.js";
import { withLock } from "../../src/io/lock.js";
import { viewRuns } from "../../src/pipeline/view-runs.js";
import { startEmbeddedServer } from "../../src/embedded/server.js";
import { startStage } from "../support/stage.js";
import { tempFolder } from "../support/temp-folder.js";

const judgment = (id: number, score: number, more: object = {}): string =>
  `${JSON.stringify({ question_id: id, model: "m", judge: ["j", "p"], user_prompt: "", judgment: "text", score, turn: 1, ...more })}\n`;

const answer = (id: number, more: object = {}): string =>
  `${JSON.stringify({ question_id: id, model_id: "m", choices: [{ index: 0, turns: ["a"] }], ...more })}\n`;

const progress = (state: string, done: number): string =>
  JSON.stringify({
    stage: "judge-answers",
    model: "j",
    total: 10,
    done,
    resumed: 0,
    failed: 0,
    state,
    started: "2026-01-01T00:00:00.000Z",
    updated: "2026-01-01T00:00:02.000Z",
  });

const judgedOf = (listing: ViewListing | undefined): ViewJudgedSet | undefined =>
  listing?.sets.find((found) => found.kind === "judged");

describe("viewRuns", () => {
  it("lists what real stages wrote", async () => {
    await using stage = await startStage();
    await using server = await startEmbeddedServer({
      models: { m: { kind: "candidate", pairs: [] }, j: { kind: "judge" } },
    });
    await stage.gen(server.url, { model: "m" });
    await stage.judge(server.url, { model: "m", judge: "j" }, { client: { model: "j" } });
    const { sets, refused } = await viewRuns(join(stage.folder, "out")).list();
    expect(refused).toEqual([]);
    expect(sets).toMatchObject([
      {
        path: "mt_bench",
        bench: "mt_bench",
        branch: null,
        candidates: [
          { model: "m", state: "done", answered: 6, errors: {}, progress: { done: 6, total: 6, failed: 0 } },
        ],
        judges: [{ judge: "j", state: "done", models: [{ model: "m", n: 12, unscored: 0 }] }],
      },
    ]);
  });

  it("counts failures that nothing made good, no conversations that have begun, and scores that are none", async () => {
    await using folder = await tempFolder();
    const failure = { choices: [], failure: { reason: "timeout", message: "slow", turn: 1 } };
    const begun = { choices: [], failure: { reason: "interrupted", message: "begun", turn: 2 } };
    await folder.write("mt_bench/model_answer/m.jsonl", answer(1) + answer(2));
    await folder.write(
      "mt_bench/model_answer/m.failed.jsonl",
      answer(2, failure) + answer(3, failure) + answer(4, begun),
    );
    await folder.write(
      "mt_bench/model_judgment/j_single.jsonl",
      judgment(1, 4) + judgment(1, 8) + judgment(2, -1, { choice: 0, unscored: "missing" }) + judgment(4, 100),
    );
    const { sets } = await viewRuns(folder.path).list();
    expect(sets[0]).toMatchObject({
      candidates: [{ answered: 2, errors: { timeout: 1 }, state: "done", progress: null }],
      judges: [{ models: [{ model: "m", n: 1, sum: 8, unscored: 2 }], errors: { missing: 1, "out-of-range": 1 } }],
    });
  });

  it("tells a run that goes on from one that was killed", async () => {
    await using folder = await tempFolder();
    const records = await folder.write("mt_bench/model_judgment/j_single.jsonl", judgment(1, 4));
    await folder.write("mt_bench/model_judgment/j_single.progress.json", progress("running", 4));
    const runs = viewRuns(folder.path);
    const state = async () => judgedOf(await runs.list())?.judges[0];
    expect(await state()).toMatchObject({ state: "interrupted", progress: { perSecond: 2, remainingSeconds: 3 } });
    await withLock(records, async () => expect(await state()).toMatchObject({ state: "running" }));
  });

  it("sees what a run appends, and says nothing while nothing changes", async () => {
    await using folder = await tempFolder();
    const records = await folder.write("mt_bench/model_judgment/j_single.jsonl", judgment(1, 4));
    const stop = new AbortController();
    const seen: ViewListing[] = [];
    const watching = (async () => {
      for await (const listing of viewRuns(folder.path, { intervalMs: 5 }).changes(stop.signal)) seen.push(listing);
    })();
    const score = () => judgedOf(seen.at(-1))?.judges[0]?.models[0];
    await expect.poll(score).toMatchObject({ n: 1, sum: 4 });
    await appendFile(records, judgment(2, 6));
    await expect.poll(score).toMatchObject({ n: 2, sum: 10 });
    await folder.write("mt_bench_branch/rc/model_answer/m.jsonl", answer(1));
    await expect.poll(() => seen.at(-1)?.sets.length).toBe(2);
    stop.abort();
    await watching;
    expect(seen).toHaveLength(3);
  });

  it("is looked at once for all who ask at that time", async () => {
    await using folder = await tempFolder();
    await folder.write("mt_bench/model_answer/m.jsonl", answer(1));
    const runs = viewRuns(folder.path);
    const [first, second] = await Promise.all([runs.list(), runs.list()]);
    expect(second).toBe(first);
    await folder.write("mt_bench/model_answer/n.jsonl", answer(1));
    expect((await runs.list()).sets[0]).toMatchObject({ candidates: [{ model: "m" }, { model: "n" }] });
  });

  it("knows benchmark and branch wherever the folder begins", async () => {
    await using folder = await tempFolder();
    await folder.write("demo/mt_bench_branch/feature/x/model_answer/m.jsonl", answer(1));
    const described = async (root: string) =>
      (await viewRuns(root).list()).sets.flatMap((found) =>
        found.kind === "judged" ? [{ path: found.path, bench: found.bench, branch: found.branch }] : [],
      );
    const set = { bench: "mt_bench_branch", branch: "feature/x" };
    expect(await described(folder.path)).toEqual([{ path: "demo/mt_bench_branch/feature/x", ...set }]);
    expect(await described(folder.file("demo/mt_bench_branch/feature"))).toEqual([{ path: "x", ...set }]);
  });

  it("finds sets by their ids only", async () => {
    await using folder = await tempFolder();
    await folder.write("mt_bench/model_answer/m.jsonl", answer(1));
    await folder.write("outside/model_answer/m.jsonl", answer(1));
    const runs = viewRuns(folder.file("mt_bench"));
    const id = (await runs.list()).sets[0]?.id ?? "";
    expect(await runs.find(id)).toMatchObject({ kind: "judged", output: { folder: folder.file("mt_bench") } });
    for (const wrong of ["", ".", "..", "../outside", folder.file("outside"), `${id}/../../outside`])
      expect(await runs.find(wrong)).toBeUndefined();
  });

  it("shows the rest where one folder cannot be read", async () => {
    await using folder = await tempFolder();
    await folder.write("a/model_answer/m.jsonl", answer(1));
    await folder.write("b/model_answer/m.jsonl", answer(1));
    await folder.write("b/model_answer/m.manifest.json", "{");
    const { sets, refused } = await viewRuns(folder.path).list();
    expect(sets.map(({ path }) => path)).toEqual(["a"]);
    expect(refused).toEqual([{ path: "b", reason: expect.stringContaining("not valid JSON") }]);
  });
});
