import { EvalError } from "../eval-error.js";
import { mmluDescription, promptSetHash } from "./mmlu-prompt.js";
import type { MmluSubject } from "./mmlu-subjects.js";
import type { McqDoc, McqSource, McqTask } from "../scoring/multiple-choice.js";

/** One row of an MMLU file. */
export interface MmluRow {
  readonly question: string;
  readonly choices: readonly string[];
  /** index of the right choice */
  readonly answer: number;
}

/** How many choices a question of MMLU and of MMLU-Branch has. */
export const choiceCount = 4;

/** Rows as questions of a subject; lm-eval's row has these keys in this order. */
export function mmluDocs(subject: string, rows: readonly MmluRow[]): McqDoc[] {
  return rows.map(({ question, choices, answer }, id) => ({
    id,
    question,
    choices,
    gold: answer,
    row: { question, subject, choices, answer },
  }));
}

/** A subject's questions and where they were read. */
export interface MmluFile {
  readonly docs: readonly McqDoc[];
  readonly path: string;
}

interface MmluTaskParts {
  readonly subject: MmluSubject;
  readonly test: MmluFile;
  /** needed from one example on */
  readonly dev?: MmluFile | undefined;
  readonly fewShots: number;
  readonly hashes: Pick<McqSource, "sha256" | "questionsSha256">;
}

/**
 * lm-eval's task of a subject: the examples are the first rows of the dev file, the same before every question.
 *
 * @throws EvalError `input` where the dev file has fewer rows than examples are asked for
 */
export function mmluTask({ subject, test, dev, fewShots, hashes }: MmluTaskParts): McqTask {
  const examples = dev?.docs.slice(0, fewShots) ?? [];
  if (examples.length < fewShots)
    throw new EvalError("input", `${dev?.path ?? test.path}: it holds ${examples.length} examples, not ${fewShots}`, {
      hint: `use --few-shots ${examples.length}`,
    });
  return {
    name: subject.name,
    alias: subject.subject,
    category: subject.category,
    form: "letters",
    description: mmluDescription(subject.subject),
    docs: test.docs,
    fewShots: () => examples,
    source: { path: test.path, ...hashes },
  };
}

/** Whether a task's prompts are those that the published files give; undefined for numbers of examples whose hash is not known. */
export function isPublishedMmlu(subject: MmluSubject, task: McqTask): boolean | undefined {
  const [first] = task.docs;
  const shots = first === undefined ? 0 : task.fewShots(first).length;
  if (shots !== 0 && shots !== 5) return undefined;
  return promptSetHash(task).startsWith(subject.promptHashes[shots]);
}
