import { dryRunAnswers, dryRunJudgments } from "../../pipeline/dry-run.js";
import { findQuestions } from "../../pipeline/inputs.js";
import { checkJudging } from "../../pipeline/judging-input.js";
import type { OverlappedSummary } from "../../pipeline/run.js";
import { run } from "../../pipeline/run.js";
import { dryRunText } from "../../render/dry-run-text.js";
import { reportText } from "../../render/report-text.js";
import { answersText, judgmentsText } from "../../render/summary-text.js";
import type { RunOptions } from "../commands/run.js";
import type { Host } from "../host.js";
import { progressDisplay } from "../progress.js";
import type { FinishedStage } from "../run-context.js";
import { dataDir, gate, interruptible, printResult } from "../run-context.js";
import { candidateServer, judgeServer, sharedLimiters, withModel } from "../server-model.js";
import { answersInput } from "./gen-answers.js";
import { judgmentsInput } from "./judge-answers.js";

export async function runAction(options: RunOptions, host: Host): Promise<number> {
  const questions = await findQuestions({
    ...options,
    dataDir: dataDir(options, host),
    note: (text) => host.stderr.write(text),
  });
  const input = {
    answers: await answersInput(options, questions, host),
    judgments: await judgmentsInput(options, questions, host),
  };
  if (options.dryRun === true) {
    const plans = [await dryRunAnswers(input.answers), await dryRunJudgments(input.judgments, input.answers)];
    printResult(host, options, { value: plans, text: plans.map(dryRunText).join("\n") });
    return 0;
  }
  await checkJudging(input.judgments);
  const [candidateChoice, judgeChoice] = [candidateServer(options), judgeServer(options)];
  const limiters = sharedLimiters(candidateChoice, judgeChoice);
  return interruptible(host, (signal) =>
    withModel(candidateChoice, { requests: options, host, signal, limiters }, (candidate) =>
      withModel(judgeChoice, { requests: options, host, signal, limiters }, async (judge) => {
        const display = progressDisplay(host.stderr);
        const summary = await run(input, {
          answers: { model: candidate.client.chat, server: candidate.server, progress: display.listener },
          judgments: { judge: judge.client.chat, server: judge.server, progress: display.listener },
          signal,
        }).finally(() => display.stop());
        const text = `${answersText(summary.answers)}${judgmentsText(summary.judgments)}\n${reportText(summary.report)}`;
        printResult(host, options, { value: summary, text });
        return gate(worst(summary), options.maxErrorRate, host);
      }),
    ),
  );
}

function worst({ answers, judgments }: OverlappedSummary): FinishedStage {
  return {
    errorRate: Math.max(answers.errorRate, judgments.errorRate),
    failed: { ...answers.failed, ...judgments.failed },
  };
}
