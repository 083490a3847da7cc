import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { z } from "zod";

/** A script of this folder in a process of its own, which talks through messages. `await using` ends it. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  /** The next message, checked; an error when the process ends without one. */
  message<Schema extends z.ZodType>(schema: Schema): Promise<z.infer<Schema>>;
}

/** @param file name of a script in this folder, or the path of a built one */
export function startChild(file: string, args: readonly string[] = []): Child {
  const isBuilt = file.endsWith(".mjs");
  // the loader that runs TypeScript is for sources only
  const child = isBuilt
    ? fork(file, args, { execArgv: [] })
    : fork(fileURLToPath(new URL(file, import.meta.url)), args);
  const exited = once(child, "exit");
  return {
    process: child,
    message: (schema) =>
      new Promise((resolve, reject) => {
        const onExit = (code: number | null, signal: string | null): void =>
          reject(new Error(`${file} ended without a message (${String(code ?? signal)})`));
        // not "exit", which may come before the last message
        child.once("close", onExit);
        child.once("message", (message) => {
          child.off("close", onExit);
          resolve(schema.parse(message));
        });
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}
