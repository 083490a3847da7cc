import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startCli } from "../support/cli.js";
import type { TestRepository } from "../support/git.js";
import { qnaText, testRepository } from "../support/git.js";
import { tempFolder } from "../support/temp-folder.js";

const kills = 8;

/** A clone as somebody works in it: two branches, something staged, something changed, something stashed, something new. */
async function repositoryInUse(): Promise<TestRepository> {
  const repository = await testRepository();
  const files = Array.from({ length: 400 }, (_, index) => {
    const examples = Array.from({ length: 5 }, (_, place) => ({
      question: `q ${index} ${place}?`,
      answer: `a ${place}`,
    }));
    return [`compositional_skills/s${index}/qna.yaml`, qnaText(examples)] as const;
  });
  await repository.commit(Object.fromEntries(files.slice(0, 200)));
  repository.git("switch", "--quiet", "--create", "rc");
  await repository.commit(Object.fromEntries(files));
  repository.git("switch", "--quiet", "main");
  await repository.write("compositional_skills/s0/qna.yaml", "stashed: true\n");
  repository.git("stash");
  await repository.write("compositional_skills/s1/qna.yaml", "staged: true\n");
  repository.git("add", "--all");
  await repository.write("compositional_skills/s2/qna.yaml", "changed: true\n");
  await repository.write("new.txt", "untracked");
  return repository;
}

/** Every byte of the folder, git's own files included. */
async function digest(folder: TestRepository): Promise<string> {
  const hash = createHash("sha256");
  for (const path of await folder.list()) hash.update(`${path}\0`).update(await readFile(folder.file(path)));
  return hash.digest("hex");
}

it("a SIGKILL at any moment leaves the user's repository as it was, to the byte", async () => {
  await using repository = await repositoryInUse();
  await using out = await tempFolder();
  const before = await digest(repository);
  const args = ["gen-questions", "--taxonomy-path", repository.path, "--branch", "rc", "--output-dir", out.path];
  const start = performance.now();
  expect((await startCli(args).done).code).toBe(0);
  const calmMs = performance.now() - start;
  const complete = await out.read("mt_bench_branch/rc/question.jsonl");
  expect(complete.trimEnd().split("\n")).toHaveLength(2_000);
  // a run that ended before its kill is no kill: the next one comes earlier, so that how busy the machine is decides nothing
  let [killed, share] = [0, 1];
  while (killed < kills) {
    const run = startCli([...args, "--judge-model", `j${killed}`]);
    // spread over the run, the start of the process left out; where in it a kill falls differs from run to run anyway
    await Promise.race([sleep(calmMs * share * (0.2 + (0.75 * killed) / kills)), run.done]);
    run.process.kill("SIGKILL");
    if ((await run.done).code === null) killed++;
    else share *= 0.8;
    expect(await digest(repository)).toBe(before);
    expect(await out.read("mt_bench_branch/rc/question.jsonl")).toBe(complete);
  }
  expect((await startCli([...args, "--judge-model", "j"]).done).code).toBe(0);
  expect(await digest(repository)).toBe(before);
}, 120_000);
