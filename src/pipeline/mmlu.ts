import { rm } from "node:fs/promises";
import { promptHash } from "../domain/mmlu/lm-eval-hashes.js";
import { EvalError } from "../domain/eval-error.js";
import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import { partialText, planMcq } from "../domain/mmlu/mcq-plan.js";
import type { McqKeySet, McqRecord } from "../domain/mmlu/mcq-record.js";
import { compareMcqKeys, encodeMcqRecord } from "../domain/mmlu/mcq-record.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { McqDoc, McqOutcome, McqTask } from "../domain/scoring/multiple-choice.js";
import type { StageJournals } from "../io/journal.js";
import { openStageJournals } from "../io/journal.js";
import { writeJsonLines } from "../io/write-jsonl.js";
import { brokenScoring, countOutcome, isDoubtful, scoringTally } from "../domain/scoring/scoring-sentinel.js";
import type { ScoringTally } from "../domain/scoring/scoring-sentinel.js";
import { withLock } from "../io/lock.js";
import { dropOutcomes, readOutcomes, settleOutcomes } from "../io/outcome-file.js";
import type { RecordPaths } from "../io/output-tree.js";
import { progressFile } from "../io/progress-file.js";
import { fanOut, throwIfStopped } from "./fan-out.js";
import { dropOutdated, finishedOutcomes } from "./finished-outcomes.js";
import type { Asked } from "./heads-first.js";
import { headsFirst } from "./heads-first.js";
import { keepMcqManifest } from "./mcq-manifest.js";
import type { McqResults } from "./mcq-results.js";
import { openMcqResults } from "./mcq-results.js";
import type { McqQuestion, MmluInput, MmluPorts } from "./mmlu-input.js";
import { mmluBranchBench, questionsAtFirst, questionsUnderWay } from "./mmlu-input.js";
import type { ProgressCounter } from "./progress.js";
import { progressCounter } from "./progress.js";
import { wholeTasks } from "./whole-tasks.js";

export interface MmluSummary {
  readonly paths: RecordPaths;
  /** lm-eval's results file; samples lie beside it */
  readonly resultsFile: string;
  readonly report: MmluReport;
  /** questions selected */
  readonly total: number;
  /** finished by earlier runs */
  readonly resumed: number;
  /** finished by this run */
  readonly answered: number;
  /** of this run, by reason */
  readonly failed: Readonly<Record<string, number>>;
  /** what was said to one of them */
  readonly failedExample?: string;
  /** failed share of the selected questions */
  readonly errorRate: number;
  readonly movedAside?: string;
}

/**
 * Asks a model the multiple-choice questions it has not answered yet, keeps each outcome as soon as it exists, and writes lm-eval's result
 * files. Failures are asked again by the next run. Throws `EvalError` for what stops a run, with all that was finished saved.
 */
export async function mmlu(input: MmluInput, ports: MmluPorts): Promise<MmluSummary> {
  const paths = input.output.outcomes(input.model);
  return withLock(paths.records, async (lost) => {
    const signal = ports.signal === undefined ? lost : AbortSignal.any([lost, ports.signal]);
    const started = new Date();
    const movedAside = input.fresh === true ? await input.output.moveAside(paths, started) : undefined;
    await keepMcqManifest(paths, input, ports);
    const { firstN, tasksLeftOut } = input;
    const plan = planMcq(input.tasks, firstN);
    const partial = partialText(plan, { firstN, tasks: tasksLeftOut });
    const results = await openMcqResults(input, ports, { plan, partial, started });
    const stage = input.bench === mmluBranchBench ? "mmlu-branch" : "mmlu";
    const counter = progressCounter(stage, input.model, [progressFile(paths.progress, Date.now), ports.progress]);
    const total = plan.reduce((sum, { docs }) => sum + docs.length, 0);
    counter.add({ total });
    const tally = scoringTally();
    const run: Run = { input, ports: { ...ports, signal }, paths, counter, tally, results, broken: undefined };
    try {
      const outcome = await askMissing(run, plan);
      const written = await results.finish({ isUnchanged: outcome.answered === 0 });
      counter.end("done");
      const failures = Object.values(outcome.failed).reduce((sum, count) => sum + count, 0);
      return {
        paths,
        ...written,
        total,
        ...outcome,
        errorRate: total === 0 ? 0 : failures / total,
        ...(movedAside !== undefined && { movedAside: movedAside.records }),
      };
    } catch (error) {
      await results.discard();
      // what such a server said of them would otherwise count when another one takes over
      if (run.broken !== undefined) await dropOutcomes(paths.records, ({ outcome }) => isDoubtful(outcome));
      counter.end(error instanceof EvalError && error.code === "interrupted" ? "interrupted" : "stopped");
      throw error;
    }
  });
}

interface Run {
  readonly input: MmluInput;
  readonly ports: MmluPorts & { readonly signal: AbortSignal };
  readonly paths: RecordPaths;
  readonly counter: ProgressCounter;
  /** what the outcomes look like, those of earlier runs too */
  readonly tally: ScoringTally;
  readonly results: McqResults;
  /** set where they can only come from a server that does not score what it is sent */
  broken: EvalError | undefined;
}

type Outcomes = Pick<MmluSummary, "resumed" | "answered" | "failed" | "failedExample">;

async function askMissing(run: Run, plan: readonly PlannedTask[]): Promise<Outcomes> {
  const { input, ports, paths, counter } = run;
  const journals = await openStageJournals(paths);
  const failed: Record<string, number> = {};
  let answered = 0;
  let failedExample: string | undefined;
  try {
    const wanted = { plan, promptOf: input.promptOf };
    const { finished, outdated } = await finishedOutcomes(paths.records, wanted, ({ form }, outcome) =>
      countOutcome(run.tally, form, outcome),
    );
    const isFinished = (task: McqTask, doc: McqDoc): boolean => finished.has({ task: task.name, docId: doc.id });
    const resumed = plan.reduce((sum, { task, docs }) => sum + docs.filter((doc) => isFinished(task, doc)).length, 0);
    counter.add({ resumed });
    const missing = plan.map(({ task, docs }) => ({ task, docs: docs.filter((doc) => !isFinished(task, doc)) }));
    const gather = wholeTasks(plan.filter(({ docs }, index) => docs.length === missing[index]?.docs.length));
    const askOne = async (asked: Asked): Promise<void> => {
      const record = await askAndKeep(run, asked, journals);
      const { outcome } = record;
      if (outcome.kind === "failed") {
        failed[outcome.reason] = (failed[outcome.reason] ?? 0) + 1;
        failedExample ??= outcome.message;
      } else {
        answered++;
        finished.add(record);
      }
      counter.add({ done: 1, failed: outcome.kind === "failed" ? 1 : 0 });
      const whole = gather(record);
      if (whole !== undefined) await run.results.add(whole);
    };
    const width = ports.width ?? questionsUnderWay("auto");
    const question = (task: McqTask, doc: McqDoc): McqQuestion => ({ task, doc, prompt: input.promptOf(task, doc) });
    const source = headsFirst(missing, { question, width });
    await fanOut(source, askOne, { width, firstWidth: questionsAtFirst, signal: ports.signal });
    throwIfStopped(ports.signal);
    requireScoring(run, "end");
    // not sooner, so that a stopped run can be taken back; and before settling, which keeps the last outcome of whatever was asked
    if (outdated > 0) await dropOutdated(paths.records, wanted);
    await settleOutcomes(paths.records);
    await settleFailures(paths.failed, finished);
    return { resumed, answered, failed, ...(failedExample !== undefined && { failedExample }) };
  } finally {
    await journals.close();
  }
}

async function askAndKeep(run: Run, { question, onReply }: Asked, journals: StageJournals): Promise<McqRecord> {
  const { scoring, signal } = run.ports;
  let outcome: McqOutcome;
  try {
    outcome = await scoring.score(question, signal);
  } finally {
    onReply();
  }
  if (outcome.kind !== "failed") run.counter.tokens(outcome);
  countOutcome(run.tally, question.task.form, outcome);
  requireScoring(run, "going");
  const { task, doc, prompt } = question;
  const record = { task: task.name, docId: doc.id, promptHash: promptHash(prompt.context), gold: doc.gold, outcome };
  await (outcome.kind === "failed" ? journals.failures : journals.records).append(encodeMcqRecord(record));
  return record;
}

function requireScoring(run: Run, when: "going" | "end"): void {
  run.broken ??= brokenScoring(run.tally, when);
  if (run.broken !== undefined) throw run.broken;
}

/** Keeps the last failure of each question that has no outcome. */
async function settleFailures(path: string, finished: McqKeySet): Promise<void> {
  const failed = new Map<string, McqRecord>();
  for await (const record of readOutcomes(path))
    if (!finished.has(record)) failed.set(`${record.docId} ${record.task}`, record);
  if (failed.size === 0) return rm(path, { force: true });
  return writeJsonLines(path, [...failed.values()].sort(compareMcqKeys).map(encodeMcqRecord));
}
