import { dirname, join } from "node:path";
import type { McqSample } from "../domain/mmlu/mcq-sample.js";
import { readOutcomes } from "../io/outcome-file.js";
import type { StoredReport } from "../io/result-file.js";
import { samplesBeside } from "../io/result-file.js";
import { readSamples } from "../io/sample-file.js";

/** What one model's questions of one task came to, by `doc_id`. */
export type TaskSamples = ReadonlyMap<number, McqSample>;

/** Reads the questions behind a stored report, one task at a time. */
export interface SampleReader {
  /** Nothing where the model was not asked the task. */
  samples(task: string): Promise<TaskSamples>;
}

export async function openSamples({ path, report }: StoredReport): Promise<SampleReader> {
  const failures = await readFailures(path, new Map(report.scores.tasks.map(({ task, selected }) => [task, selected])));
  return {
    samples: async (task) => {
      const found = new Map(failures.get(task));
      if (report.scores.tasks.some((score) => score.task === task))
        for await (const sample of readSamples(samplesBeside(path, task))) found.set(sample.docId, sample);
      return new Map([...found].sort(([left], [right]) => left - right));
    },
  };
}

/** Failures stand beside the records only; of a task the first questions are asked, so that later ones are of another run. */
async function readFailures(
  resultsFile: string,
  selected: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, TaskSamples>> {
  const failures = new Map<string, Map<number, McqSample>>();
  for await (const { task, docId, outcome } of readOutcomes(join(dirname(resultsFile), "outcomes.failed.jsonl"))) {
    if (outcome.kind !== "failed" || docId >= (selected.get(task) ?? 0)) continue;
    const { requests, ...failure } = outcome;
    const ofTask = failures.get(task) ?? new Map<number, McqSample>();
    failures.set(task, ofTask.set(docId, { docId, asked: undefined, outcome: failure, requests }));
  }
  return failures;
}
