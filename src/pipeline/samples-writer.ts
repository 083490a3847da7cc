import { taskHash } from "../domain/mmlu/lm-eval-hashes.js";
import { packedPrompt } from "../domain/mmlu/mmlu-prompt.js";
import type { McqDoc } from "../domain/scoring/multiple-choice.js";
import { limiter } from "../io/limiter.js";
import { openThread, tasksAtATime } from "../io/thread.js";
import type { PromptMaker } from "./mmlu-input.js";
import type { AnsweredQuestion } from "./task-samples.js";
import { stageSamples } from "./task-samples.js";
import type { TaskRecords } from "./whole-tasks.js";

/** Writes lm-eval's samples files in a thread, beside the questions that are asked. */
interface SamplesWriter {
  /** Stages the file of a task (io/replace-file.ts). Returns lm-eval's hash of the task. Throws `EvalError` where the disk does not take it. */
  write(path: string, task: TaskRecords): Promise<string>;
  /** Ends the thread, where there was anything to write. */
  close(): Promise<void>;
}

interface TaskFile {
  readonly path: string;
  readonly task: TaskRecords;
}

/** Makes one; its thread starts with the first task. */
export function samplesWriter(promptOf: PromptMaker): SamplesWriter {
  const thread = openThread("pipeline/task-samples.js", stageSamples);
  // a task that waits has no prompts yet
  const underWay = limiter(tasksAtATime);
  async function write({ path, task: { planned, records } }: TaskFile): Promise<string> {
    const { task, docs } = planned;
    const hashes: string[] = [];
    for (const group of groups(docs)) {
      const questions = answeredQuestions({ planned: { task, docs: group }, records }, promptOf);
      hashes.push(await thread.run({ path, part: hashes.length === 0 ? "first" : "further", questions }));
    }
    return taskHash(hashes);
  }
  return {
    write: (path, task) => underWay.run(write, { path, task }),
    close: () => thread.close(),
  };
}

/** As many as go to the thread at a time, so that memory does not grow with a task: prompts may have nothing in common. */
const groupSize = 256;

/** At least one, since a task without questions has a file, too. */
function* groups(docs: readonly McqDoc[]): Generator<readonly McqDoc[]> {
  for (let start = 0; start === 0 || start < docs.length; start += groupSize)
    yield docs.slice(start, start + groupSize);
}

function answeredQuestions({ planned, records }: TaskRecords, promptOf: PromptMaker): AnsweredQuestion[] {
  return planned.docs.flatMap((doc): AnsweredQuestion[] => {
    const record = records.get(doc.id);
    if (record === undefined || record.outcome.kind === "failed") return [];
    const { promptHash, outcome } = record;
    const { id, row, gold } = doc;
    const prompt = promptOf(planned.task, doc);
    return [{ doc: { id, row, gold }, prompt: packedPrompt(prompt) ?? prompt, promptHash, outcome }];
  });
}
