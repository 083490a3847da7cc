import type { Answer } from "../domain/answer.js";
import type { Report } from "../domain/report.js";
import { channel } from "./channel.js";
import type { GenAnswersInput, GenAnswersPorts, GenAnswersSummary } from "./gen-answers.js";
import { genAnswers } from "./gen-answers.js";
import type { JudgeAnswersInput, JudgeAnswersPorts, JudgeAnswersSummary } from "./judge-answers.js";
import { judgeAnswers } from "./judge-answers.js";
import { makeReport } from "./report.js";

export interface RunInput {
  readonly answers: GenAnswersInput;
  readonly judgments: JudgeAnswersInput;
}

export interface RunPorts {
  readonly answers: Omit<GenAnswersPorts, "onAnswer" | "signal">;
  readonly judgments: Omit<JudgeAnswersPorts, "answers" | "signal">;
  readonly signal?: AbortSignal;
}

export interface RunSummary {
  readonly answers: GenAnswersSummary;
  readonly judgments: JudgeAnswersSummary;
  readonly report: Report;
}

/** Answers waiting for the judge; beyond that the candidate is held back. */
const waitingAnswers = 1_000;

/** Both stages overlapped: an answer is judged as soon as it exists; then the report. When one stage has to stop, so does the other. */
export async function run(input: RunInput, ports: RunPorts): Promise<RunSummary> {
  const stop = new AbortController();
  const signal = ports.signal === undefined ? stop.signal : AbortSignal.any([ports.signal, stop.signal]);
  const answers = channel<Answer>(waitingAnswers);
  const stopping = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error: unknown) => {
      stop.abort(error);
      answers.close();
      throw error;
    });
  const generating = stopping(
    genAnswers(input.answers, { ...ports.answers, signal, onAnswer: (answer) => answers.push(answer) }).finally(() =>
      answers.close(),
    ),
  );
  const judging = stopping(judgeAnswers(input.judgments, { ...ports.judgments, signal, answers: answers.items() }));
  const [generated, judged] = await Promise.allSettled([generating, judging]);
  if (generated.status === "rejected") throw firstCause(stop, generated.reason);
  if (judged.status === "rejected") throw firstCause(stop, judged.reason);
  const report = await makeReport({
    bench: input.answers.bench,
    output: input.answers.output,
    questions: input.answers.questions,
    models: [input.answers.model],
    judge: input.judgments.judge,
  });
  return { answers: generated.value, judgments: judged.value, report };
}

/** The other stage stops with «interrupted»; what made it stop is what the user has to know. */
function firstCause(stop: AbortController, fallback: unknown): unknown {
  return stop.signal.aborted ? (stop.signal.reason as unknown) : fallback;
}
