import { shownBase } from "../domain/server/base-url.js";
import { isDeepStrictEqual } from "node:util";
import { dirname } from "node:path";
import type { LmEvalGroup, LmEvalTask } from "../domain/mmlu/lm-eval-files.js";
import { lmEvalDate, lmEvalResults } from "../domain/mmlu/lm-eval-files.js";
import type { McqResult } from "../domain/mmlu/mcq-comparison.js";
import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import type { McqRecord } from "../domain/mmlu/mcq-record.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import { scoreCaveats } from "../domain/mmlu/mmlu-report.js";
import type { MmluScores, TaskTally } from "../domain/mmlu/mmlu-scores.js";
import { mmluScores, tallyTask } from "../domain/mmlu/mmlu-scores.js";
import { categoryAlias, mmluCategories, mmluSubjects } from "../domain/mmlu/mmlu-subjects.js";
import type { McqDoc, McqOutcome } from "../domain/scoring/multiple-choice.js";
import { weightedAccuracy } from "../domain/statistics/accuracy.js";
import { writeJsonFile } from "../io/json-file.js";
import { putInPlace, removeStaged } from "../io/replace-file.js";
import { readOutcomes, readOutcomesByTask } from "../io/outcome-file.js";
import type { RecordPaths } from "../io/output-tree.js";
import { packageVersion } from "../io/package-version.js";
import { newestReport, removeHalfWritten, resultPaths } from "../io/result-file.js";
import { fanOut } from "./fan-out.js";
import type { MmluInput, MmluPorts } from "./mmlu-input.js";
import { rereadAnswer } from "../domain/scoring/reread-answer.js";
import { samplesWriter } from "./samples-writer.js";
import type { TaskRecords } from "./whole-tasks.js";

interface WrittenResults {
  readonly resultsFile: string;
  readonly report: MmluReport;
}

/** What of a run is known when it begins. */
interface Planned {
  readonly plan: readonly PlannedTask[];
  readonly partial: string | null;
  readonly started: Date;
}

/** lm-eval's files of one run, on their way. They appear when the run is at its end, the results last. */
export interface McqResults {
  /** Takes in a task all of whose questions came back: its samples are written while others are still asked. */
  add(task: TaskRecords): Promise<void>;
  /**
   * Takes in the other tasks from their settled records, computes the scores, and puts the files in place: samples first, since the results
   * file says that they are whole. `isUnchanged` says that nothing was finished in this run: where the newest files say the same, no others
   * are written.
   */
  finish(state: { readonly isUnchanged: boolean }): Promise<WrittenResults>;
  /** Removes those that are not in place. */
  discard(): Promise<void>;
}

/** Begins the files of a run, after removing what a killed one left. */
export async function openMcqResults(
  input: MmluInput,
  ports: Pick<MmluPorts, "server" | "scoring">,
  run: Planned,
): Promise<McqResults> {
  const { plan, started } = run;
  const paths = input.output.outcomes(input.model);
  const folder = dirname(paths.records);
  const files = resultPaths(paths.records, lmEvalDate(started));
  const tallies = new Map<string, TaskTally>();
  const taskHashes = new Map<string, string>();
  const samples: string[] = [];
  const writer = samplesWriter(input.promptOf);
  await removeHalfWritten(folder);

  function tally({ planned, records }: TaskRecords): void {
    tallies.set(
      planned.task.name,
      tallyTask(planned, (id) => records.get(id)?.outcome),
    );
  }

  async function add({ planned, records }: TaskRecords): Promise<void> {
    const { name } = planned.task;
    tally({ planned, records });
    const path = files.samples(name);
    const hash = await writer.write(path, { planned, records });
    samples.push(path);
    taskHashes.set(name, hash);
  }

  /** Its own files only: a run that lost its lock stops while another one writes here. */
  async function discard(): Promise<void> {
    await writer.close();
    await removeStaged([...plan.map(({ task }) => files.samples(task.name)), files.results]);
  }

  function makeReport(): MmluReport {
    return mcqReport(input, ports, { ...run, scores: mmluScores(inOrder(plan, tallies)) });
  }

  return {
    add,
    finish: async ({ isUnchanged }) => {
      if (isUnchanged) {
        for await (const task of recordsOf(paths, left(plan, tallies))) tally(task);
        const report = makeReport();
        const newest = await newestReport(folder);
        if (newest !== undefined && isSameResult(newest.report, report)) {
          await discard();
          return { resultsFile: newest.path, report: newest.report };
        }
      }
      await fanOut(recordsOf(paths, left(plan, taskHashes)), add, { width: filesAtATime });
      await Promise.all([putInPlace(samples), writer.close()]);
      const report = makeReport();
      const tasks = lmEvalTasks(plan, report, taskHashes);
      const seconds = (Date.now() - started.getTime()) / 1000;
      const facts = { tasks, groups: wholeGroups(tasks), report, limit: input.firstN ?? null, started, seconds };
      await writeJsonFile(files.results, lmEvalResults(facts));
      return { resultsFile: files.results, report };
    },
    discard,
  };
}

function left(plan: readonly PlannedTask[], done: ReadonlyMap<string, unknown>): PlannedTask[] {
  return plan.filter(({ task }) => !done.has(task.name));
}

function inOrder<Value>(plan: readonly PlannedTask[], values: ReadonlyMap<string, Value>): Value[] {
  return plan.flatMap(({ task }) => values.get(task.name) ?? []);
}

function lmEvalTasks(
  plan: readonly PlannedTask[],
  { scores }: MmluReport,
  hashes: ReadonlyMap<string, string>,
): LmEvalTask[] {
  return scores.tasks.flatMap((score): LmEvalTask[] => {
    const task = plan.find((planned) => planned.task.name === score.task)?.task;
    const hash = hashes.get(score.task);
    return task === undefined || hash === undefined ? [] : [{ task, score, hash }];
  });
}

/** What each question came to, for a comparison. */
export async function readMcqResults(
  paths: RecordPaths,
  plan: readonly PlannedTask[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, McqResult>>> {
  const results = new Map<string, ReadonlyMap<number, McqResult>>();
  for await (const { planned, records } of recordsOf(paths, plan)) {
    const { task, docs } = planned;
    results.set(task.name, new Map(docs.map((doc) => [doc.id, resultOf(doc, records.get(doc.id)?.outcome)] as const)));
  }
  return results;
}

function resultOf(doc: McqDoc, outcome: McqOutcome | undefined): McqResult {
  if (outcome === undefined) return { kind: "unscored", reason: "not asked" };
  if (outcome.kind === "failed") return { kind: "unscored", reason: outcome.reason };
  return { kind: "scored", correct: outcome.kind === "chosen" && outcome.choice === doc.gold };
}

/** Plan and settled records are in the same order, so that no more than one task's outcomes are held. */
async function* recordsOf(paths: RecordPaths, plan: readonly PlannedTask[]): AsyncGenerator<TaskRecords> {
  if (plan.length === 0) return;
  const failures = new Map<string, Map<number, McqRecord>>();
  for await (const record of readOutcomes(paths.failed)) {
    const ofTask = failures.get(record.task) ?? new Map<number, McqRecord>();
    failures.set(record.task, ofTask.set(record.docId, record));
  }
  const groups = readOutcomesByTask(paths.records);
  try {
    let group = await groups.next();
    for (const planned of plan) {
      const { name } = planned.task;
      while (group.done !== true && group.value.task < name) group = await groups.next();
      const records = new Map(failures.get(name));
      if (group.done !== true && group.value.task === name)
        for (const record of group.value.records.values()) records.set(record.docId, reread(record, planned.docs));
      yield { planned, records };
    }
  } finally {
    // whoever reads on no more, as after a write that failed, leaves the file to be closed here
    await groups.return(undefined);
  }
}

function reread(record: McqRecord, docs: readonly McqDoc[]): McqRecord {
  if (record.outcome.kind === "failed" || record.outcome.way !== "generate") return record;
  const doc = docs[record.docId];
  return doc?.id !== record.docId ? record : { ...record, outcome: rereadAnswer(record.outcome, doc.choices) };
}

function mcqReport(
  input: MmluInput,
  { server, scoring }: Pick<MmluPorts, "server" | "scoring">,
  { partial, started, scores }: Pick<Planned, "partial" | "started"> & { readonly scores: MmluScores },
): MmluReport {
  return {
    kind: "branchbench-mmlu",
    version: packageVersion(),
    bench: input.bench,
    model: input.model,
    // the model's own URL is that of its chats
    server: shownBase(server.url),
    date: started.toISOString(),
    partial,
    scoring: { modes: { ...scoring.modes }, findings: [...scoring.findings] },
    prompts: input.prompts,
    scores,
    caveats: [...(input.dataNotes ?? []), ...scoreCaveats(scores)],
  };
}

/** of tasks that are read from the records: while one goes to the disk the next is made */
const filesAtATime = 2;

function isSameResult(stored: MmluReport, now: MmluReport): boolean {
  const comparable = (report: MmluReport): unknown => ({ ...report, date: "", version: "", server: "", scoring: "" });
  return isDeepStrictEqual(comparable(stored), comparable(now));
}

/** lm-eval's groups, of those categories that are there with all their subjects. */
function wholeGroups(tasks: readonly LmEvalTask[]): LmEvalGroup[] {
  const groupOf = (name: string, alias: string, members: readonly LmEvalTask[]): LmEvalGroup => {
    const scores = members.map(({ score }) => score);
    const n = scores.reduce((sum, score) => sum + score.n, 0);
    return { name, alias, members: members.map(({ task }) => task.name), n, accuracy: weightedAccuracy(scores) };
  };
  const categories = mmluCategories.flatMap((category) => {
    const members = tasks.filter(({ task }) => task.category === category);
    const size = mmluSubjects.filter((subject) => subject.category === category).length;
    return members.length === size ? [groupOf(`mmlu_${category}`, categoryAlias(category), members)] : [];
  });
  if (categories.length < mmluCategories.length) return categories;
  const all = groupOf("mmlu", "mmlu", tasks);
  return [{ ...all, members: categories.map(({ name }) => name) }, ...categories];
}
