import { EvalError } from "../domain/eval-error.js";
import type { ThreadReply, ThreadTask } from "./thread.js";

/** What a thread of io/thread.ts runs: for each task a function of a module of the built program. */
export async function runTask({ module, name, args }: ThreadTask): Promise<ThreadReply<unknown>> {
  try {
    const exported: unknown = await import(module);
    const work: unknown = Reflect.get(Object(exported), name);
    if (typeof work !== "function") throw new Error(`${module} exports no function ${name}`);
    const result: unknown = await Reflect.apply(work, undefined, [args]);
    return { kind: "done", result };
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    const { code, message, hint } = error;
    return { kind: "failed", code, message, hint };
  }
}
