import type { PageSink } from "../../src/pipeline/page-records.js";

/** A sink that fails at the chunk of that number, counted as they come, and at no other. */
export function failingSink(failsAt: number): PageSink {
  let next = 0;
  return {
    chunk: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (next++ === failsAt) throw new Error("the disk is full");
    },
  };
}

/** The errors that a piece of work throws, and those that nobody caught meanwhile or soon after. */
export async function errorsOf(
  work: () => Promise<unknown>,
): Promise<{ readonly thrown: readonly string[]; readonly unhandled: readonly string[] }> {
  const unhandled: string[] = [];
  const note = (error: unknown): void => void unhandled.push(String(error));
  process.on("unhandledRejection", note);
  try {
    const thrown = await work().then(
      () => [],
      (error: unknown) => [String(error)],
    );
    // a rejection is called unhandled when the tasks of its turn are done
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { thrown, unhandled };
  } finally {
    process.off("unhandledRejection", note);
  }
}
