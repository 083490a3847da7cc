import type { Answer } from "../domain/mt-bench/answer.js";
import type { ChatModel } from "../domain/server/chat-model.js";
import { EvalError } from "../domain/eval-error.js";
import { encodeJudgment } from "../domain/mt-bench/eval-output.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import { isSameAnswer, judgmentKey } from "../domain/mt-bench/judgment.js";
import type { PlannedJudgment } from "../domain/mt-bench/judgment-plan.js";
import { planJudgments } from "../domain/mt-bench/judgment-plan.js";
import type { JudgmentSettings } from "../domain/mt-bench/manifest.js";
import { judgeMaxTokens, judgeTemperature } from "../domain/mt-bench/mt-bench.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { readAnswersOf, readFailedAnswers } from "../io/answer-file.js";
import { openStageJournals, repairTail } from "../io/journal.js";
import { readRatedJudgments, settleJudgments } from "../io/judgment-file.js";
import { withLock } from "../io/lock.js";
import type { RecordPaths } from "../io/output-tree.js";
import { progressFile } from "../io/progress-file.js";
import { fanOut, throwIfStopped } from "./fan-out.js";
import { defaultWidth } from "./gen-answers.js";
import { judgeTurn } from "./judge-turn.js";
import type { ProgressCounter, ProgressListener } from "./progress.js";
import { progressCounter } from "./progress.js";
import { keepJudgmentManifest } from "./run-manifest.js";
import type { ServerFacts } from "./run-manifest.js";
import type { JudgeAnswersInput } from "./judging-input.js";
import { judgedQuestions, checkJudging, requireAnswers } from "./judging-input.js";
import { hasJudgments, setModelAside, settleFailures } from "./judgment-records.js";

export interface JudgeAnswersPorts {
  readonly judge: ChatModel;
  readonly server: ServerFacts;
  /** answers as they come, instead of those on disk */
  readonly answers?: AsyncIterable<Answer>;
  /** told at once when the stage has to stop, so that answers that are still to come are not waited for */
  readonly onFailure?: () => void;
  readonly progress?: ProgressListener;
  /** stops taking answers; what is under way ends and is saved */
  readonly signal?: AbortSignal;
  readonly width?: number;
}

export interface JudgeAnswersSummary {
  readonly paths: RecordPaths;
  /** judgments that the selected questions call for, one a turn */
  readonly expected: number;
  /** judgments that earlier runs left */
  readonly resumed: number;
  /** judgments with a score, those of earlier runs included; the next two likewise */
  readonly scored: number;
  /** judge replies without a usable rating, by reason */
  readonly unscored: Readonly<Record<string, number>>;
  /** judgments without a reply from the judge, by reason */
  readonly failed: Readonly<Record<string, number>>;
  /** turns that the candidate did not answer, which nobody judges */
  readonly unanswered: number;
  /** what was said to one of those that failed */
  readonly failedExample?: string;
  /** share of the expected judgments without a score */
  readonly errorRate: number;
}

/**
 * Asks a judge to rate each answered turn that it has not rated yet, and keeps each judgment as soon as it exists. A changed answer is
 * judged again. Throws `EvalError` as `genAnswers` does.
 */
export async function judgeAnswers(input: JudgeAnswersInput, ports: JudgeAnswersPorts): Promise<JudgeAnswersSummary> {
  const all = await checkJudging(input);
  if (ports.answers === undefined) await requireAnswers(input);
  const questions = ports.answers === undefined ? await judgedQuestions(input, all) : all;
  const paths = input.output.judgments(input.judge);
  return withLock(paths.records, async (lost) => {
    const signal = ports.signal === undefined ? lost : AbortSignal.any([lost, ports.signal]);
    for (const path of [paths.records, paths.failed]) await repairTail(path);
    if (input.fresh === true) await setModelAside(input, paths);
    await keepJudgmentManifest(paths.manifest, input.model, {
      hasRecords: () => hasJudgments(paths, input.model),
      settings: judgmentSettings(input, ports.server),
      circumstances: {
        server: ports.server,
        questions: input.questions,
        selected: questions.size,
        promptsSource: input.rules.prompts.source,
        referencesSource: input.rules.references?.source ?? null,
        judgeRepeats: input.rules.repeats ?? 1,
      },
    });
    const counter = progressCounter("judge-answers", input.judge, [
      progressFile(paths.progress, Date.now),
      ports.progress,
    ]);
    try {
      const summary = await judgeMissing({ input, ports: { ...ports, signal }, paths, counter, questions });
      counter.end("done");
      return summary;
    } catch (error) {
      counter.end(error instanceof EvalError && error.code === "interrupted" ? "interrupted" : "stopped");
      throw error;
    }
  });
}

function judgmentSettings(input: JudgeAnswersInput, server: ServerFacts): JudgmentSettings {
  return {
    bench: input.bench,
    judge: input.judge,
    questions_sha256: input.questions.sha256,
    prompts_hash: input.rules.prompts.hash,
    references_hash: input.rules.references?.hash ?? null,
    temperature: judgeTemperature,
    max_tokens: input.maxTokens ?? judgeMaxTokens,
    merge_system_user_message: input.mergeSystemUserMessage ?? false,
    parser: input.parser ?? "strict",
    seed: input.seed ?? null,
    extra_body: server.extraBody ?? null,
  };
}

interface Run {
  readonly input: JudgeAnswersInput;
  readonly ports: JudgeAnswersPorts & { readonly signal: AbortSignal };
  readonly paths: RecordPaths;
  readonly counter: ProgressCounter;
  readonly questions: ReadonlyMap<QuestionId, Question>;
}

interface Tally {
  scored: number;
  readonly unscored: Record<string, number>;
  readonly failed: Record<string, number>;
  failedExample?: string;
}

async function judgeMissing(run: Run): Promise<JudgeAnswersSummary> {
  const { input, ports, paths, counter, questions } = run;
  const expected = [...questions.values()].reduce((sum, question) => sum + question.turns.length, 0);
  counter.add({ total: expected });
  const journals = await openStageJournals(paths);
  const tally: Tally = { scored: 0, unscored: {}, failed: {} };
  try {
    const rated = await readRatedJudgments(paths.records, input.model);
    const answered = new Map<QuestionId, number>();
    // a question that failed before its last repeat holds fewer than were asked for; the others say how many those were
    let choices = 1;
    async function* missing(): AsyncGenerator<PlannedJudgment> {
      for await (const answer of ports.answers ?? answersOnDisk(run)) {
        const question = questions.get(answer.questionId);
        if (question === undefined) continue;
        const plan = planJudgments(question, { ...answer, model: input.model }, input.rules);
        answered.set(question.id, plan.length);
        choices = Math.max(choices, answer.choices.length);
        counter.add({ total: plan.length - question.turns.length });
        for (const planned of plan) {
          const before = rated.get(judgmentKey(planned));
          if (before === undefined || !isSameAnswer(before, planned)) yield planned;
          else {
            count(tally, before);
            counter.add({ resumed: 1 });
          }
        }
      }
    }
    const judgeOne = async (planned: PlannedJudgment): Promise<void> => {
      const judgment = await judgeTurn(planned, input, {
        judge: ports.judge,
        signal: ports.signal,
        onReply: (usage) => counter.tokens(usage),
      });
      await (judgment.kind === "rated" ? journals.records : journals.failures).append(encodeJudgment(judgment));
      if (judgment.kind === "rated") rated.set(judgmentKey(judgment), judgment);
      count(tally, judgment);
      counter.add({ done: 1, failed: isScored(judgment) ? 0 : 1 });
    };
    await fanOut(missing(), judgeOne, {
      width: ports.width ?? defaultWidth,
      signal: ports.signal,
      ...(ports.onFailure !== undefined && { onFailure: ports.onFailure }),
    });
    throwIfStopped(ports.signal);
    await settleJudgments(paths.records);
    await settleFailures(paths.failed, input.model, new Set(rated.keys()));
    return summarize(run, tally, { answered, perTurn: choices * (input.rules.repeats ?? 1) });
  } finally {
    await journals.close();
  }
}

function summarize(
  run: Run,
  tally: Tally,
  { answered, perTurn }: { readonly answered: ReadonlyMap<QuestionId, number>; readonly perTurn: number },
): JudgeAnswersSummary {
  const judged = [...answered.values()].reduce((sum, turns) => sum + turns, 0);
  const unanswered = [...run.questions.values()].reduce(
    (sum, question) => sum + Math.max(0, question.turns.length * perTurn - (answered.get(question.id) ?? 0)),
    0,
  );
  const expected = judged + unanswered;
  return {
    paths: run.paths,
    expected,
    resumed: run.counter.snapshot().resumed,
    scored: tally.scored,
    unscored: tally.unscored,
    failed: tally.failed,
    unanswered,
    ...(tally.failedExample !== undefined && { failedExample: tally.failedExample }),
    errorRate: expected === 0 ? 0 : (expected - tally.scored) / expected,
  };
}

/** Complete answers, then the finished turns of those that failed. */
async function* answersOnDisk(run: Run): AsyncGenerator<Answer> {
  const { input } = run;
  const known = new Set(input.questions.keys.ids);
  const paths = input.output.answers(input.model);
  const file = input.answersFile ?? paths.records;
  const answered = new Set<QuestionId>();
  for await (const answer of readAnswersOf(file, { ids: known, path: input.questions.path })) {
    if (answer.kind === "answered") answered.add(answer.questionId);
    yield answer;
  }
  if (input.answersFile === undefined) yield* (await readFailedAnswers(paths.failed, answered)).values();
}

function isScored(judgment: Judgment): boolean {
  return judgment.kind === "rated" && judgment.rating.kind === "scored";
}

function count(tally: Tally, judgment: Judgment): void {
  if (judgment.kind === "failed") {
    tally.failed[judgment.reason] = (tally.failed[judgment.reason] ?? 0) + 1;
    tally.failedExample ??= judgment.message;
  } else if (judgment.rating.kind === "scored") tally.scored++;
  else tally.unscored[judgment.rating.reason] = (tally.unscored[judgment.rating.reason] ?? 0) + 1;
}
