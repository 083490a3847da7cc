import { defaultCacheDir, defaultDataDir } from "../io/data-sets.js";
import type { Host } from "./host.js";
import type { OutputOptions, SelectionOptions } from "./options.js";
import type { QuestionSelection } from "../domain/question-selection.js";
import { EvalError } from "../domain/eval-error.js";

/** Runs work that Ctrl-C ends gently: the first one saves what is in flight, the second stops at once (see bin.ts). */
export async function interruptible<Result>(
  host: Host,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const release = host.onInterrupt(() => {
    if (!controller.signal.aborted)
      host.stderr.write("\nfinishing what is in flight and saving it; press Ctrl-C again to stop at once\n");
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

export function dataDir(options: Pick<OutputOptions, "dataDir">, host: Host): string {
  return options.dataDir ?? host.env["BRANCHBENCH_DATA_DIR"] ?? defaultDataDir();
}

export function cacheDir(options: { readonly cacheDir?: string }, host: Host): string {
  return options.cacheDir ?? host.env["BRANCHBENCH_CACHE_DIR"] ?? defaultCacheDir();
}

/** `--first-n`, or the variable that instructlab/eval reads. */
export function selection(options: SelectionOptions, host: Host): QuestionSelection {
  const { questionIds, sample, sampleSeed } = options;
  const firstN = options.firstN ?? firstNFromEnvironment(host.env["INSTRUCTLAB_EVAL_FIRST_N_QUESTIONS"]);
  return {
    ...(questionIds !== undefined && { questionIds }),
    ...(sample !== undefined && { sample }),
    ...(sampleSeed !== undefined && { sampleSeed }),
    ...(firstN !== undefined && { firstN }),
  };
}

function firstNFromEnvironment(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new EvalError("input", "INSTRUCTLAB_EVAL_FIRST_N_QUESTIONS is not a whole number of at least 1", {
      hint: "unset it to ask all questions",
    });
  return Number(value);
}

export function printResult(
  host: Host,
  options: { readonly json?: true },
  result: { readonly value: unknown; readonly text: string },
): void {
  host.stdout.write(options.json === true ? `${JSON.stringify(result.value, null, 2)}\n` : result.text);
}

/** Exit code of a stage that finished. */
export function gate(errorRate: number, maxErrorRate: number, host: Host): number {
  if (errorRate <= maxErrorRate) return 0;
  host.stderr.write(
    `error rate ${(errorRate * 100).toFixed(1)} % is above --max-error-rate ${maxErrorRate * 100} %; run the same command again to ask what failed\n`,
  );
  return 3;
}
