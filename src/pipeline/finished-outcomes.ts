import { promptHash } from "../domain/mmlu/lm-eval-hashes.js";
import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import type { McqKey, McqKeySet, McqRecord } from "../domain/mmlu/mcq-record.js";
import { mcqKeySet } from "../domain/mmlu/mcq-record.js";
import type { McqDoc, McqOutcome, McqTask } from "../domain/scoring/multiple-choice.js";
import { dropOutcomes, readOutcomes } from "../io/outcome-file.js";
import type { PromptMaker } from "./mmlu-input.js";

/** What is looked for among the outcomes on disk. */
export interface Wanted {
  readonly plan: readonly PlannedTask[];
  readonly promptOf: PromptMaker;
}

export interface FinishedOutcomes {
  /** questions of the plan that have an outcome of the very prompt that would be asked now */
  readonly finished: McqKeySet;
  /** how many outcomes of the plan's questions are of another prompt */
  readonly outdated: number;
}

/** Reads which questions of a plan have an outcome on disk, and tells of each of these outcomes. */
export async function finishedOutcomes(
  path: string,
  wanted: Wanted,
  onOutcome: (task: McqTask, outcome: McqOutcome) => void = () => undefined,
): Promise<FinishedOutcomes> {
  const finished = mcqKeySet();
  const find = plannedQuestions(wanted);
  let outdated = 0;
  for await (const record of readOutcomes(path)) {
    const planned = find(record);
    if (planned === undefined) continue;
    if (isOutdated(record, planned, wanted)) outdated++;
    else {
      finished.add(record);
      onOutcome(planned.task, record.outcome);
    }
  }
  return { finished, outdated };
}

/** Takes out the outcomes of a plan's questions that are of another prompt than would be asked now. Those of other questions stay. */
export async function dropOutdated(path: string, wanted: Wanted): Promise<void> {
  const find = plannedQuestions(wanted);
  await dropOutcomes(path, (record) => {
    const planned = find(record);
    return planned !== undefined && isOutdated(record, planned, wanted);
  });
}

interface PlannedQuestion {
  readonly task: McqTask;
  readonly doc: McqDoc;
}

function plannedQuestions({ plan }: Wanted): (key: McqKey) => PlannedQuestion | undefined {
  const byTask = new Map(plan.map((planned) => [planned.task.name, planned]));
  return ({ task, docId }) => {
    const planned = byTask.get(task);
    const doc = planned?.docs[docId];
    return planned === undefined || doc?.id !== docId ? undefined : { task: planned.task, doc };
  };
}

function isOutdated(record: McqRecord, { task, doc }: PlannedQuestion, { promptOf }: Wanted): boolean {
  return record.promptHash !== promptHash(promptOf(task, doc).context);
}
