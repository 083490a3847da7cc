import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import type { McqRecord } from "../domain/mmlu/mcq-record.js";

/** One task with what its questions came to, by `doc_id`. */
export interface TaskRecords {
  readonly planned: PlannedTask;
  readonly records: ReadonlyMap<number, McqRecord>;
}

/**
 * Gathers what the questions of some tasks come to, in any order. Gives a task's records when its last question came back, and keeps them no
 * longer; records of other tasks are passed over.
 */
export function wholeTasks(tasks: readonly PlannedTask[]): (record: McqRecord) => TaskRecords | undefined {
  const gathered = new Map(
    tasks.map((planned) => [planned.task.name, { planned, records: new Map<number, McqRecord>() }] as const),
  );
  return (record) => {
    const task = gathered.get(record.task);
    if (task === undefined) return undefined;
    task.records.set(record.docId, record);
    if (task.records.size < task.planned.docs.length) return undefined;
    gathered.delete(record.task);
    return task;
  };
}
