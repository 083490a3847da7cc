import { promptHash } from "../domain/mmlu/lm-eval-hashes.js";
import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import type { McqKeySet } from "../domain/mmlu/mcq-record.js";
import { mcqKeySet } from "../domain/mmlu/mcq-record.js";
import type { McqOutcome, McqTask } from "../domain/scoring/multiple-choice.js";
import { readOutcomes } from "../io/outcome-file.js";
import type { PromptMaker } from "./mmlu-input.js";

/** What is looked for among the outcomes on disk. */
export interface Wanted {
  readonly plan: readonly PlannedTask[];
  readonly promptOf: PromptMaker;
}

/** Questions of a plan that have an outcome on disk, asked with the very prompt that would be asked now. */
export async function finishedOutcomes(
  path: string,
  { plan, promptOf }: Wanted,
  onOutcome: (task: McqTask, outcome: McqOutcome) => void = () => undefined,
): Promise<McqKeySet> {
  const finished = mcqKeySet();
  const planned = new Map(plan.map(({ task, docs }) => [task.name, { task, docs }]));
  for await (const record of readOutcomes(path)) {
    const found = planned.get(record.task);
    const doc = found?.docs[record.docId];
    if (found === undefined || doc === undefined || doc.id !== record.docId) continue;
    if (record.promptHash !== promptHash(promptOf(found.task, doc).context)) continue;
    finished.add(record);
    onOutcome(found.task, record.outcome);
  }
  return finished;
}
