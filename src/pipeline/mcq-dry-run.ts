import { planMcq } from "../domain/mmlu/mcq-plan.js";
import type { McqPrompt } from "../domain/scoring/multiple-choice.js";
import { tokenCounter } from "../io/tokens.js";
import { finishedOutcomes } from "./finished-outcomes.js";
import type { MmluInput } from "./mmlu-input.js";

/** What `mmlu` or `mmlu-branch` would ask one model. */
export interface McqDryRun {
  readonly model: string;
  readonly tasks: number;
  readonly questions: number;
  /** finished by earlier runs */
  readonly resumed: number;
  /** of the questions still to be asked, each once; estimated */
  readonly promptTokens: number;
  /** the longest prompt, in estimated tokens */
  readonly longest: number;
  /** the first prompt of each form */
  readonly first: readonly { readonly task: string; readonly prompt: McqPrompt }[];
}

/** Reads files only. */
export async function dryRunMcq(input: MmluInput): Promise<McqDryRun> {
  const count = await tokenCounter();
  const plan = planMcq(input.tasks, input.firstN);
  const records = input.output.outcomes(input.model).records;
  const wanted = { plan, promptOf: input.promptOf };
  const finished = input.fresh === true ? undefined : (await finishedOutcomes(records, wanted)).finished;
  const first = new Map<string, { task: string; prompt: McqPrompt }>();
  let [questions, resumed, promptTokens, longest] = [0, 0, 0, 0];
  for (const { task, docs } of plan)
    for (const doc of docs) {
      questions++;
      const prompt = input.promptOf(task, doc);
      if (!first.has(task.form)) first.set(task.form, { task: task.name, prompt });
      if (finished?.has({ task: task.name, docId: doc.id }) === true) {
        resumed++;
        continue;
      }
      const tokens = count(contextText(prompt));
      promptTokens += tokens;
      longest = Math.max(longest, tokens);
    }
  const { model } = input;
  return { model, tasks: plan.length, questions, resumed, promptTokens, longest, first: [...first.values()] };
}

function contextText({ context }: McqPrompt): string {
  return context.kind === "text" ? context.text : context.messages.map(({ content }) => content).join("\n");
}
