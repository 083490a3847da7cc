import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { exists, isNonEmpty, outputTree } from "../../src/io/output-tree.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

describe("outputTree", () => {
  it("lays files out as InstructLab does, its own beside them", () => {
    const tree = outputTree("out", "mt_bench");
    expect(tree.folder).toBe("out/mt_bench");
    expect(tree.answers("granite-7b-lab")).toEqual({
      records: "out/mt_bench/model_answer/granite-7b-lab.jsonl",
      failed: "out/mt_bench/model_answer/granite-7b-lab.failed.jsonl",
      manifest: "out/mt_bench/model_answer/granite-7b-lab.manifest.json",
      progress: "out/mt_bench/model_answer/granite-7b-lab.progress.json",
    });
    expect(tree.judgments("prometheus-8x7b-v2.0")).toEqual({
      records: "out/mt_bench/model_judgment/prometheus-8x7b-v2.0_single.jsonl",
      failed: "out/mt_bench/model_judgment/prometheus-8x7b-v2.0_single.failed.jsonl",
      manifest: "out/mt_bench/model_judgment/prometheus-8x7b-v2.0_single.manifest.json",
      progress: "out/mt_bench/model_judgment/prometheus-8x7b-v2.0_single.progress.json",
    });
  });

  it("makes folders of a / in the name of a model, a judge or a branch", () => {
    const tree = outputTree("out", "mt_bench_branch", "feature/x");
    expect(tree.folder).toBe("out/mt_bench_branch/feature/x");
    expect(tree.answers("instructlab/granite").records).toBe(
      "out/mt_bench_branch/feature/x/model_answer/instructlab/granite.jsonl",
    );
    expect(tree.judgments("org/judge").records).toBe(
      "out/mt_bench_branch/feature/x/model_judgment/org/judge_single.jsonl",
    );
  });

  it.each<[string, () => unknown]>([
    ["benchmark", () => outputTree("out", "../mt_bench")],
    ["branch", () => outputTree("out", "mt_bench_branch", "../../x")],
    ["model", () => outputTree("out", "mt_bench").answers("/models/granite")],
    ["judge", () => outputTree("out", "mt_bench").judgments("../judge")],
  ])("refuses a %s that would lead out of the folder", (what, make) => {
    expect(make).toThrow(evalError("input", `${what} "`));
  });
});

describe("the names in a tree", () => {
  it("are those of the models that have answers or failures, and nothing else", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    for (const name of [
      "granite.jsonl",
      "granite.failed.jsonl",
      "granite.manifest.json",
      "granite.progress.json",
      "org/model-b.jsonl",
      "org/deep/model-c.failed.jsonl",
      "v2.0.jsonl",
      "granite.jsonl.torn",
      "granite.jsonl.lock-owner.json",
      ".granite.jsonl.tmp",
      "._granite.jsonl",
      "notes.txt",
      "folder.jsonl/inner.jsonl",
    ])
      await folder.write(`mt_bench/model_answer/${name}`, "");
    expect(await tree.listAnswers()).toEqual([
      "folder.jsonl/inner",
      "granite",
      "org/deep/model-c",
      "org/model-b",
      "v2.0",
    ]);
    expect(await tree.listJudgments()).toEqual([]);
  });

  it("of judges end where upstream's suffix begins", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    for (const name of [
      "gpt-4_single.jsonl",
      "org/judge_single.failed.jsonl",
      "gpt-4_pair.jsonl",
      "gpt-4_single_old.jsonl",
      "x_single_single.jsonl",
    ])
      await folder.write(`mt_bench/model_judgment/${name}`, "");
    expect(await tree.listJudgments()).toEqual(["gpt-4", "org/judge", "x_single"]);
    expect(await tree.listAnswers()).toEqual([]);
  });

  it("lead back to the files they were found by", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench", "feature/x");
    const models = ["a", "b.c", "e.jsonl", "f_single", "org/d"];
    for (const model of models) {
      await folder.write(tree.answers(model).records.slice(folder.path.length + 1), "");
      await folder.write(tree.judgments(model).failed.slice(folder.path.length + 1), "");
    }
    expect(await tree.listAnswers()).toEqual(models);
    expect(await tree.listJudgments()).toEqual(models);
  });

  it("are none where there is no folder, and a clear error where it is a file", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    expect(await tree.listAnswers()).toEqual([]);
    await folder.write("mt_bench/model_answer", "");
    await expect(tree.listAnswers()).rejects.toEqual(evalError("input", `cannot read ${tree.folder}/model_answer: `));
  });
});

describe("moveAside", () => {
  const now = new Date("2026-01-02T03:04:05.678Z");

  it("moves records, failures and manifest into a dated folder of the tree, where no list finds them", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    const paths = tree.answers("org/model");
    for (const part of ["records", "failed", "manifest"] as const)
      await folder.write(paths[part].slice(folder.path.length + 1), part);
    await folder.write("mt_bench/model_answer/other.jsonl", "stays");
    const aside = await tree.moveAside(paths, now);
    const dated = "mt_bench/.aside/2026-01-02T03-04-05-678Z/model_answer/org/model";
    expect(aside?.records).toBe(folder.file(`${dated}.jsonl`));
    expect(await folder.list()).toEqual([
      `${dated}.failed.jsonl`,
      `${dated}.jsonl`,
      `${dated}.manifest.json`,
      "mt_bench/model_answer/other.jsonl",
    ]);
    expect(await folder.read(`${dated}.failed.jsonl`)).toBe("failed");
    expect(await tree.listAnswers()).toEqual(["other"]);
  });

  it("leaves copies where they are asked for", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    await folder.write("mt_bench/model_judgment/j_single.jsonl", "r");
    const aside = await tree.copyAside(tree.judgments("j"), now);
    expect(await readFile(aside?.records ?? "", "utf8")).toBe("r");
    expect(await folder.read("mt_bench/model_judgment/j_single.jsonl")).toBe("r");
    expect(await tree.copyAside(tree.judgments("k"), now)).toBeUndefined();
  });

  it("moves what there is", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench", "x");
    await folder.write("mt_bench/x/model_judgment/j_single.failed.jsonl", "f");
    const aside = await tree.moveAside(tree.judgments("j"), now);
    expect(await exists(aside?.failed ?? "")).toBe(true);
    expect(await exists(aside?.records ?? "")).toBe(false);
    expect(await exists(tree.judgments("j").failed)).toBe(false);
  });

  it("moves nothing where there is nothing, and makes no folder", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    expect(await tree.moveAside(tree.answers("m"), now)).toBeUndefined();
    expect(await exists(tree.folder)).toBe(false);
  });

  it("says what is in the way, and leaves the records where they are", async () => {
    await using folder = await tempFolder();
    const tree = outputTree(folder.path, "mt_bench");
    await folder.write("mt_bench/.aside", "a file");
    const path = await folder.write("mt_bench/model_answer/m.jsonl", "r");
    await expect(tree.moveAside(tree.answers("m"), now)).rejects.toMatchObject({
      name: "EvalError",
      message: expect.stringContaining(`cannot move ${path} aside`),
    });
    expect(await folder.read("mt_bench/model_answer/m.jsonl")).toBe("r");
  });
});

describe("exists and isNonEmpty", () => {
  it.each([
    ["file", true, true],
    ["empty", true, false],
    ["missing", false, false],
    ["file/inside", false, false],
  ])("of %s are %s and %s", async (name, isThere, isFull) => {
    await using folder = await tempFolder();
    await folder.write("file", "x");
    await folder.write("empty", "");
    expect(await exists(folder.file(name))).toBe(isThere);
    expect(await isNonEmpty(folder.file(name))).toBe(isFull);
  });
});
