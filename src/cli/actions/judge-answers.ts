import { outputTree } from "../../io/output-tree.js";
import type { QuestionFile } from "../../io/question-file.js";
import { dryRunJudgments } from "../../pipeline/dry-run.js";
import { findQuestions } from "../../pipeline/inputs.js";
import { findJudgingRules } from "../../pipeline/judging-rules.js";
import type { JudgeAnswersInput } from "../../pipeline/judging-input.js";
import { judgeAnswers } from "../../pipeline/judge-answers.js";
import { checkJudging, requireAnswers } from "../../pipeline/judging-input.js";
import { dryRunText } from "../../render/dry-run-text.js";
import { judgmentsText } from "../../render/summary-text.js";
import type { JudgeAnswersOptions, JudgingOptions } from "../commands/judge-answers.js";
import type { Host } from "../host.js";
import type { OutputOptions, RequestOptions, SelectionOptions } from "../options.js";
import { progressDisplay } from "../progress.js";
import { dataDir, gate, interruptible, printResult, selection } from "../run-context.js";
import { judgeServer, withModel } from "../server-model.js";

export async function judgeAnswersAction(options: JudgeAnswersOptions, host: Host): Promise<number> {
  const questions = await findQuestions({
    ...options,
    dataDir: dataDir(options, host),
    note: (text) => host.stderr.write(text),
  });
  const input = await judgmentsInput(options, questions, host);
  if (options.dryRun === true) {
    const plan = await dryRunJudgments(input);
    printResult(host, options, { value: plan, text: dryRunText(plan) });
    return 0;
  }
  await checkJudging(input);
  await requireAnswers(input);
  return interruptible(host, (signal) =>
    withModel(judgeServer(options), { requests: options, host, signal }, async ({ client, server }) => {
      const display = progressDisplay(host.stderr);
      const summary = await judgeAnswers(input, {
        judge: client.chat,
        server,
        progress: display.listener,
        signal,
      }).finally(() => display.stop());
      printResult(host, options, { value: summary, text: judgmentsText(summary) });
      return gate(summary, options.maxErrorRate, host);
    }),
  );
}

/** Checked input of the stage; says which prompts and references are used. */
export async function judgmentsInput(
  options: OutputOptions &
    SelectionOptions &
    JudgingOptions &
    Pick<RequestOptions, "fresh"> & { readonly model: string; readonly answers?: string },
  questions: QuestionFile,
  host: Host,
): Promise<JudgeAnswersInput> {
  const rules = await findJudgingRules({ ...options, dataDir: dataDir(options, host) }, questions);
  host.stderr.write(`judge prompts: ${rules.prompts.source}; references: ${rules.references?.source ?? "none"}\n`);
  const output = outputTree(options.outputDir, options.bench, options.branch);
  // a name that cannot name a file is refused before anybody is asked
  output.judgments(options.judgeModel);
  return {
    bench: options.bench,
    output,
    questions,
    selection: selection(options, host),
    model: options.model,
    judge: options.judgeModel,
    rules: { ...rules, ...(options.judgeRepeats !== undefined && { repeats: options.judgeRepeats }) },
    parser: options.parser,
    ...(options.answers !== undefined && { answersFile: options.answers }),
    ...(options.mergeSystemUserMessage === true && { mergeSystemUserMessage: true }),
    ...(options.allowSelfJudging === true && { allowSelfJudging: true }),
    ...(options.fresh === true && { fresh: true }),
  };
}
