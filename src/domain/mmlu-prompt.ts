import { createHash } from "node:crypto";
import type { ChatMessage } from "./chat-model.js";
import type { McqDoc, McqPrompt, McqTask } from "./multiple-choice.js";
import { isPythonSpace, pythonStrip } from "./python-strip.js";

/** Whether the prompt is a plain text, one message that holds the examples too, or a conversation with an exchange an example. */
type McqChatForm = "none" | "one-turn" | "multi-turn";

/** How a question is put, apart from the question. */
export interface McqPromptForm {
  /** stands before everything; in a chat it is the system message */
  readonly systemPrompt?: string | undefined;
  /** as lm-eval 0.4.10 and newer: the continuations of a chat have no leading space. See docs/decisions/0011-mmlu.md for older ones. */
  readonly chat: McqChatForm;
}

/** What stands between a question block and its answer. */
const answerCue = "\nAnswer:";

/** The question and its lettered choices, without the cue. Only the question is stripped, as Python does it: choices are as published. */
export function questionBlock({ question, choices }: Pick<McqDoc, "question" | "choices">): string {
  return [pythonStrip(question), ...choices.map((choice, index) => `${choiceLetter(index)}. ${choice}`)].join("\n");
}

/** `A` for 0. */
export function choiceLetter(index: number): string {
  return String.fromCodePoint(0x41 + index);
}

/** Stands between examples, and between a system prompt and a description. */
const exampleDelimiter = "\n\n";

/** The prompt of lm-eval's `mmlu` and of MMLU-Branch tasks, byte for byte (`fewshot_context` and `construct_requests` of lm_eval/api/task.py). */
export function mcqPrompt(task: McqTask, doc: McqDoc, form: McqPromptForm): McqPrompt {
  const answers = doc.choices.map((_, index) => answerText(task, doc, index));
  const system = joinPrompts(form.systemPrompt ?? "", task.description);
  const examples = task.fewShots(doc).map((example) => ({
    question: questionBlock(example) + answerCue,
    answer: answerText(task, example, example.gold),
  }));
  const asked = questionBlock(doc) + answerCue;
  if (form.chat === "multi-turn") {
    const turns = examples.flatMap(({ question, answer }): ChatMessage[] => [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ]);
    return inChat(system, [...turns, { role: "user", content: asked }], answers);
  }
  const shown = examples.map(({ question, answer }) => `${question} ${answer}${exampleDelimiter}`).join("");
  if (form.chat === "one-turn") return inChat(system, [{ role: "user", content: shown + asked }], answers);
  return {
    context: { kind: "text", text: system + shown + asked },
    continuations: answers.map((answer) => ` ${answer}`),
  };
}

function inChat(system: string, messages: readonly ChatMessage[], continuations: readonly string[]): McqPrompt {
  const first: readonly ChatMessage[] = system === "" ? [] : [{ role: "system", content: system }];
  return { context: { kind: "chat", messages: [...first, ...messages] }, continuations };
}

function answerText({ form }: McqTask, { choices }: McqDoc, index: number): string {
  return form === "letters" ? choiceLetter(index) : (choices[index] ?? "");
}

/** lm-eval's `maybe_delimit`: the delimiter is left out where one of the two has white space there already. */
function joinPrompts(system: string, description: string): string {
  if (system === "" || description === "") return system + description;
  const isApart = isPythonSpace(system.at(-1)) || isPythonSpace(description[0]);
  return system + (isApart ? "" : exampleDelimiter) + description;
}

/** What lm-eval puts before the first example of a subject. */
export function mmluDescription(subject: string): string {
  return `The following are multiple choice questions (with answers) about ${subject.replaceAll("_", " ")}.\n\n`;
}

/** sha256 in hex over each plain prompt of a task and a zero byte after it: two files with the same hash give the same prompts. It says nothing about the right answers of the questions asked. */
export function promptSetHash(task: McqTask): string {
  const hash = createHash("sha256");
  for (const doc of task.docs) {
    const { context } = mcqPrompt(task, doc, { chat: "none" });
    if (context.kind === "text") hash.update(`${context.text}\0`);
  }
  return hash.digest("hex");
}
