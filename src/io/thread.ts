import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EvalErrorCode } from "../domain/eval-error.js";
import { EvalError } from "../domain/eval-error.js";
import { packageRoot } from "./package-info.js";

/** A task as a thread gets it. */
export interface ThreadTask {
  /** URL of a module */
  readonly module: string;
  /** of the function that it exports */
  readonly name: string;
  readonly args: unknown;
}

/** What came of it. An `EvalError` is sent as data, as errors lose their class on the way. */
export type ThreadReply<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | {
      readonly kind: "failed";
      readonly code: EvalErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
    };

/** Does work beside the main thread. */
export interface Thread<Args, Result> {
  /** Arguments and result are copied. Rejects as the function does, and where the thread is closed before it is done. */
  run(args: Args): Promise<Result>;
  /** Ends the thread, whatever it does. */
  close(): Promise<void>;
}

/** What of a pool is used. Its messages have no types of their own: what the function of the thread takes and gives is said where it is opened. */
interface Pool<Result> {
  run(task: ThreadTask): Promise<ThreadReply<Result>>;
  destroy(): Promise<void>;
}

/** While one task waits for the disk the next is worked on. More wait for their turn on the main thread, where nothing is copied yet. */
export const tasksAtATime = 2;
/** In MB. What a task leaves behind is short-lived; the default lets many times as much lie. */
const youngGeneration = 4;

/**
 * A thread for one function. It starts with the first task, and runs the built program, since a thread knows no TypeScript.
 *
 * @param module that exports the function under its own name, below `dist`
 */
export function openThread<Args, Result>(
  module: string,
  { name }: (args: Args) => Promise<Result>,
): Thread<Args, Result> {
  let pool: Promise<Pool<Result>> | undefined;
  let isClosed = false;
  return {
    run: async (args) => {
      if (isClosed) throw new Error("the thread is closed");
      pool ??= startPool();
      const task: ThreadTask = { module: builtUrl(module), name, args };
      const reply = await (await pool).run(task);
      if (reply.kind === "done") return reply.result;
      const { code, message, hint } = reply;
      throw new EvalError(code, message, hint === undefined ? {} : { hint });
    },
    close: async () => {
      isClosed = true;
      // where it could not be started, or failed, whoever had work for it heard of it
      await pool?.then((started) => started.destroy()).catch(() => undefined);
    },
  };
}

async function startPool<Result>(): Promise<Pool<Result>> {
  // loaded only where there is work for a thread
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({
    filename: builtUrl("io/thread-entry.js"),
    name: "runTask",
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: tasksAtATime,
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  });
  // of a thread that fails its tasks tell; one that fails without any would otherwise end the process
  pool.on("error", () => undefined);
  return pool;
}

function builtUrl(module: string): string {
  return pathToFileURL(join(packageRoot, "dist", module)).href;
}
