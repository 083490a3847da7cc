import type { PlannedTask } from "../domain/mmlu/mcq-plan.js";
import type { McqDoc, McqTask } from "../domain/scoring/multiple-choice.js";
import type { McqQuestion } from "./mmlu-input.js";

export interface Asked {
  readonly question: McqQuestion;
  /** called when it was answered, or could not be; its record may still be on its way to the disk */
  readonly onReply: () => void;
}

interface AskingOrder {
  readonly question: (task: McqTask, doc: McqDoc) => McqQuestion;
  /** as many questions as may be under way */
  readonly width: number;
}

/**
 * Questions task by task. The first of each task goes alone, so that a server that caches prompts has the examples at hand when the others
 * come. It goes ahead, while there are still `width` others to ask: if all others waited for it, the server would stand idle at each new task.
 * Where it is late, tasks whose first question was answered go before.
 */
export async function* headsFirst(
  tasks: readonly PlannedTask[],
  { question, width }: AskingOrder,
): AsyncGenerator<Asked> {
  // by their places in `tasks`: whose first question is under way, and where it was answered and the others are still to be asked
  const [begun, ready] = [new Set<number>(), new Set<number>()];
  let wake = ignore;
  let next = 0;
  // questions of both, without the first ones
  let following = 0;
  function* nextHead(): Generator<Asked> {
    const place = next++;
    const planned = tasks[place];
    const [head] = planned?.docs ?? [];
    if (planned === undefined || head === undefined) return;
    begun.add(place);
    following += planned.docs.length - 1;
    const onReply = (): void => {
      begun.delete(place);
      ready.add(place);
      wake();
    };
    yield { question: question(planned.task, head), onReply };
  }
  function* dueHeads(): Generator<Asked> {
    // always a second one, so that one that is late holds up neither the others nor the first questions behind it
    while (next < tasks.length && (following < width || begun.size + ready.size < 2)) yield* nextHead();
  }
  for (;;) {
    yield* dueHeads();
    while (ready.size === 0 && begun.size > 0) await new Promise<void>((resolve) => (wake = resolve));
    const place = Math.min(...ready);
    const planned = tasks[place];
    if (planned === undefined) return;
    ready.delete(place);
    for (const doc of planned.docs.slice(1)) {
      yield { question: question(planned.task, doc), onReply: ignore };
      following--;
      yield* dueHeads();
    }
  }
}

function ignore(): void {
  // nobody waits for a question that is not the first of its task
}
