import { shownBase } from "../domain/server/base-url.js";
import { isDeepStrictEqual } from "node:util";
import { dirname } from "node:path";
import type { LmEvalGroup, LmEvalTask } from "../domain/mmlu/lm-eval-files.js";
import { lmEvalDate, lmEvalResults, lmEvalSample } from "../domain/mmlu/lm-eval-files.js";
import { sampleHashes, taskHash, type SampleHashes } from "../domain/mmlu/lm-eval-hashes.js";
import type { McqResult } from "../domain/mmlu/mcq-comparison.js";
import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import type { McqRecord } from "../domain/mmlu/mcq-record.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import { scoreCaveats } from "../domain/mmlu/mmlu-report.js";
import { scoreCounter } from "../domain/mmlu/mmlu-scores.js";
import { categoryAlias, mmluCategories, mmluSubjects } from "../domain/mmlu/mmlu-subjects.js";
import type { McqDoc, McqOutcome } from "../domain/scoring/multiple-choice.js";
import { weightedAccuracy } from "../domain/statistics/accuracy.js";
import { writeJsonFile } from "../io/json-file.js";
import type { JoinedLine } from "../io/write-jsonl.js";
import { writeJsonTexts } from "../io/write-jsonl.js";
import { readOutcomes, readOutcomesByTask } from "../io/outcome-file.js";
import type { RecordPaths } from "../io/output-tree.js";
import { packageVersion } from "../io/package-version.js";
import { newestReport, removeHalfWritten, resultPaths } from "../io/result-file.js";
import { fanOut } from "./fan-out.js";
import type { MmluInput, MmluPorts, PromptMaker } from "./mmlu-input.js";
import { rereadAnswer } from "../domain/scoring/reread-answer.js";

export interface WrittenResults {
  readonly resultsFile: string;
  readonly report: MmluReport;
}

interface Finished {
  readonly plan: readonly PlannedTask[];
  readonly partial: string | null;
  readonly started: Date;
  /** nothing was finished in this run: where the newest files say the same, no others are written */
  readonly isUnchanged: boolean;
}

/** Computes the scores from settled records and writes lm-eval's files: samples first, since the results file says that they are whole. */
export async function writeMcqResults(
  input: MmluInput,
  ports: MmluPorts,
  { plan, partial, started, isUnchanged }: Finished,
): Promise<WrittenResults> {
  const paths = input.output.outcomes(input.model);
  await removeHalfWritten(dirname(paths.records));
  if (isUnchanged) {
    const report = await makeMcqReport(input, ports, { plan, partial, started });
    const newest = await newestReport(dirname(paths.records));
    if (newest !== undefined && isSameResult(newest.report, report))
      return { resultsFile: newest.path, report: newest.report };
  }
  const files = resultPaths(paths.records, lmEvalDate(started));
  const taskHashes = new Map<string, string>();
  const onTask = async ({ planned, records }: PlannedRecords): Promise<void> => {
    const hashes: SampleHashes[] = [];
    const { name } = planned.task;
    const rows = sampleRows(planned, records, { promptOf: input.promptOf, hashes });
    await writeJsonTexts(files.samples(name), rows);
    taskHashes.set(name, taskHash(hashes));
  };
  const report = await makeMcqReport(input, ports, { plan, partial, started, onTask });
  const tasks = plan.flatMap(({ task }): LmEvalTask[] => {
    const score = report.scores.tasks.find((entry) => entry.task === task.name);
    const hash = taskHashes.get(task.name);
    return score === undefined || hash === undefined ? [] : [{ task, score, hash }];
  });
  const seconds = (Date.now() - started.getTime()) / 1000;
  const limit = input.firstN ?? null;
  await writeJsonFile(
    files.results,
    lmEvalResults({ tasks, groups: wholeGroups(tasks), report, limit, started, seconds }),
  );
  return { resultsFile: files.results, report };
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

interface PlannedRecords {
  readonly planned: PlannedTask;
  readonly records: ReadonlyMap<number, McqRecord>;
}

/** Plan and settled records are in the same order, so that no more than one task's outcomes are held. */
async function* recordsOf(paths: RecordPaths, plan: readonly PlannedTask[]): AsyncGenerator<PlannedRecords> {
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

function* sampleRows(
  { task, docs }: PlannedTask,
  records: ReadonlyMap<number, McqRecord>,
  { promptOf, hashes }: { readonly promptOf: PromptMaker; readonly hashes: SampleHashes[] },
): Generator<JoinedLine> {
  for (const doc of docs) {
    const record = records.get(doc.id);
    if (record === undefined || record.outcome.kind === "failed") continue;
    const { promptHash, outcome } = record;
    const hash = sampleHashes(doc, promptHash);
    hashes.push(hash);
    yield lmEvalSample({ doc, prompt: promptOf(task, doc), outcome, hashes: hash });
  }
}

async function makeMcqReport(
  input: MmluInput,
  { server, scoring }: MmluPorts,
  run: Pick<Finished, "plan" | "partial" | "started"> & {
    /** gets the records of each task, so that they are read only once */
    readonly onTask?: (records: PlannedRecords) => Promise<void>;
  },
): Promise<MmluReport> {
  const counter = scoreCounter();
  const onTask = async ({ planned, records }: PlannedRecords): Promise<void> => {
    counter.task(planned.task, planned.docs.length);
    for (const { id, gold } of planned.docs) {
      const outcome = records.get(id)?.outcome;
      if (outcome !== undefined) counter.add(id, gold, outcome);
    }
    await run.onTask?.({ planned, records });
  };
  await fanOut(recordsOf(input.output.outcomes(input.model), run.plan), onTask, { width: tasksAtATime });
  const scores = counter.scores();
  return {
    kind: "branchbench-mmlu",
    version: packageVersion(),
    bench: input.bench,
    model: input.model,
    // the model's own URL is that of its chats
    server: shownBase(server.url),
    date: run.started.toISOString(),
    partial: run.partial,
    scoring: { modes: { ...scoring.modes }, findings: [...scoring.findings] },
    prompts: input.prompts,
    scores,
    caveats: [...(input.dataNotes ?? []), ...scoreCaveats(scores)],
  };
}

/** while one file goes to the disk the next is made */
const tasksAtATime = 4;

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
