import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { EvalError } from "../domain/eval-error.js";
import type { Question, QuestionId } from "../domain/question.js";
import { decodeQuestion, questionRowSchema } from "../domain/question.js";
import { questionKeys } from "../domain/question-keys.js";
import type { QuestionKeys } from "../domain/question-keys.js";
import type { QuestionSelection } from "../domain/question-selection.js";
import { selectQuestions } from "../domain/question-selection.js";
import { diskError } from "./disk-error.js";
import type { TextLine } from "./jsonl.js";
import { parseLine, parseRow, readLines } from "./jsonl.js";

/** A question file that was read once and found good. The questions themselves stay on disk. */
export interface QuestionFile {
  readonly path: string;
  /** sha256 of the file, in hex */
  readonly sha256: string;
  /** in file order */
  readonly keys: QuestionKeys;
}

/** Checks every line before anything is asked. */
export async function openQuestionFile(path: string): Promise<QuestionFile> {
  const keys = questionKeys();
  // by the id's text, which keys results in many places: 81 and "81" cannot both be in one set
  const lines = new Map<QuestionId, number>();
  const hash = createHash("sha256");
  const check = (textLine: TextLine): void => {
    const { line } = textLine;
    const { question_id: id, category } = parseRow(questionRowSchema, parseLine(textLine, path), `${path}:${line}`);
    const earlier = lines.get(asNumber(id));
    if (earlier !== undefined)
      throw new EvalError("input", `${path}:${line}: field question_id: ${id} stands already in line ${earlier}`, {
        hint: "give each question an id of its own",
      });
    lines.set(asNumber(id), line);
    keys.add(id, category);
  };
  for await (const group of readLines(path, (bytes) => hash.update(bytes))) for (const line of group) check(line);
  if (keys.ids.length === 0)
    throw new EvalError("input", `${path}: it holds no question`, {
      hint: 'each line must hold one, such as {"question_id": 1, "category": "writing", "turns": ["…"]}',
    });
  return { path, sha256: hash.digest("hex"), keys };
}

/** One form for a number and its text: the one that takes little memory. */
function asNumber(id: QuestionId): QuestionId {
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : id;
}

/** The selected questions in file order, read as they are needed. */
export async function* readQuestions(file: QuestionFile, selection: QuestionSelection = {}): AsyncGenerator<Question> {
  const selected = selectQuestions(file.keys, selection);
  let [position, next] = [0, 0];
  for await (const group of readLines(file.path)) {
    for (const line of group) {
      if (position++ !== selected[next]) continue;
      next++;
      yield decodeQuestion(parseRow(questionRowSchema, parseLine(line, file.path), `${file.path}:${line.line}`));
      if (next === selected.length) return;
    }
  }
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throw diskError(error, `cannot read ${path}`);
  }
  return hash.digest("hex");
}
