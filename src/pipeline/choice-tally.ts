import type { McqKey, McqRecord } from "../domain/mmlu/mcq-record.js";
import { decodeMcqRecord, mcqRowSchema } from "../domain/mmlu/mcq-record.js";
import type { McqOutcome, McqWay } from "../domain/scoring/multiple-choice.js";
import { appendedLines } from "../io/appended-lines.js";
import type { RecordPaths } from "../io/output-tree.js";

/** Counts of a model's outcomes in one task. */
interface TaskTally {
  readonly task: string;
  /** how the choice of its newest question was found; undefined where none has an outcome */
  readonly way: McqWay | undefined;
  /** questions whose right answer stands beside their outcome */
  readonly n: number;
  /** of these, right */
  readonly correct: number;
}

/** Counts of a model's multiple-choice outcomes. */
interface ChoiceCounts {
  readonly tasks: readonly TaskTally[];
  /** why questions have no outcome, and how often */
  readonly errors: Readonly<Record<string, number>>;
}

/** Follows the files of a model as they grow. */
export interface ChoiceTally {
  read(): Promise<ChoiceCounts>;
}

export function choiceTally(paths: RecordPaths): ChoiceTally {
  const ways = new Map<string, McqWay>();
  const records = outcomeFollower(paths.records, ({ task, outcome }) => {
    if (outcome.kind !== "failed") ways.set(task, outcome.way);
  });
  const failed = outcomeFollower(paths.failed);
  return {
    read: async () => {
      const [ofRecords, ofFailed] = [await records(), await failed()];
      const tasks = [...ofRecords].map(([task, ofTask]) => ({ task, way: ways.get(task), ...countMarks(ofTask) }));
      const errors: Record<string, number> = {};
      for (const [task, ofTask] of ofFailed)
        for (const [docId, mark] of ofTask)
          if (typeof mark === "string" && ofRecords.get(task)?.has(docId) !== true)
            errors[mark] = (errors[mark] ?? 0) + 1;
      return { tasks, errors };
    },
  };
}

/** Right or wrong; why there is no outcome; null where the record does not say what is right. */
type Mark = boolean | string | null;
type Marks = ReadonlyMap<McqKey["task"], ReadonlyMap<McqKey["docId"], Mark>>;

function countMarks(marks: ReadonlyMap<number, Mark>): Pick<TaskTally, "n" | "correct"> {
  let [n, correct] = [0, 0];
  for (const mark of marks.values()) {
    if (typeof mark === "boolean") n++;
    if (mark === true) correct++;
  }
  return { n, correct };
}

/** The last mark of each question in a file; each record is told as it comes. */
function outcomeFollower(path: string, tell?: (record: McqRecord) => void): () => Promise<Marks> {
  const lines = appendedLines(path);
  const marks = new Map<string, Map<number, Mark>>();
  const note = (row: unknown): void => {
    const parsed = mcqRowSchema.safeParse(row);
    if (!parsed.success) return;
    const record = decodeMcqRecord(parsed.data);
    const { task, docId, gold, outcome } = record;
    tell?.(record);
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
