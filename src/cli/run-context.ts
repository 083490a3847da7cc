import { defaultCacheDir, defaultDataDir } from "../io/data-sets.js";
import type { Host } from "./host.js";
import type { OutputOptions, SelectionOptions } from "./options.js";
import type { QuestionSelection } from "../domain/mt-bench/question-selection.js";
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
  return options.dataDir ?? defaultDataDir(host.env);
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

/** What a stage that finished came to. */
export interface FinishedStage {
  /** share without a score or an answer */
  readonly errorRate: number;
  /** by reason; left out where the caller does not know them */
  readonly failed?: Readonly<Record<string, number>>;
  /** turns that could not be judged for want of an answer */
  readonly unanswered?: number;
}

/** Failures that may not happen again; all others would end alike. */
const passingReasons: ReadonlySet<string> = new Set([
  "connection",
  "timeout",
  "rate-limited",
  "server-error",
  "bad-reply",
  "interrupted",
]);

/** Exit code of a stage that finished. */
export function gate(stage: FinishedStage, maxErrorRate: number, host: Host): number {
  const { errorRate } = stage;
  if (errorRate <= maxErrorRate) return 0;
  const [rate, allowed] = [errorRate, maxErrorRate].map((share) => `${Number((share * 100).toFixed(1))} %`);
  host.stderr.write(`error rate ${rate} is above --max-error-rate ${allowed}${wayOut(stage)}\n`);
  return 3;
}

function wayOut({ failed, unanswered = 0 }: FinishedStage): string {
  const reasons = failed && Object.keys(failed);
  if (reasons === undefined || reasons.some((reason) => passingReasons.has(reason)))
    return "; run the same command again to ask what failed";
  if (reasons.length === 0 && unanswered > 0) return "; gen-answers asks for the answers that are missing";
  return reasons.length === 0
    ? "; replies without a rating are kept and not asked again, --fresh asks for all of them anew"
    : "; what failed would fail again as it is asked now";
}
