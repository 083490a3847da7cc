import { branchBench } from "../../domain/mt-bench/branch-bench.js";
import { outputTree } from "../../io/output-tree.js";
import { dryRunAnswers } from "../../pipeline/dry-run.js";
import type { GenAnswersInput } from "../../pipeline/gen-answers.js";
import { genAnswers } from "../../pipeline/gen-answers.js";
import { findQuestions } from "../../pipeline/inputs.js";
import type { QuestionFile } from "../../io/question-file.js";
import { hasCategoryTemperature } from "../../domain/mt-bench/mt-bench.js";
import { shownName } from "../../domain/printable.js";
import { dryRunText } from "../../render/dry-run-text.js";
import { answersText } from "../../render/summary-text.js";
import type { AnsweringOptions, GenAnswersOptions } from "../commands/gen-answers.js";
import type { Host } from "../host.js";
import type { OutputOptions, RequestOptions, SelectionOptions } from "../options.js";
import { progressDisplay } from "../progress.js";
import { dataDir, gate, interruptible, printResult, selection } from "../run-context.js";
import { candidateServer, textOrFile, withModel } from "../server-model.js";

export async function genAnswersAction(options: GenAnswersOptions, host: Host): Promise<number> {
  const questions = await findQuestions({
    ...options,
    dataDir: dataDir(options, host),
    note: (text) => host.stderr.write(text),
  });
  const input = await answersInput(options, questions, host);
  if (options.dryRun === true) {
    const plan = await dryRunAnswers(input);
    printResult(host, options, { value: plan, text: dryRunText(plan) });
    return 0;
  }
  return interruptible(host, (signal) =>
    withModel(candidateServer(options), { requests: options, host, signal }, async ({ client, server }) => {
      const display = progressDisplay(host.stderr);
      const summary = await genAnswers(input, {
        model: client.chat,
        server,
        progress: display.listener,
        signal,
      }).finally(() => display.stop());
      printResult(host, options, { value: summary, text: answersText(summary) });
      return gate(summary, options.maxErrorRate, host);
    }),
  );
}

/** Checked input of the stage; says what the user may not expect of the question set. */
export async function answersInput(
  options: OutputOptions & SelectionOptions & AnsweringOptions & Pick<RequestOptions, "fresh">,
  questions: QuestionFile,
  host: Host,
): Promise<GenAnswersInput> {
  const unknown = new Set(questions.keys.categories.filter((category) => !hasCategoryTemperature(category)));
  const isBranch = options.bench === branchBench;
  if (unknown.size > 0 && options.temperature === undefined && !isBranch)
    host.stderr.write(
      `note: MT-Bench names no temperature for ${[...unknown].map(shownName).join(", ")}; the default of 0.7 is used there\n`,
    );
  // upstream samples branch answers at 0.7, once; two runs then differ by more than most branches change
  const temperature = options.temperature ?? (isBranch ? 0 : undefined);
  const { maxTokens, numChoices, seed, fresh } = options;
  const output = outputTree(options.outputDir, options.bench, options.branch);
  // a name that cannot name a file is refused before anybody is asked
  output.answers(options.model);
  return {
    bench: options.bench,
    output,
    questions,
    selection: selection(options, host),
    model: options.model,
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(numChoices !== undefined && { numChoices }),
    ...(seed !== undefined && { seed }),
    ...(options.systemPrompt !== undefined && { systemPrompt: await textOrFile(options.systemPrompt) }),
    ...(fresh === true && { fresh }),
  };
}
