import type { Answer } from "../domain/mt-bench/answer.js";
import type { Report } from "../domain/report/report.js";
import { channel } from "./channel.js";
import type { GenAnswersInput, GenAnswersPorts, GenAnswersSummary } from "./gen-answers.js";
import { genAnswers } from "./gen-answers.js";
import type { JudgeAnswersPorts, JudgeAnswersSummary } from "./judge-answers.js";
import type { JudgeAnswersInput } from "./judging-input.js";
import { judgeAnswers } from "./judge-answers.js";
import { checkJudging } from "./judging-input.js";
import { makeReport } from "./report.js";
import { together } from "./together.js";

export interface RunInput {
  readonly answers: GenAnswersInput;
  readonly judgments: JudgeAnswersInput;
}

export interface RunPorts {
  readonly answers: Omit<GenAnswersPorts, "onAnswer" | "signal">;
  readonly judgments: Omit<JudgeAnswersPorts, "answers" | "signal">;
  readonly signal?: AbortSignal;
}

export interface OverlappedSummary {
  readonly answers: GenAnswersSummary;
  readonly judgments: JudgeAnswersSummary;
}

export interface RunSummary extends OverlappedSummary {
  readonly report: Report;
}

/** Answers waiting for the judge; beyond that the candidate is held back. */
const waitingAnswers = 1_000;

/** Both stages overlapped: an answer is judged as soon as it exists. When one stage has to stop, so does the other. */
export async function runOverlapped(input: RunInput, ports: RunPorts): Promise<OverlappedSummary> {
  await checkJudging(input.judgments);
  const queue = channel<Answer>(waitingAnswers);
  const generate = (signal: AbortSignal): Promise<GenAnswersSummary> =>
    genAnswers(input.answers, { ...ports.answers, signal, onAnswer: (answer) => queue.push(answer) }).finally(() =>
      queue.close(),
    );
  const judge = (signal: AbortSignal): Promise<JudgeAnswersSummary> =>
    judgeAnswers(input.judgments, {
      ...ports.judgments,
      signal,
      answers: queue.items(),
      onFailure: () => queue.close(),
    }).finally(() => queue.close());
  const [answers, judgments] = await together([generate, judge], ports.signal);
  return { answers, judgments };
}

/** Both stages overlapped, then the report. */
export async function run(input: RunInput, ports: RunPorts): Promise<RunSummary> {
  const summary = await runOverlapped(input, ports);
  const report = await makeReport({
    bench: input.answers.bench,
    output: input.answers.output,
    questions: input.answers.questions,
    models: [input.answers.model],
    judge: input.judgments.judge,
  });
  return { ...summary, report };
}
