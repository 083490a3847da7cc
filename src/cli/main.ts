import { CommanderError } from "commander";
import type { EvalErrorCode } from "../domain/eval-error.js";
import { EvalError } from "../domain/eval-error.js";
import { packageVersion } from "../io/package-version.js";
import { errorText } from "./error-text.js";
import type { Host } from "./host.js";
import type { Actions } from "./program.js";
import { createProgram } from "./program.js";

const exitCodes: Readonly<Partial<Record<EvalErrorCode, number>>> = { usage: 2, interrupted: 130 };

/** Runs one command line and returns the exit code: 0 done, 1 the user can mend it, 2 wrong usage, 3 a gate failed, 130 interrupted. */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  let exitCode = 0;
  const program = createProgram(
    lazyActions(host, (code) => (exitCode = code)),
    { version: packageVersion(), out: (text) => host.stdout.write(text), err: (text) => host.stderr.write(text) },
  );
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    // commander has printed its own message
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof EvalError)) throw error;
    host.stderr.write(errorText(error));
    return exitCodes[error.code] ?? 1;
  }
}

/** What a command needs is loaded when it runs, so that `--help` does not wait for it. */
function lazyActions(host: Host, finish: (exitCode: number) => void): Actions {
  return {
    dataPull: async (dataSet, options) =>
      finish(await (await import("./actions/data-pull.js")).dataPullAction(dataSet, options, host)),
    genQuestions: async (options) =>
      finish(await (await import("./actions/gen-questions.js")).genQuestionsAction(options, host)),
    genAnswers: async (options) =>
      finish(await (await import("./actions/gen-answers.js")).genAnswersAction(options, host)),
    judgeAnswers: async (options) =>
      finish(await (await import("./actions/judge-answers.js")).judgeAnswersAction(options, host)),
    report: async (options) => finish(await (await import("./actions/report.js")).reportAction(options, host)),
    run: async (options) => finish(await (await import("./actions/run.js")).runAction(options, host)),
    view: async (folder, options) =>
      finish(await (await import("./actions/view.js")).viewAction(folder, options, host)),
    compare: async (options) => finish(await (await import("./actions/compare.js")).compareAction(options, host)),
    mmlu: async (options) => finish(await (await import("./actions/mmlu.js")).mmluAction(options, host)),
    mmluBranch: async (options) =>
      finish(await (await import("./actions/mmlu-branch.js")).mmluBranchAction(options, host)),
    cacheInfo: async (options) => finish(await (await import("./actions/cache.js")).cacheInfoAction(options, host)),
    cachePrune: async (options) => finish(await (await import("./actions/cache.js")).cachePruneAction(options, host)),
    taxonomyDiff: async (options) =>
      finish(await (await import("./actions/taxonomy-diff.js")).taxonomyDiffAction(options, host)),
    taxonomyLint: async (options) =>
      finish(await (await import("./actions/taxonomy-lint.js")).taxonomyLintAction(options, host)),
    demo: async (options) => finish(await (await import("./actions/demo.js")).demoAction(options, host)),
    serveEmbedded: async (options) =>
      finish(await (await import("./actions/serve-embedded.js")).serveEmbeddedAction(options, host)),
  };
}
