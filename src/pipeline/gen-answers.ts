import { rm } from "node:fs/promises";
import type { Answer, FailedAnswer } from "../domain/mt-bench/answer.js";
import type { ChatModel } from "../domain/server/chat-model.js";
import { encodeAnswer } from "../domain/mt-bench/eval-output.js";
import { EvalError } from "../domain/eval-error.js";
import type { AnswerSettings } from "../domain/mt-bench/manifest.js";
import { answerMaxTokens, answerTemperature } from "../domain/mt-bench/mt-bench.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { compareQuestionIds } from "../domain/mt-bench/question.js";
import type { QuestionSelection } from "../domain/mt-bench/question-selection.js";
import { selectedPositions } from "../domain/mt-bench/question-selection.js";
import { readAnswersOf, readFailedAnswers, settleAnswers } from "../io/answer-file.js";
import { newAnswerId } from "../io/identifiers.js";
import { openStageJournals } from "../io/journal.js";
import type { StageJournals } from "../io/journal.js";
import { writeJsonLines } from "../io/write-jsonl.js";
import { withLock } from "../io/lock.js";
import type { OutputTree, RecordPaths } from "../io/output-tree.js";
import { isNonEmpty } from "../io/output-tree.js";
import { progressFile } from "../io/progress-file.js";
import type { QuestionFile } from "../io/question-file.js";
import { readQuestions } from "../io/question-file.js";
import { askQuestion } from "./ask-question.js";
import { fanOut, throwIfStopped } from "./fan-out.js";
import type { ProgressCounter, ProgressListener } from "./progress.js";
import { progressCounter } from "./progress.js";
import { keepAnswerManifest } from "./run-manifest.js";
import type { ServerFacts } from "./run-manifest.js";

export interface GenAnswersInput {
  readonly bench: string;
  readonly output: OutputTree;
  readonly questions: QuestionFile;
  readonly selection?: QuestionSelection;
  /** the candidate's name, as its server knows it and as the files are called */
  readonly model: string;
  /** for all questions, instead of MT-Bench's temperature per category */
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** answers per question, each a conversation of its own */
  readonly numChoices?: number;
  readonly seed?: number;
  readonly systemPrompt?: string;
  /** moves what an earlier run left aside instead of going on with it */
  readonly fresh?: boolean;
}

export interface GenAnswersPorts {
  readonly model: ChatModel;
  readonly server: ServerFacts;
  readonly progress?: ProgressListener;
  /** stops taking questions; what is under way ends and is saved */
  readonly signal?: AbortSignal;
  /** called with every answer of the selection, whether it is new or from an earlier run; a pending promise holds further questions back */
  readonly onAnswer?: (answer: Answer) => Promise<void> | void;
  /** upper bound of the conversations under way; the model's own limiter decides how many requests are */
  readonly width?: number;
}

export interface GenAnswersSummary {
  readonly paths: RecordPaths;
  /** questions selected */
  readonly total: number;
  /** complete answers that earlier runs left */
  readonly resumed: number;
  /** complete answers of this run */
  readonly answered: number;
  /** questions of this run without a complete answer, by reason */
  readonly failed: Readonly<Record<string, number>>;
  /** what was said to one of them */
  readonly failedExample?: string;
  /** failed share of the selected questions */
  readonly errorRate: number;
  /** lines of the answer file that a later line on the same question replaced; no run writes such lines */
  readonly replacedLines: number;
  readonly movedAside?: string;
}

/** Conversations under way at once; many more than a server takes, so that those that wait for a retry hold nobody up. */
export const defaultWidth = 512;

/**
 * Asks a candidate the questions it has not answered yet, and keeps each answer as soon as it exists.
 * Failures are records, too, and are asked again by the next run. Throws `EvalError` for what stops a run: other settings than those
 * on disk, a lock, a dead key, a full disk, an abort; all that was finished is saved then.
 */
export async function genAnswers(input: GenAnswersInput, ports: GenAnswersPorts): Promise<GenAnswersSummary> {
  const paths = input.output.answers(input.model);
  return withLock(paths.records, async (lost) => {
    const signal = ports.signal === undefined ? lost : AbortSignal.any([lost, ports.signal]);
    const movedAside = input.fresh === true ? await input.output.moveAside(paths, new Date()) : undefined;
    const selected = selectedPositions(input.questions.keys, input.selection ?? {});
    const total = selected?.length ?? input.questions.keys.ids.length;
    await keepAnswerManifest(paths.manifest, answerSettings(input, ports.server), {
      server: ports.server,
      questions: input.questions,
      selected: total,
      hasRecords: (await isNonEmpty(paths.records)) || (await isNonEmpty(paths.failed)),
    });
    const counter = progressCounter("gen-answers", input.model, [
      progressFile(paths.progress, Date.now),
      ports.progress,
    ]);
    counter.add({ total });
    try {
      const outcome = await askMissing({ input, ports: { ...ports, signal }, paths, counter }, selected);
      counter.end("done");
      return {
        paths,
        total,
        ...outcome,
        ...(movedAside !== undefined && { movedAside: movedAside.records }),
      };
    } catch (error) {
      counter.end(error instanceof EvalError && error.code === "interrupted" ? "interrupted" : "stopped");
      throw error;
    }
  });
}

function answerSettings(input: GenAnswersInput, server: ServerFacts): AnswerSettings {
  return {
    bench: input.bench,
    model: input.model,
    questions_sha256: input.questions.sha256,
    temperature: input.temperature ?? "by category",
    max_tokens: input.maxTokens ?? answerMaxTokens,
    num_choices: input.numChoices ?? 1,
    seed: input.seed ?? null,
    system_prompt: input.systemPrompt ?? null,
    extra_body: server.extraBody ?? null,
  };
}

interface Run {
  readonly input: GenAnswersInput;
  readonly ports: GenAnswersPorts & { readonly signal: AbortSignal };
  readonly paths: RecordPaths;
  readonly counter: ProgressCounter;
}

type Outcome = Omit<GenAnswersSummary, "paths" | "total" | "movedAside">;

async function askMissing(run: Run, selected: readonly number[] | undefined): Promise<Outcome> {
  const { input, ports, paths } = run;
  const journals = await openStageJournals(paths);
  const failed: Record<string, number> = {};
  let [resumed, answered, failures] = [0, 0, 0];
  let replacedLines = 0;
  let failedExample: string | undefined;
  try {
    const before = await finishedBefore(run, selected);
    const { done, marked } = before;
    replacedLines = before.replacedLines;
    resumed = run.counter.snapshot().resumed;
    const partial = await readFailedAnswers(paths.failed, done);
    const askOne = async (question: Question): Promise<void> => {
      if (done.has(question.id)) return;
      const answer = await answerOne(run, question, { partial: partial.get(question.id), journals });
      if (answer.kind === "answered") {
        answered++;
        marked.delete(answer.questionId);
      } else {
        failures++;
        failed[answer.reason] = (failed[answer.reason] ?? 0) + 1;
        failedExample ??= answer.message;
      }
      run.counter.add({ done: 1, failed: answer.kind === "failed" ? 1 : 0 });
      await ports.onAnswer?.(answer);
    };
    const source = readQuestions(input.questions, input.selection);
    await fanOut(source, askOne, { width: ports.width ?? defaultWidth, signal: ports.signal });
    throwIfStopped(ports.signal);
    const settledIds = await settleAnswers(paths.records);
    await settleFailures(paths.failed, marked.size === 0 ? settledIds : settledIds.filter((id) => !marked.has(id)));
  } finally {
    await journals.close();
  }
  const { total } = run.counter.snapshot();
  const errorRate = failures / Math.max(1, total);
  return { resumed, answered, failed, ...(failedExample !== undefined && { failedExample }), errorRate, replacedLines };
}

interface FinishedBefore {
  /** questions that have a complete answer on disk */
  readonly done: ReadonlySet<QuestionId>;
  /** questions for which another tool left its error marker */
  readonly marked: Set<QuestionId>;
  readonly replacedLines: number;
}

/** What earlier runs left; each complete answer of the selection is passed on. */
async function finishedBefore(run: Run, positions: readonly number[] | undefined): Promise<FinishedBefore> {
  const { input, ports, paths } = run;
  const [done, marked] = [new Set<QuestionId>(), new Set<QuestionId>()];
  let replacedLines = 0;
  // these sets are large where the question set is
  if (!(await isNonEmpty(paths.records))) return { done, marked, replacedLines };
  const { ids } = input.questions.keys;
  const known = new Set(ids);
  const selected = positions === undefined ? known : new Set(positions.map((position) => ids.at(position) ?? ""));
  const set = { ids: known, path: input.questions.path };
  for await (const answer of readAnswersOf(paths.records, set, (lines) => (replacedLines = lines))) {
    if (answer.kind === "failed") {
      marked.add(answer.questionId);
      continue;
    }
    done.add(answer.questionId);
    if (!selected.has(answer.questionId)) continue;
    run.counter.add({ resumed: 1 });
    await ports.onAnswer?.(answer);
  }
  return { done, marked, replacedLines };
}

async function answerOne(
  run: Run,
  question: Question,
  options: { readonly partial: FailedAnswer | undefined; readonly journals: StageJournals },
): Promise<Answer> {
  const { input, ports, counter } = run;
  const { records: answers, failures } = options.journals;
  const answerId = options.partial?.answerId ?? newAnswerId();
  const record = <Kind extends object>(
    outcome: Kind,
  ): Kind & Pick<Answer, "questionId" | "answerId" | "model" | "tstamp"> => ({
    questionId: question.id,
    answerId,
    model: input.model,
    tstamp: Date.now() / 1000,
    ...outcome,
  });
  const asked = await askQuestion(question, options.partial?.choices ?? [], {
    rules: {
      temperature: answerTemperature(question, input.temperature),
      maxTokens: input.maxTokens ?? answerMaxTokens,
      numChoices: input.numChoices ?? 1,
      seed: input.seed,
      systemPrompt: input.systemPrompt,
    },
    ports: {
      model: ports.model,
      signal: ports.signal,
      onReply: (usage) => counter.tokens(usage),
      onTurn: async (choices) => {
        const turn = (choices.at(-1)?.turns.length ?? 0) + 1;
        const unfinished = {
          kind: "failed",
          choices,
          reason: "interrupted",
          message: "the run ended before the next turn",
          turn,
        } as const;
        await failures.append(encodeAnswer(record(unfinished)));
      },
    },
  });
  const answer: Answer = record(asked);
  await (answer.kind === "answered" ? answers : failures).append(encodeAnswer(answer));
  return answer;
}

/** Keeps the last failure of each question that has no complete answer. */
async function settleFailures(path: string, answered: readonly QuestionId[]): Promise<void> {
  if (!(await isNonEmpty(path))) return rm(path, { force: true });
  const failed = await readFailedAnswers(path, new Set(answered));
  if (failed.size === 0) return rm(path, { force: true });
  const rows = [...failed.values()].sort((left, right) => compareQuestionIds(left.questionId, right.questionId));
  return writeJsonLines(path, rows.map(encodeAnswer));
}
