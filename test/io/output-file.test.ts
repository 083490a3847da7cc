import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { requireOutputFile } from "../../src/io/output-file.js";
import { evalError } from "../support/eval-error.js";
import { testRepository } from "../support/git.js";
import { tempFolder } from "../support/temp-folder.js";
import type { TempFolder } from "../support/temp-folder.js";

async function stage(): Promise<TempFolder> {
  const folder = await tempFolder();
  for (const name of [
    "given.txt",
    "report.md",
    "out/mmlu/m/results_2026.json",
    "out/mmlu/m/mmlu.html",
    "tasks/questions.csv",
    "results_mine.json",
    "outcomes.jsonl",
  ])
    await folder.write(name, "kept");
  await mkdir(folder.file("beside"));
  await symlink(folder.file("out"), folder.file("beside/link"));
  await symlink(folder.file("outcomes.jsonl"), folder.file("beside/report.md"));
  await symlink(folder.file("given.txt"), folder.file("beside/other.txt"));
  return folder;
}

function check(folder: TempFolder, output: string): Promise<void> {
  return requireOutputFile(output.startsWith("/") ? output : folder.file(output), {
    outputDir: folder.file("out"),
    inputs: [
      ["--judgments", folder.file("given.txt")],
      ["--model", "no file at all"],
    ],
    inputFolders: [["--tasks-dir", folder.file("tasks")]],
  });
}

describe("requireOutputFile", () => {
  it.each([
    ["a report of before", "report.md"],
    ["a new file", "new.csv"],
    ["a new file in new folders", "a/b/c.xlsx"],
    ["a page beside the records", "out/mmlu/m/mmlu.html"],
    ["a new file among the inputs", "tasks/report.csv"],
    ["a JSON report elsewhere", "results_mine.json"],
    ["a name that begins like a folder of inputs", "tasks-report.csv"],
  ])("lets a report go to %s", async (_, output) => {
    await using folder = await stage();
    await expect(check(folder, output)).resolves.toBeUndefined();
  });

  it.each([
    ["what an option names", "given.txt", "is what --judgments names"],
    ["a link to what an option names", "beside/other.txt", "is what --judgments names"],
    ["records", "outcomes.jsonl", "is named like records"],
    ["records that the run will make", "out/mmlu/other/outcomes.jsonl", "is named like records"],
    ["a link to records", "beside/report.md", "is named like records"],
    ["a manifest", "out/mmlu/m/outcomes.manifest.json", "is named like records"],
    ["a question set of YAML", "qna.YAML", "is named like records"],
    ["stored results", "out/mmlu/m/results_2026.json", "is named like the results"],
    ["stored results by way of a link", "beside/link/mmlu/m/results_2026.json", "is named like the results"],
    ["a stored comparison that is not there yet", "beside/link/new/comparison_b.json", "is named like the results"],
    ["a file among the inputs", "tasks/questions.csv", "is a file in the folder of --tasks-dir"],
    ["a folder", "out", "is a folder"],
    ["a folder that is not there", "new/", "is a folder"],
    ["a device", "/dev/null", "is no file"],
  ])("refuses %s", async (_, output, why) => {
    await using folder = await stage();
    await expect(check(folder, output)).rejects.toEqual(evalError("usage", why));
  });

  it("refuses a pipe, whatever it is called", async () => {
    await using folder = await tempFolder();
    execFileSync("mkfifo", [folder.file("pipe")]);
    const linked = folder.file("stdout");
    await symlink(folder.file("pipe"), linked);
    await expect(check(folder, linked)).rejects.toEqual(evalError("usage", "is no file"));
  });

  it("refuses a path through a file", async () => {
    await using folder = await stage();
    await expect(check(folder, "report.md/report.md")).rejects.toEqual(
      evalError("input", "a part of the path is a file"),
    );
  });

  it("keeps what git knows of a taxonomy, and replaces what lies about in it", async () => {
    await using repository = await testRepository();
    await repository.commit({ "README.md": "a", "knowledge/x/notes.md": "b" });
    await repository.write("knowledge/report.md", "c");
    const put = (name: string): Promise<void> =>
      requireOutputFile(repository.file(name), {
        outputDir: "out",
        inputs: [],
        inputFolders: [],
        taxonomy: repository.path,
      });
    for (const name of ["README.md", "knowledge/x/notes.md"])
      await expect(put(name)).rejects.toEqual(evalError("usage", "is a file of the taxonomy"));
    await expect(put("knowledge/report.md")).resolves.toBeUndefined();
  });
});
