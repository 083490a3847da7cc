import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Handlebars from "handlebars";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import type { JudgedTurn, JudgePrompt, JudgePromptSet } from "../domain/mt-bench/judge-prompt.js";
import {
  fastChatJudgePrompt,
  frameDelimiter,
  judgePromptKinds,
  judgePromptSet,
} from "../domain/mt-bench/judge-prompt.js";
import { choiceLetter } from "../domain/mmlu/mmlu-prompt.js";
import type { McqDoc } from "../domain/scoring/multiple-choice.js";
import { pythonStrip } from "../domain/python-strip.js";
import { diskError } from "./disk-error.js";
import { parseRow, readJsonLines } from "./jsonl.js";
import { packageRoot } from "./package-info.js";

const fastChatPromptSchema = z.object({ name: z.string(), system_prompt: z.string(), prompt_template: z.string() });

/** Reads judge prompts in FastChat's format (`judge_prompts.jsonl`). */
export async function readFastChatPrompts(path: string): Promise<JudgePromptSet> {
  const prompts: JudgePrompt[] = [];
  for await (const { value, line } of readJsonLines(path)) {
    const row = parseRow(fastChatPromptSchema, value, `${path}:${line}`);
    const prompt = located(`${path}:${line}`, () => fastChatJudgePrompt(row));
    if (prompt !== undefined) prompts.push(prompt);
  }
  return judgePromptSet(path, prompts);
}

/** Reads branchbench's own judge prompts. */
export async function readBuiltinPrompts(): Promise<JudgePromptSet> {
  const folder = join(packageRoot, "prompts", "judge");
  const prompts = await Promise.all(judgePromptKinds.map((kind) => readHandlebarsPrompt(join(folder, `${kind}.hbs`))));
  return judgePromptSet("branchbench's own judge prompts", prompts);
}

const frontMatterSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(judgePromptKinds),
  scale: z.strictObject({ min: z.number(), max: z.number() }),
  system: z.string(),
});

/** Reads one Handlebars prompt with its front matter and tries it out, so that a mistake in it shows before anything is asked. */
export async function readHandlebarsPrompt(path: string): Promise<JudgePrompt> {
  const source = await readFile(path, "utf8").catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  const { front, template } = splitFront(source, path);
  const meta = parseRow(frontMatterSchema, front, path);
  const [system, body] = [compile(meta.system), compile(template)];
  const prompt: JudgePrompt = {
    name: meta.name,
    kind: meta.kind,
    scale: meta.scale,
    hash: createHash("sha256").update(source).digest("hex"),
    fill: (turns) => {
      const values = promptValues(meta.scale, turns);
      return { system: system(values).trim(), user: body(values).trim() };
    },
  };
  const examples: JudgedTurn[] = [
    { question: "", answer: "", reference: "known" },
    { question: "", answer: "" },
  ];
  for (const example of examples)
    located(path, () => prompt.fill(meta.kind.startsWith("multi-turn") ? [example, example] : [example]));
  return prompt;
}

function splitFront(source: string, path: string): { readonly front: unknown; readonly template: string } {
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(source);
  if (parts === null) throw new EvalError("input", `${path}: it does not begin with front matter between --- lines`);
  return { front: located(path, () => parseYaml(parts[1] ?? "") as unknown), template: parts[2] ?? "" };
}

function compile(template: string): HandlebarsTemplateDelegate {
  return Handlebars.compile(template, { noEscape: true, strict: true });
}

/** Asks for the letter of a choice in writing. */
export interface ChoicePrompt {
  readonly name: string;
  /** sha256 of the file in hex */
  readonly hash: string;
  /** the question with its choices, and the form that the answer shall have */
  readonly message: (doc: Pick<McqDoc, "question" | "choices">) => string;
}

const choiceFrontSchema = z.strictObject({ name: z.string().min(1) });

/** Reads the prompt that asks for a choice in writing; the built-in one unless told. */
export async function readChoicePrompt(
  path = join(packageRoot, "prompts", "choice", "letter.hbs"),
): Promise<ChoicePrompt> {
  const source = await readFile(path, "utf8").catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  const { front, template } = splitFront(source, path);
  const { name } = parseRow(choiceFrontSchema, front, path);
  const body = compile(template);
  const message: ChoicePrompt["message"] = ({ question, choices }) => {
    const lettered = choices.map((text, index) => ({ letter: choiceLetter(index), text }));
    return body({
      question: pythonStrip(question),
      choices: lettered,
      letters: lettered.map(({ letter }) => letter).join(", "),
    }).trim();
  };
  located(path, () => message({ question: "", choices: ["", ""] }));
  return { name, hash: createHash("sha256").update(source).digest("hex"), message };
}

function promptValues(scale: JudgePrompt["scale"], turns: readonly JudgedTurn[]): object {
  const numbered = turns.map((turn, index) => ({ number: index + 1, ...turn }));
  return { delimiter: frameDelimiter(turns), scale, turns: numbered, last: numbered.at(-1) };
}

/** Puts the place in front of what a parser says. */
function located<Result>(where: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new EvalError("input", `${where}: ${error.message.split("\n")[0] ?? "invalid"}`, {
      cause: error,
      ...(error instanceof EvalError && error.hint !== undefined && { hint: error.hint }),
    });
  }
}
