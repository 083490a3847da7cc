import type { ReadTasks } from "./mmlu-data.js";

/** What is read of a folder of MMLU-Branch tasks, and how. */
export interface TaskFolderReading {
  readonly folder: string;
  /** tasks, tags or globs; none for `mmlu_pr`, or for all tasks where none has that tag */
  readonly names: readonly string[];
  readonly fewShots: number;
  /** `leak` lets a question be among its own examples, as lm-eval 0.4.10 and newer do */
  readonly fewShotsFrom: "others" | "leak";
  /** what happens to a right answer that disagrees with the text it was made from */
  readonly wrongGold: "repair" | "refuse";
  /** paths of data files are tried from here first */
  readonly workingFolder: string;
}

export async function readTaskFolder(reading: TaskFolderReading): Promise<ReadTasks> {
  await Promise.resolve();
  throw new Error(`reading ${reading.folder} is not built yet`);
}
