import { hash as hashAtOnce } from "node:crypto";
import { EvalError } from "../eval-error.js";
import { needsReference } from "./mt-bench.js";
import type { RatingScale } from "./rating.js";
import { mtBenchScale } from "./rating.js";

/** Which of MT-Bench's four single-grading prompts it is. */
export const judgePromptKinds = ["single", "single-reference", "multi-turn", "multi-turn-reference"] as const;
export type JudgePromptKind = (typeof judgePromptKinds)[number];

/** One turn as the judge sees it. */
export interface JudgedTurn {
  readonly question: string;
  readonly answer: string;
  readonly reference?: string;
}

interface FilledJudgePrompt {
  readonly system: string;
  readonly user: string;
}

/** A judge is data: a prompt and the scale it declares. */
export interface JudgePrompt {
  readonly name: string;
  readonly kind: JudgePromptKind;
  readonly scale: RatingScale;
  /** sha256 of the prompt's source, in hex */
  readonly hash: string;
  /** Fills the prompt for the last of the given turns, in one pass: text that looks like a placeholder stays text. */
  readonly fill: (turns: readonly JudgedTurn[]) => FilledJudgePrompt;
}

/** The four prompts that judge a question set. */
export interface JudgePromptSet {
  /** where they come from, as shown in reports */
  readonly source: string;
  /** sha256 over the four prompts, in hex */
  readonly hash: string;
  readonly prompts: Readonly<Record<JudgePromptKind, JudgePrompt>>;
}

/** MT-Bench's choice: by category, and by whether it is the first turn. */
export function judgePromptKind(category: string, turn: number): JudgePromptKind {
  if (needsReference(category)) return turn === 1 ? "single-reference" : "multi-turn-reference";
  return turn === 1 ? "single" : "multi-turn";
}

/** Gathers a set; of two prompts of a kind the last counts, as upstream. A missing kind is an error that names the file. */
export function judgePromptSet(source: string, prompts: readonly JudgePrompt[]): JudgePromptSet {
  const pick = (kind: JudgePromptKind): JudgePrompt => {
    const found = prompts.findLast((prompt) => prompt.kind === kind);
    if (found !== undefined) return found;
    throw new EvalError("input", `${source}: no judge prompt of kind "${kind}" (${fastChatNames[kind]})`);
  };
  const chosen = {
    single: pick("single"),
    "single-reference": pick("single-reference"),
    "multi-turn": pick("multi-turn"),
    "multi-turn-reference": pick("multi-turn-reference"),
  };
  const hash = sha256(judgePromptKinds.map((kind) => chosen[kind].hash).join("\n"));
  return { source, hash, prompts: chosen };
}

/** Fills each prompt that will be used once, for as many turns as it will have to take, so that a mistake in it shows before anybody is asked. */
export function tryPrompts(
  questions: Iterable<{ readonly category: string; readonly turns: readonly string[] }>,
  { prompts }: JudgePromptSet,
): void {
  const mostTurns = new Map<JudgePromptKind, number>();
  for (const { category, turns } of questions) {
    const kind = judgePromptKind(category, turns.length);
    mostTurns.set(kind, Math.max(mostTurns.get(kind) ?? 0, turns.length));
  }
  const turn = { question: "", answer: "", reference: "" };
  for (const [kind, turns] of mostTurns) prompts[kind].fill(Array.from({ length: turns }, () => turn));
}

/**
 * The lines that frame candidate text in branchbench's own prompts carry this word. It depends on every judged text, so that an answer
 * that contained it would have to contain a hash of itself; and it is the same on a second run, so that runs can be repeated.
 */
export function frameDelimiter(turns: readonly JudgedTurn[]): string {
  return sha256(`frame\n${JSON.stringify(turns)}`).slice(0, 16);
}

/** Changes when a question or an answer that was judged changes. (Prompts and references are settings of the run, kept in its manifest.) */
export function judgedTextHash(turns: readonly JudgedTurn[]): string {
  const texts = turns.map((turn) => [turn.question, turn.answer]);
  return sha256(`judged\n${JSON.stringify(texts)}`).slice(0, 16);
}

/** One turn as the judge sees it, its texts as JSON. */
export interface JudgedJson {
  readonly questionJson: string;
  readonly answerJson: string;
}

/** `judgedTextHash` of the first turn, of the first two, and so on, of texts that are JSON already: writing them takes longer than hashing. */
export function judgedJsonHashes(turns: readonly JudgedJson[]): string[] {
  let texts = "";
  return turns.map(({ questionJson, answerJson }, index) => {
    texts += `${index === 0 ? "" : ","}[${questionJson},${answerJson}]`;
    return sha256(`judged\n[${texts}]`).slice(0, 16);
  });
}

/** Names under which FastChat's prompt file holds the four kinds. */
export const fastChatNames: Readonly<Record<JudgePromptKind, string>> = {
  single: "single-v1",
  "single-reference": "single-math-v1",
  "multi-turn": "single-v1-multi-turn",
  "multi-turn-reference": "single-math-v1-multi-turn",
};

/** One line of FastChat's `judge_prompts.jsonl` as far as it is used here. */
export interface FastChatPrompt {
  readonly name: string;
  readonly system_prompt: string;
  readonly prompt_template: string;
}

/** Makes a prompt of a FastChat line, or undefined where the line is of another kind (pairwise). */
export function fastChatJudgePrompt(row: FastChatPrompt): JudgePrompt | undefined {
  const kind = judgePromptKinds.find((candidate) => fastChatNames[candidate] === row.name);
  if (kind === undefined) return undefined;
  const allowed = placeholdersOf(kind);
  for (const part of parsePythonFormat(row.prompt_template))
    if (part.placeholder !== undefined && !allowed.has(part.placeholder))
      throw new EvalError("input", `judge prompt ${row.name}: unknown placeholder {${part.placeholder}}`, {
        hint: `it may hold ${[...allowed].map((name) => `{${name}}`).join(", ")}`,
      });
  return {
    name: row.name,
    kind,
    scale: mtBenchScale,
    hash: sha256(JSON.stringify([row.name, row.system_prompt, row.prompt_template])),
    fill: (turns) => fillFastChat(row, turns),
  };
}

function placeholdersOf(kind: JudgePromptKind): ReadonlySet<string> {
  const names = kind.startsWith("single")
    ? ["question", "answer"]
    : ["question_1", "answer_1", "question_2", "answer_2"];
  if (kind === "single-reference") names.push("ref_answer_1");
  if (kind === "multi-turn-reference") names.push("ref_answer_1", "ref_answer_2");
  return new Set(names);
}

function fillFastChat(row: FastChatPrompt, turns: readonly JudgedTurn[]): FilledJudgePrompt {
  const values = new Map<string, string>([
    ["question", turns[0]?.question ?? ""],
    ["answer", turns[0]?.answer ?? ""],
  ]);
  for (const [index, turn] of turns.entries()) {
    values.set(`question_${index + 1}`, turn.question);
    values.set(`answer_${index + 1}`, turn.answer);
    values.set(`ref_answer_${index + 1}`, turn.reference ?? "");
  }
  const template = turns.length > 2 ? extendTemplate(row, turns.length) : row.prompt_template;
  const user = parsePythonFormat(template)
    .map((part) => (part.placeholder === undefined ? part.text : (values.get(part.placeholder) ?? "")))
    .join("");
  // FastChat's wording knows two turns only; judging a third asks about the last one.
  const system =
    turns.length > 2 ? row.system_prompt.replaceAll("second user question", "last user question") : row.system_prompt;
  return { system, user };
}

/** Repeats the template's own pattern of turn 1 and turn 2 for further turns. */
function extendTemplate(row: FastChatPrompt, turnCount: number): string {
  let extended = row.prompt_template;
  for (const name of ["answer", "ref_answer"]) {
    const pattern = new RegExp(`\\{question_1\\}([^{}]*)\\{${name}_1\\}([^{}]*)\\{question_2\\}\\1\\{${name}_2\\}`);
    extended = extended.replace(pattern, (_, between: string, separator: string) =>
      Array.from(
        { length: turnCount },
        (_unused, index) => `{question_${index + 1}}${between}{${name}_${index + 1}}`,
      ).join(separator),
    );
    const isShown = name === "answer" || extended.includes("{ref_answer_2}");
    if (isShown && !extended.includes(`{${name}_${turnCount}}`))
      throw new EvalError("input", `judge prompt ${row.name} cannot be extended to ${turnCount} turns`, {
        hint: "use --judge-prompts builtin, whose prompts take any number of turns",
      });
  }
  return extended;
}

interface FormatPart {
  readonly text: string;
  readonly placeholder?: string;
}

/** Python's `str.format` as far as prompt files use it: `{name}`, and doubled braces for single ones. */
function parsePythonFormat(template: string): FormatPart[] {
  const parts: FormatPart[] = [];
  let position = 0;
  for (const match of template.matchAll(/\{\{|\}\}|\{(\w+)\}|[{}]/g)) {
    parts.push({ text: template.slice(position, match.index) });
    position = match.index + match[0].length;
    if (match[1] !== undefined) parts.push({ text: "", placeholder: match[1] });
    else if (match[0].length === 2) parts.push({ text: match[0].charAt(0) });
    else throw new EvalError("input", `judge prompt template: a single "${match[0]}" at character ${match.index + 1}`);
  }
  parts.push({ text: template.slice(position) });
  return parts;
}

/** At once: each judged text is hashed, and an object that takes it in pieces costs more than the hashing. */
function sha256(text: string): string {
  return hashAtOnce("sha256", text, "hex");
}
