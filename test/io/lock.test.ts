import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { execPath, pid } from "node:process";
import { describe, expect, it } from "vitest";
import { withLock } from "../../src/io/lock.js";
import { startChild } from "../support/child.js";
import { evalError } from "../support/eval-error.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const lockHolder = new URL("../support/lock-holder.ts", import.meta.url);
const lockRacer = new URL("../support/lock-racer.ts", import.meta.url);
const locked = (path: string): unknown =>
  evalError("locked", `another branchbench process is working on ${path}`, "another --output-dir");

/** The id of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(execPath, ["--eval", ""], { stdio: "ignore" });
  await once(child, "close");
  return child.pid ?? -1;
}

/** What a process leaves behind that took the lock and went away without a word. */
async function abandonLock(folder: TempFolder, owner: string | undefined): Promise<string> {
  await mkdir(folder.file("file.jsonl.lock"));
  if (owner !== undefined) await folder.write("file.jsonl.lock-owner.json", owner);
  return folder.file("file.jsonl");
}

describe("withLock", () => {
  it("gives back what the work gives, and leaves nothing behind", async () => {
    await using folder = await tempFolder();
    const path = folder.file("new/file.jsonl");
    expect(await withLock(path, (lost) => Promise.resolve(lost.aborted))).toBe(false);
    expect(await withLock(path, () => Promise.resolve("again"))).toBe("again");
    expect(await folder.list()).toEqual([]);
  });

  it("lets go where the work fails", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    await expect(withLock(path, () => Promise.reject(new Error("work")))).rejects.toThrow("work");
    expect(await withLock(path, () => Promise.resolve("again"))).toBe("again");
  });

  it("refuses a second holder in the same process", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    await withLock(path, async () => {
      await expect(withLock(path, () => Promise.resolve())).rejects.toEqual(locked(path));
    });
  });

  it("holds for one file, not for its neighbours", async () => {
    await using folder = await tempFolder();
    const inner = await withLock(folder.file("a.jsonl"), () =>
      withLock(folder.file("b.jsonl"), () => Promise.resolve("both")),
    );
    expect(inner).toBe("both");
  });

  it("refuses while another process holds it, and is free when that one ends", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    await using child = startChild(lockHolder, { args: [path] });
    expect(await child.nextLine()).toBe("held");
    await expect(withLock(path, () => Promise.resolve())).rejects.toEqual(locked(path));
    await child.finish();
    expect(await withLock(path, () => Promise.resolve("free"))).toBe("free");
  });

  it("refuses another process while this one holds it", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    const said = await withLock(path, async () => {
      await using child = startChild(lockHolder, { args: [path] });
      return await child.nextLine();
    });
    expect(said).toBe(`locked: another branchbench process is working on ${path}`);
  });

  it("takes over at once from a process that was killed", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    await using child = startChild(lockHolder, { args: [path] });
    expect(await child.nextLine()).toBe("held");
    await child.kill();
    expect(await withLock(path, () => Promise.resolve("taken"))).toBe("taken");
    expect(await folder.list()).toEqual([]);
  });

  it("takes over a fresh lock of a dead process of this host", async () => {
    await using folder = await tempFolder();
    const path = await abandonLock(folder, JSON.stringify({ pid: await deadProcess(), host: hostname() }));
    expect(await withLock(path, () => Promise.resolve("taken"))).toBe("taken");
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ["a living process", () => Promise.resolve(JSON.stringify({ pid, host: hostname() }))],
    [
      "another host, where nobody can look",
      async () => JSON.stringify({ pid: await deadProcess(), host: "elsewhere" }),
    ],
    ["nobody who said so", () => Promise.resolve(undefined)],
    ["somebody who was cut off", () => Promise.resolve('{"pid":')],
    ["somebody without a number", () => Promise.resolve(JSON.stringify({ pid: 0, host: hostname() }))],
  ])("respects a fresh lock of %s", async (_, ownerOf) => {
    await using folder = await tempFolder();
    const path = await abandonLock(folder, await ownerOf());
    await expect(withLock(path, () => Promise.resolve())).rejects.toEqual(locked(path));
  });

  it("takes over a lock that nobody has renewed for half a minute", async () => {
    await using folder = await tempFolder();
    const path = await abandonLock(folder, undefined);
    const then = Date.now() / 1_000 - 31;
    await utimes(`${path}.lock`, then, then);
    expect(await withLock(path, () => Promise.resolve("taken"))).toBe("taken");
  });

  it("lets one of two processes take over a lock that they find abandoned at the same moment", async () => {
    await using folder = await tempFolder();
    await using one = startChild(lockRacer, { args: ["one"] });
    await using two = startChild(lockRacer, { args: ["two"] });
    const children = [one, two];
    await Promise.all(children.map((child) => child.nextLine()));
    const owner = JSON.stringify({ pid: await deadProcess(), host: hostname() });
    for (let round = 0; round < 40; round++) {
      const path = folder.file(`round-${round}.jsonl`);
      await mkdir(`${path}.lock`);
      if (round % 2 === 0) await utimes(`${path}.lock`, 1, 1);
      else await folder.write(`round-${round}.jsonl.lock-owner.json`, owner);
      const start = Date.now() + 20;
      for (const child of children) child.send(`${path} ${start}`);
      const said = await Promise.all(children.map((child) => child.nextLine()));
      expect(said).toContain("alone");
      expect(said.filter((what) => what !== "alone" && what !== "locked")).toEqual([]);
    }
  });

  it("says what is wrong where no lock can be made, and holds none", async () => {
    await using folder = await tempFolder();
    await folder.write("file", "");
    const path = folder.file("file/records.jsonl");
    await expect(withLock(path, () => Promise.resolve())).rejects.toMatchObject({
      name: "EvalError",
      message: expect.stringContaining(`cannot lock ${path}: `),
    });
  });

  it("lets go where it cannot say who holds it", async () => {
    await using folder = await tempFolder();
    const path = folder.file("file.jsonl");
    await mkdir(`${path}.lock-owner.json`);
    await expect(withLock(path, () => Promise.resolve())).rejects.toMatchObject({
      name: "EvalError",
      message: expect.stringContaining(`cannot lock ${path}: `),
    });
    await expect(withLock(path, () => Promise.resolve())).rejects.toThrow("cannot lock");
  });
});
