import type { McqKey } from "../domain/mcq-record.js";
import { decodeMcqRecord, mcqRowSchema } from "../domain/mcq-record.js";
import type { McqOutcome } from "../domain/multiple-choice.js";
import { appendedLines } from "../io/appended-lines.js";
import type { RecordPaths } from "../io/output-tree.js";

/** Counts of a model's multiple-choice outcomes. */
interface ChoiceCounts {
  /** questions whose right answer stands beside their outcome */
  readonly n: number;
  /** of these, right */
  readonly correct: number;
  /** why questions have no outcome, and how often */
  readonly errors: Readonly<Record<string, number>>;
}

/** Follows the files of a model as they grow. */
export interface ChoiceTally {
  read(): Promise<ChoiceCounts>;
}

export function choiceTally(paths: RecordPaths): ChoiceTally {
  const records = outcomeFollower(paths.records);
  const failed = outcomeFollower(paths.failed);
  return {
    read: async () => {
      const [ofRecords, ofFailed] = [await records(), await failed()];
      let [n, correct] = [0, 0];
      for (const ofTask of ofRecords.values())
        for (const mark of ofTask.values()) {
          if (typeof mark === "boolean") n++;
          if (mark === true) correct++;
        }
      const errors: Record<string, number> = {};
      for (const [task, ofTask] of ofFailed)
        for (const [docId, mark] of ofTask)
          if (typeof mark === "string" && ofRecords.get(task)?.has(docId) !== true)
            errors[mark] = (errors[mark] ?? 0) + 1;
      return { n, correct, errors };
    },
  };
}

/** Right or wrong; why there is no outcome; null where the record does not say what is right. */
type Mark = boolean | string | null;
type Marks = ReadonlyMap<McqKey["task"], ReadonlyMap<McqKey["docId"], Mark>>;

/** The last mark of each question in a file. */
function outcomeFollower(path: string): () => Promise<Marks> {
  const lines = appendedLines(path);
  const marks = new Map<string, Map<number, Mark>>();
  const note = (row: unknown): void => {
    const parsed = mcqRowSchema.safeParse(row);
    if (!parsed.success) return;
    const { task, docId, gold, outcome } = decodeMcqRecord(parsed.data);
    const ofTask = marks.get(task) ?? new Map<number, Mark>();
    marks.set(task, ofTask.set(docId, markOf(outcome, gold)));
  };
  return async () => {
    await lines.read(note, () => marks.clear());
    return marks;
  };
}

function markOf(outcome: McqOutcome, gold: number | undefined): Mark {
  if (outcome.kind === "failed") return outcome.reason;
  return gold === undefined ? null : outcome.kind === "chosen" && outcome.choice === gold;
}
