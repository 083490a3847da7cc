import { createHash } from "node:crypto";
import { mcqPrompt } from "../../src/domain/mmlu/mmlu-prompt.js";
import type { McqDoc, McqOutcome, McqPrompt, McqTask } from "../../src/domain/scoring/multiple-choice.js";
import { outputTree } from "../../src/io/output-tree.js";
import type { McqQuestion, MmluInput, MmluPorts } from "../../src/pipeline/mmlu-input.js";

/** A subject of so many questions, all with the same two examples. */
export function sampleTask(subject: string, count: number, form: McqTask["form"] = "letters"): McqTask {
  const doc = (id: number): McqDoc => {
    const question = `Which of these is number ${id} of ${subject}?`;
    const choices = ["one ", "two", "three", `${id}`];
    const gold = id % 4;
    return { id, question, choices, gold, row: { question, subject, choices, answer: gold } };
  };
  const examples = [doc(1000), doc(1001)];
  return {
    name: `mmlu_${subject}`,
    alias: subject,
    category: "stem",
    form,
    description: `The following are multiple choice questions (with answers) about ${subject.replaceAll("_", " ")}.\n\n`,
    docs: Array.from({ length: count }, (_, id) => doc(id)),
    fewShots: () => examples,
    source: {
      path: `test/${subject}_test.csv`,
      sha256: createHash("sha256").update(`${subject} ${count}`).digest("hex"),
    },
  };
}

/** A choice that depends on nothing but the prompt. */
export function derivedChoice({ context, continuations }: McqPrompt): number {
  const hash = createHash("sha256").update(JSON.stringify(context)).digest();
  return (hash[0] ?? 0) % continuations.length;
}

export function chosen(choice: number): McqOutcome {
  const logprobs = [0, 1, 2, 3].map((index) => (index === choice ? -0.25 : index === 3 ? null : -3));
  return {
    kind: "chosen",
    choice,
    way: "letters",
    logprobs,
    matched: "own",
    requests: 1,
    promptTokens: 20,
    completionTokens: 1,
  };
}

export function timedOut(): McqOutcome {
  return { kind: "failed", reason: "timeout", message: "no reply", requests: 1 };
}

export function mmluInput(folder: string, tasks: readonly McqTask[], more: Partial<MmluInput> = {}): MmluInput {
  return {
    bench: "mmlu",
    output: outputTree(folder, "mmlu"),
    model: "org/model",
    tasks,
    promptOf: (task, doc) => mcqPrompt(task, doc, { chat: "none" }),
    prompts: { fewShots: 2, fewShotsFrom: "dev", chat: "none", systemPrompt: null, maxLength: null },
    ...more,
  };
}

/** Ports whose model answers by `answer`; `asked` fills with what it was asked. */
export function mmluPorts(
  answer: (question: McqQuestion, index: number) => McqOutcome | Promise<McqOutcome> = ({ prompt }) =>
    chosen(derivedChoice(prompt)),
): { readonly asked: McqQuestion[]; readonly ports: MmluPorts } {
  const asked: McqQuestion[] = [];
  const score = async (question: McqQuestion): Promise<McqOutcome> => {
    const index = asked.push(question) - 1;
    await new Promise((resolve) => setImmediate(resolve));
    return answer(question, index);
  };
  const scoring = {
    score,
    modes: { letters: "letters" },
    settings: { endpoint: "completions" },
    findings: ["20 next tokens"],
  };
  return { asked, ports: { scoring, server: { url: "http://127.0.0.1:1/v1", models: null } } };
}
