import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { EvalError } from "../domain/eval-error.js";
import type { Question, QuestionId, QuestionRow } from "../domain/mt-bench/question.js";
import { decodeQuestion, questionRowSchema } from "../domain/mt-bench/question.js";
import { questionKeys } from "../domain/mt-bench/question-keys.js";
import type { QuestionKeys } from "../domain/mt-bench/question-keys.js";
import type { QuestionSelection } from "../domain/mt-bench/question-selection.js";
import { selectedPositions } from "../domain/mt-bench/question-selection.js";
import { diskError } from "./disk-error.js";
import { numberColumn } from "../domain/number-column.js";
import { isUsualQuestionRow } from "../domain/mt-bench/usual-rows.js";
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
  const fingerprints = numberColumn();
  const hash = createHash("sha256");
  const check = (textLine: TextLine): void => {
    const { question_id: id, category } = readRow(textLine, path);
    fingerprints.push(fingerprint(id));
    keys.add(id, category);
  };
  for await (const group of readLines(path, (bytes) => hash.update(bytes))) for (const line of group) check(line);
  if (keys.ids.length === 0)
    throw new EvalError("input", `${path}: it holds no question`, {
      hint: 'each line must hold one, such as {"question_id": 1, "category": "writing", "turns": ["…"]}',
    });
  if (fingerprints.hasEqual()) await refuseRepeatedId(path);
  return { path, sha256: hash.digest("hex"), keys };
}

function readRow(line: TextLine, path: string): QuestionRow {
  const row = parseLine(line, path);
  return isUsualQuestionRow(row) ? row : parseRow(questionRowSchema, row, `${path}:${line.line}`);
}

/** 53 bits from two multiplicative hashes of the id's text, which two ids of a set share only by chance. */
function fingerprint(id: QuestionId): number {
  const text = String(id);
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** Reads again, now holding every id, and throws at the first that repeats another; returns where only fingerprints were equal. */
async function refuseRepeatedId(path: string): Promise<void> {
  const lines = new Map<string, number>();
  for await (const group of readLines(path)) {
    for (const textLine of group) {
      const { line } = textLine;
      const { question_id: id } = readRow(textLine, path);
      const earlier = lines.get(String(id));
      if (earlier !== undefined)
        throw new EvalError("input", `${path}:${line}: field question_id: ${id} stands already in line ${earlier}`, {
          hint: "give each question an id of its own",
        });
      lines.set(String(id), line);
    }
  }
}

/** The selected questions in file order, read as they are needed. */
export async function* readQuestions(file: QuestionFile, selection: QuestionSelection = {}): AsyncGenerator<Question> {
  const selected = selectedPositions(file.keys, selection);
  let [position, next] = [0, 0];
  for await (const group of readLines(file.path)) {
    for (const line of group) {
      if (selected !== undefined && position++ !== selected[next]) continue;
      next++;
      yield decodeQuestion(readRow(line, file.path));
      if (next === selected?.length) return;
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
