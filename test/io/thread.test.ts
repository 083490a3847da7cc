import { execFile } from "node:child_process";
import { relative } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { EvalError } from "../../src/domain/eval-error.js";
import type { Thread } from "../../src/io/thread.js";
import { openThread } from "../../src/io/thread.js";
import { tempFolder } from "../support/temp-folder.js";

const built = new URL("../../dist/", import.meta.url);

interface Order {
  readonly wanted: "sum" | "known" | "known-without-hint" | "bug" | "nothing-ever";
  readonly numbers?: readonly number[];
}

/** Stands for the function of the same name in the module below: a thread takes the name from it. */
async function work(_order: Order): Promise<number> {
  return Promise.reject(new Error("this one is never called"));
}

const moduleText = `
import { EvalError } from ${JSON.stringify(new URL("domain/eval-error.js", built).href)};
export async function work({ wanted, numbers }) {
  if (wanted === "known") throw new EvalError("disk", "the disk is full", { hint: "free some space" });
  if (wanted === "known-without-hint") throw new EvalError("input", "not there");
  if (wanted === "bug") throw new TypeError("a bug");
  if (wanted === "nothing-ever") await new Promise(() => {});
  return numbers.reduce((sum, number) => sum + number, 0);
}
`;

async function withThread(use: (thread: Thread<Order, number>) => Promise<void>, source = moduleText): Promise<void> {
  await using folder = await tempFolder();
  const path = await folder.write("work.mjs", source);
  const thread = openThread(relative(fileURLToPath(built), path), work);
  try {
    await use(thread);
  } finally {
    await thread.close();
  }
}

/** Threads that run, of those begun since. */
function watchThreads(): { readonly begun: number; readonly running: number } & Disposable {
  const watched = { begun: 0, running: 0 };
  const onWorker = (worker: Worker): void => {
    watched.begun++;
    watched.running++;
    worker.once("exit", () => watched.running--);
  };
  process.on("worker", onWorker);
  return Object.assign(watched, { [Symbol.dispose]: () => process.off("worker", onWorker) });
}

describe("openThread", () => {
  it("gives what the function of the built module gives, also of several tasks at a time", () =>
    withThread(async (thread) => {
      const sums = [1, 2, 3, 4, 5].map((number) => thread.run({ wanted: "sum", numbers: [number, 10] }));
      expect(await Promise.all(sums)).toEqual([11, 12, 13, 14, 15]);
    }));

  it.each([
    ["known", { code: "disk", message: "the disk is full", hint: "free some space" }],
    ["known-without-hint", { code: "input", message: "not there", hint: undefined }],
  ] as const)("rejects with what the user can mend as such: %s", (wanted, fields) =>
    withThread(async (thread) => {
      const error: unknown = await thread.run({ wanted }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EvalError);
      expect(error).toMatchObject(fields);
      expect(await thread.run({ wanted: "sum", numbers: [1] })).toBe(1);
    }),
  );

  it("rejects with any other error as it is", () =>
    withThread(async (thread) => {
      const error: unknown = await thread.run({ wanted: "bug" }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "TypeError", message: "a bug" });
      expect(error).not.toBeInstanceOf(EvalError);
    }));

  it("rejects where the module has no such function", () =>
    withThread(async (thread) => {
      await expect(thread.run({ wanted: "sum" })).rejects.toThrow("exports no function work");
    }, "export const other = 1;"));

  it("rejects what is under way or waits when it is closed, and ends at once", () =>
    withThread(async (thread) => {
      using threads = watchThreads();
      const runs = Array.from({ length: 4 }, () => thread.run({ wanted: "nothing-ever" }));
      const ends = Promise.allSettled(runs);
      await expect.poll(() => threads.running).toBe(1);
      await thread.close();
      expect((await ends).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => "rejected"));
      expect(threads.running).toBe(0);
    }));

  it("begins with the first task, one thread for all", () =>
    withThread(async (thread) => {
      using threads = watchThreads();
      await Promise.all([1, 2, 3].map((number) => thread.run({ wanted: "sum", numbers: [number] })));
      expect(threads.begun).toBe(1);
    }));

  it("starts nothing without a task, and nothing once it is closed", () =>
    withThread(async (thread) => {
      using threads = watchThreads();
      await thread.close();
      await expect(thread.run({ wanted: "sum", numbers: [1] })).rejects.toThrow("the thread is closed");
      expect(threads.begun).toBe(0);
    }));

  it("where no thread can start, rejects the tasks and goes on", async () => {
    await using folder = await tempFolder();
    const boot = await folder.write(
      "boot.mjs",
      'import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("no threads here");',
    );
    const script = await folder.write(
      "script.mjs",
      `import { openThread } from ${JSON.stringify(new URL("io/thread.js", built).href)};
      const thread = openThread("pipeline/task-samples.js", async function stageSamples() {});
      const ends = await Promise.allSettled([thread.run({}), thread.run({})]);
      // as long as the pool tries on
      await new Promise((resolve) => setTimeout(resolve, 500));
      await thread.close();
      console.log(ends.map(({ status, reason }) => status + ": " + reason?.message).join());`,
    );
    const { stdout } = await promisify(execFile)(execPath, ["--import", pathToFileURL(boot).href, script]);
    expect(stdout).toBe("rejected: no threads here,rejected: no threads here\n");
  });
});
