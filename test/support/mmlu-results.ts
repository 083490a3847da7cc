import { createHash } from "node:crypto";
import type { McqOutcome, McqTask } from "../../src/domain/scoring/multiple-choice.js";
import { mmluSubjects } from "../../src/domain/mmlu/mmlu-subjects.js";
import { mmlu } from "../../src/pipeline/mmlu.js";
import { chosen, mmluInput, mmluPorts, sampleTask, timedOut } from "./mcq.js";

/** Models that know one thing more the further back they stand. */
const mmluModels = ["org/small", "org/middle", "org/large"] as const;

/** So many subjects of MMLU, each in its own category. */
function subjects(count: number, questions: number): McqTask[] {
  return mmluSubjects
    .filter((_, index) => index % Math.floor(mmluSubjects.length / count) === 0)
    .slice(0, count)
    .map(({ subject, category }, index) => ({ ...sampleTask(subject, questions + index), category }));
}

/** Writes what `mmlu` leaves of three models below `<folder>/mmlu`; the first task has every kind of outcome. */
export async function writeMmluResults(folder: string, size: { subjects: number; questions: number }): Promise<void> {
  const tasks = subjects(size.subjects, size.questions);
  for (const [skill, model] of mmluModels.entries()) {
    const { ports } = mmluPorts(({ task, doc }) => {
      if (task === tasks[0] && model === "org/middle" && doc.id < 4) return unusual(doc.id);
      const draw = createHash("sha256").update(`${model} ${task.name} ${doc.id}`).digest()[0] ?? 0;
      return chosen(draw < 90 + 45 * skill ? doc.gold : (doc.gold + 1) % 4);
    });
    await mmlu(mmluInput(folder, tasks, { model }), ports);
  }
}

const cost = { requests: 1, promptTokens: 20, completionTokens: 9 };

function unusual(id: number): McqOutcome {
  const outcomes: readonly McqOutcome[] = [
    timedOut(),
    { kind: "unreadable", way: "generate", text: "I <b>cannot</b> say.", ...cost },
    { kind: "chosen", way: "generate", choice: 2, logprobs: [], text: "The answer is **C**.", ...cost },
    { kind: "chosen", way: "letters-fallback", choice: 3, logprobs: [-2, -3, null, -1], ...cost },
  ];
  return outcomes[id] ?? timedOut();
}
