import { mkdir, rmdir, symlink } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { findResultFolders } from "../../src/io/result-folders.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

const names = async (root: string): Promise<string[]> => (await findResultFolders(root)).found.map(({ name }) => name);

describe("findResultFolders", () => {
  it("finds folders with records at any depth, also the root, but not those set aside", async () => {
    await using folder = await tempFolder();
    await folder.write("mt_bench/model_answer/org/m.jsonl", "{}\n");
    await folder.write("mt_bench_branch/feature/x/model_judgment/j_single.jsonl", "{}\n");
    await folder.write("demo/mt_bench/model_answer/m.jsonl", "{}\n");
    await folder.write("mt_bench/.aside/2026/model_answer/m.jsonl", "{}\n");
    await folder.write("empty/notes.txt", "");
    await folder.write("mmlu/org__m/outcomes.jsonl", "{}\n");
    await folder.write("mmlu/theirs/results_2026.json", "{}\n");
    await folder.write("mmlu/checksums.json", "{}\n");
    const choices = ["mmlu/org__m", "mmlu/theirs"];
    expect(await names(folder.path)).toEqual(["demo/mt_bench", ...choices, "mt_bench", "mt_bench_branch/feature/x"]);
    expect(await names(folder.file("mt_bench"))).toEqual(["."]);
  });

  it.each([
    ["a bench folder", "mt_bench", "secret/bench"],
    ["the folder of the answers", "good/model_answer", "secret/bench/model_answer"],
    ["an answer file", "other/model_answer/m.jsonl", "secret/bench/model_answer/m.jsonl"],
    ["a manifest", "other/model_judgment/j.manifest.json", "secret/file"],
    ["a question file", "other/question.jsonl", "secret/file"],
    ["the ratings", "other/human_rating", "secret/bench"],
    ["nothing at all", "other/model_answer/n.jsonl", "secret/nothing"],
    ["samples", "model/samples_t_2026.jsonl", "secret/file"],
    ["a comparison", "model/comparison_base.json", "secret/file"],
  ])("refuses a link from %s to outside", async (_, link, target) => {
    await using folder = await tempFolder();
    await folder.write("secret/bench/model_answer/m.jsonl", "{}\n");
    await folder.write("secret/file", "{}\n");
    for (const name of ["model_answer", "model_judgment"])
      await mkdir(folder.file(`out/other/${name}`), { recursive: true });
    await mkdir(folder.file("out/good/model_judgment"), { recursive: true });
    await folder.write("out/model/outcomes.jsonl", "{}\n");
    await symlink(folder.file(target), folder.file(`out/${link}`));
    const { found, refused } = await findResultFolders(folder.file("out"));
    const owner = link.split("/")[0];
    expect(found.map(({ name }) => name)).toEqual(["good", "model", "other"].filter((name) => name !== owner));
    expect(refused).toEqual([{ path: owner, reason: expect.stringContaining("leads out of the folder") }]);
  });

  it.each(["mmlu/m/outcomes.jsonl.lock", "mt_bench/model_answer/m.jsonl.lock"])(
    "is not disturbed by a lock that comes and goes: %s",
    async (lock) => {
      await using folder = await tempFolder();
      await folder.write("mmlu/m/outcomes.jsonl", "{}\n");
      await folder.write("mt_bench/model_answer/m.jsonl", "{}\n");
      let isLooking = true;
      const locking = (async () => {
        while (isLooking) {
          await mkdir(folder.file(lock));
          await rmdir(folder.file(lock));
        }
      })();
      try {
        for (let time = 0; time < 300; time++) expect(await names(folder.path)).toEqual(["mmlu/m", "mt_bench"]);
      } finally {
        isLooking = false;
        await locking;
      }
    },
  );

  it("takes a link that stays inside", async () => {
    await using folder = await tempFolder();
    await folder.write("a/model_answer/m.jsonl", "{}\n");
    await symlink("m.jsonl", folder.file("a/model_answer/n.jsonl"));
    expect(await findResultFolders(folder.path)).toMatchObject({ found: [{ name: "a" }], refused: [] });
  });

  it("says what is wrong with a folder that is none", async () => {
    await using folder = await tempFolder();
    await expect(findResultFolders(folder.file("nothing"))).rejects.toEqual(
      evalError("input", "no such file or folder"),
    );
    await expect(findResultFolders(await folder.write("file", ""))).rejects.toEqual(
      evalError("input", "is a file, not a folder"),
    );
  });
});
