import { createHash, hash as hashOf } from "node:crypto";
import type { ChatMessage } from "../server/chat-model.js";
import type { McqContext, McqDoc, McqPrompt, McqTask, PromptHead, PromptParts } from "../scoring/multiple-choice.js";
import { isPythonSpace, pythonStrip } from "../python-strip.js";

type TextContext = Extract<McqContext, { kind: "text" }>;

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
  if (form.chat === "none") return inText(task, doc, form.systemPrompt ?? "");
  const answers = doc.choices.map((_, index) => answerText(task, doc, index));
  const system = joinPrompts(form.systemPrompt ?? "", task.description);
  const examples = examplesOf(task, task.fewShots(doc));
  const asked = questionBlock(doc) + answerCue;
  if (form.chat === "multi-turn") {
    const turns = examples.flatMap(({ question, answer }): ChatMessage[] => [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ]);
    return inChat(system, [...turns, { role: "user", content: asked }], answers);
  }
  return inChat(system, [{ role: "user", content: shown(examples) + asked }], answers);
}

interface Example {
  readonly question: string;
  readonly answer: string;
}

function examplesOf(task: McqTask, examples: readonly McqDoc[]): Example[] {
  return examples.map((example) => ({
    question: questionBlock(example) + answerCue,
    answer: answerText(task, example, example.gold),
  }));
}

function shown(examples: readonly Example[]): string {
  return examples.map(({ question, answer }) => `${question} ${answer}${exampleDelimiter}`).join("");
}

interface KnownHead {
  readonly task: McqTask;
  readonly systemPrompt: string;
  readonly head: PromptHead;
}

/** the last head with these examples */
const heads = new WeakMap<readonly McqDoc[], KnownHead>();

function inText(task: McqTask, doc: McqDoc, systemPrompt: string): McqPrompt {
  const head = headOf(task, task.fewShots(doc), systemPrompt);
  const context = textContext({ head, asked: questionBlock(doc) + answerCue });
  return { context, continuations: doc.choices.map((_, index) => ` ${answerText(task, doc, index)}`) };
}

function textContext(parts: PromptParts): TextContext {
  return { kind: "text", text: parts.head.text + parts.asked, parts };
}

/** A prompt in a message to another thread. A message holds what its prompts begin with only once, however many share it. */
export interface PackedPrompt {
  readonly parts: PromptParts;
  readonly continuations: readonly string[];
}

/** Returns undefined for a prompt that was not made of parts. */
export function packedPrompt({ context, continuations }: McqPrompt): PackedPrompt | undefined {
  return context.kind === "chat" || context.parts === undefined ? undefined : { parts: context.parts, continuations };
}

/** The prompt as it was before it was packed. */
export function unpackedPrompt({ parts, continuations }: PackedPrompt): McqPrompt {
  return { context: textContext(parts), continuations };
}

function headOf(task: McqTask, examples: readonly McqDoc[], systemPrompt: string): PromptHead {
  const known = heads.get(examples);
  if (known !== undefined && known.task === task && known.systemPrompt === systemPrompt) return known.head;
  const text = joinPrompts(systemPrompt, task.description) + shown(examplesOf(task, examples));
  const endsHalfway = /[\uD800-\uDBFF]$/.test(text);
  const head: PromptHead = { text, endsHalfway, json: undefined };
  heads.set(examples, { task, systemPrompt, head });
  return head;
}

/** The text of a context as JSON; the examples, which many questions share, are written as JSON only once. */
export function contextJson({ text, parts }: TextContext): string {
  if (parts === undefined || parts.head.endsHalfway) return JSON.stringify(text);
  const { head, asked } = parts;
  head.json ??= JSON.stringify(head.text).slice(0, -1);
  return head.json + JSON.stringify(asked).slice(1);
}

/** sha256 of a context's text in hex. The text is put together once more: hashing would make the one that is under way a whole string, which takes memory until it is answered. */
export function contextHash({ text, parts }: TextContext): string {
  return hashOf("sha256", parts === undefined ? text : parts.head.text + parts.asked);
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
