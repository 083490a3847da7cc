import { counted } from "../domain/counted.js";
import type { McqPrompt } from "../domain/scoring/multiple-choice.js";
import { printable } from "../domain/printable.js";

interface Planned {
  readonly model: string;
  readonly tasks: number;
  readonly questions: number;
  readonly resumed: number;
  readonly promptTokens: number;
  readonly longest: number;
  readonly first: readonly { readonly task: string; readonly prompt: McqPrompt }[];
}

/** What would be asked: counts, then the first prompt of each form in full. */
export function mcqDryRunText(plan: Planned): string {
  const missing = plan.questions - plan.resumed;
  const head = [
    `${printable(plan.model)} would be asked ${missing} of ${counted(plan.questions, "question")} of ${counted(plan.tasks, "task")} (${plan.resumed} done by earlier runs)`,
    `about ${plan.promptTokens} prompt tokens where a question takes one request (--mode letters), four times that with --mode full; the longest prompt has about ${plan.longest}`,
  ];
  const prompts = plan.first.map(({ task, prompt }) =>
    [
      `--- ${printable(task)}`,
      ...contextLines(prompt),
      `--- continued with one of: ${prompt.continuations.map((text) => JSON.stringify(text)).join(", ")}`,
    ].join("\n"),
  );
  return `${[...head, "", ...prompts].join("\n")}\n`;
}

function contextLines({ context }: McqPrompt): string[] {
  if (context.kind === "text") return lines(context.text);
  return context.messages.flatMap(({ role, content }) => [`[${role}]`, ...lines(content)]);
}

function lines(text: string): string[] {
  return text.split(/\r?\n/).map(printable);
}
