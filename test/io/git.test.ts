import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { env } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGitRepository } from "../../src/io/git.js";
import { openTaxonomy, openTaxonomyRepository } from "../../src/io/taxonomy.js";
import { evalError } from "../support/eval-error.js";
import type { TestRepository } from "../support/git.js";
import { qnaText, runGit, testRepository } from "../support/git.js";
import { tempFolder } from "../support/temp-folder.js";

const skill = "compositional_skills/a/qna.yaml";
const one = qnaText([{ question: "One?", answer: "1" }]);
const two = qnaText([{ question: "Two?", answer: "2" }]);

let repository: TestRepository;
let [first, second] = ["", ""];

beforeAll(async () => {
  repository = await testRepository();
  first = await repository.commit({ [skill]: one, "sub/compositional_skills/b/qna.yaml": one });
  repository.git("checkout", "--quiet", "-b", "feature/rc");
  second = await repository.commit({ [skill]: two });
  repository.git("tag", "v1", first);
  repository.git("tag", "--annotate", "--message", "t", "v2", second);
  repository.git("update-ref", "refs/pull/7/head", second);
  repository.git("update-ref", "refs/remotes/origin/there", second);
  repository.git("checkout", "--quiet", "main");
});
afterAll(() => repository[Symbol.asyncDispose]());

async function found(ref: string, folder = repository.path): Promise<string> {
  return (await (await openTaxonomyRepository(folder)).resolve(ref)).id;
}

async function state(folder: string): Promise<unknown> {
  const bytes = async (name: string): Promise<string> =>
    createHash("sha256")
      .update(await readFile(join(folder, ".git", name)))
      .digest("hex");
  return {
    index: await bytes("index"),
    head: await bytes("HEAD"),
    config: await bytes("config"),
    refs: runGit(folder, ["for-each-ref"]),
    stash: runGit(folder, ["stash", "list"]),
    status: runGit(folder, ["--no-optional-locks", "status", "--porcelain"]),
  };
}

describe("a ref", () => {
  it.each([
    ["a branch", "main", () => first],
    ["a branch with a slash", "feature/rc", () => second],
    ["a tag", "v1", () => first],
    ["an annotated tag", "v2", () => second],
    ["a remote branch", "origin/there", () => second],
    ["a branch that only a remote has", "there", () => second],
    ["a pull request", "refs/pull/7/head", () => second],
    ["a pull request, short", "pull/7/head", () => second],
    ["HEAD", "HEAD", () => first],
    ["an ancestor", "feature/rc~1", () => first],
  ])("%s is found", async (_, ref, id) => {
    expect(await found(ref)).toBe(id());
  });

  it("an id is found, whole and short", async () => {
    expect(await found(second)).toBe(second);
    expect(await found(second.slice(0, 8))).toBe(second);
  });

  it.each([
    "-f",
    "--",
    "--upload-pack=x",
    "compositional_skills",
    skill,
    `main:${skill}`,
    "main..feature/rc",
    "^main",
    "nope",
    "main\n",
    "main\0",
    " ",
    "main^{tree}",
  ])("%j is neither an option nor a path: it is unknown", async (ref) => {
    await expect(found(ref)).rejects.toEqual(evalError("input", "knows no branch, tag or commit"));
  });

  it("that is mistyped is refused with the nearest names", async () => {
    await expect(found("feature/rd")).rejects.toEqual(
      evalError("input", '"feature/rd"', "the nearest are: feature/rc"),
    );
    await expect(found("mian")).rejects.toEqual(evalError("input", '"mian"', "main"));
  });

  it("a branch wins over a tag of the same name, as in git checkout", async () => {
    await using other = await testRepository();
    const old = await other.commit({ [skill]: one });
    const recent = await other.commit({ [skill]: two });
    other.git("branch", "same", recent);
    other.git("tag", "same", old);
    expect(await found("same", other.path)).toBe(recent);
  });
});

describe("a taxonomy at a commit", () => {
  it.each(["bare", "shallow"])("is read from a %s clone", async (kind) => {
    await using folder = await tempFolder();
    const options = kind === "bare" ? ["--bare"] : ["--depth=1", "--branch=main"];
    runGit(folder.path, ["clone", "--quiet", ...options, `file://${repository.path}`, folder.file("clone")]);
    const taxonomy = await openTaxonomy(folder.file("clone"), "main");
    expect(taxonomy.files.map(({ path }) => path)).toEqual([skill, "sub/compositional_skills/b/qna.yaml"]);
  });

  it("is read from a folder in a repository, with a detached HEAD", async () => {
    await using other = await testRepository();
    await other.commit({ "deep/tax/compositional_skills/b/qna.yaml": one, "compositional_skills/a/qna.yaml": one });
    other.git("checkout", "--quiet", "--detach");
    const taxonomy = await openTaxonomy(other.file("deep/tax"), "HEAD");
    expect(taxonomy).toMatchObject({ prefix: "deep/tax/", files: [{ path: "compositional_skills/b/qna.yaml" }] });
  });

  it("which has no such folder is refused", async () => {
    await using other = await testRepository();
    await other.commit({ [skill]: one });
    await other.write("new/x", "");
    await expect(openTaxonomy(other.file("new"), "main")).rejects.toEqual(
      evalError("input", "there is no folder new in main"),
    );
  });

  it("is read whatever the environment says", async () => {
    await using other = await testRepository();
    await other.commit({});
    const variables = {
      GIT_DIR: other.file(".git"),
      GIT_WORK_TREE: other.path,
      GIT_INDEX_FILE: "/nonexistent",
      GIT_OBJECT_DIRECTORY: "/nonexistent",
    };
    Object.assign(env, variables);
    try {
      expect((await openTaxonomy(repository.path, "feature/rc")).commit?.id).toBe(second);
    } finally {
      for (const name of Object.keys(variables)) delete env[name];
    }
  });

  it("leaves a dirty repository as it is, to the byte", async () => {
    await using other = await testRepository();
    await other.commit({ [skill]: one });
    other.git("branch", "rc");
    await other.write(skill, two);
    other.git("stash");
    await other.write(skill, `${two}# staged\n`);
    other.git("add", "--all");
    await other.write(skill, "# dirty\n");
    await other.write("untracked", "");
    const before = await state(other.path);
    const taxonomy = await openTaxonomy(other.path, "rc");
    const questions = [];
    for await (const { document } of taxonomy.documents()) questions.push(document.root?.kind);
    expect(questions).toEqual(["mapping"]);
    expect(await state(other.path)).toEqual(before);
    expect(await readFile(other.file(skill), "utf8")).toBe("# dirty\n");
  });
});

describe("a folder", () => {
  it("that is no repository has no branches, but is read as it is", async () => {
    await using folder = await tempFolder();
    await folder.write(skill, one);
    expect(await openGitRepository(folder.path)).toBeUndefined();
    await expect(openTaxonomy(folder.path, "main")).rejects.toEqual(evalError("input", "is no git repository"));
    expect((await openTaxonomy(folder.path, undefined)).files).toHaveLength(1);
  });

  it("that is not there, or is a file, is refused", async () => {
    await using folder = await tempFolder();
    await expect(openTaxonomy(folder.file("nope"), "main")).rejects.toEqual(
      evalError("input", "no such file or folder"),
    );
    await expect(openTaxonomy(await folder.write("file", ""), "main")).rejects.toEqual(
      evalError("input", "is no folder"),
    );
  });

  it("is read at a commit exactly as from the disk", async () => {
    const paths = async (branch: string | undefined): Promise<unknown> => {
      const taxonomy = await openTaxonomy(repository.path, branch);
      const read = [];
      for await (const { document, blob } of taxonomy.documents()) read.push({ path: document.path, blob });
      return { read, files: taxonomy.files };
    };
    expect(await paths(undefined)).toEqual(await paths("main"));
  });
});
