import { hash } from "node:crypto";
import type { QnaExample } from "./qna.js";

/** An example of a taxonomy as it is asked. */
export interface TaxonomyQuestion {
  /** decimal of a 128-bit hash */
  readonly id: string;
  /** what the candidate is told: the question, behind its context where it has one */
  readonly turn: string;
  readonly example: QnaExample;
}

/** The message for an example, in instructlab/eval's words. */
export function questionTurn({ question, context }: Pick<QnaExample, "question" | "context">): string {
  if (context === undefined) return question;
  return `Given the context below:\n${context}\nAnswer the following question: ${question}`;
}

/** Gives examples their ids one at a time; of each example it keeps only hashes. */
export interface QuestionNumbering {
  number(example: QnaExample): TaxonomyQuestion;
  /** hashes of what was asked again with another answer; a set that has some must be numbered anew with them */
  readonly ambiguous: ReadonlySet<string>;
}

/**
 * Gives ids in the order of a set. Without context, and where no other example without context asks the same but answers otherwise, it is
 * upstream's: the md5 of the question. Else context, then answer, then the number of the occurrence are hashed in. So ids are unique in a
 * set, do not depend on paths, and survive the move of a file.
 *
 * @param ambiguous what an earlier numbering of the same set found
 */
export function questionNumbering(ambiguous: ReadonlySet<string> = new Set()): QuestionNumbering {
  /** by the hash of what was asked: a number for its first answer */
  const answers = new Map<string, number>();
  /** ids, in hex, that are not the hash of what was asked */
  const derived = new Set<string>();
  const occurrences = new Map<string, number>();
  const found = new Set<string>();

  function idOf(example: QnaExample): string {
    const key = askedKey(example);
    const keyHash = md5(key);
    const firstAnswer = answers.get(keyHash);
    const answer = fingerprint(example.answer);
    if (firstAnswer === undefined) answers.set(keyHash, answer);
    else if (firstAnswer !== answer) found.add(keyHash);
    const isPlain = !ambiguous.has(keyHash);
    // a question may itself read like what is hashed for another one
    if (isPlain && firstAnswer === undefined && !derived.has(keyHash)) return keyHash;
    const basis = isPlain ? key : JSON.stringify(["answer", key, example.answer]);
    return derivedId(basis, isPlain ? 1 : 0);
  }

  function derivedId(basis: string, first: number): string {
    const basisHash = md5(basis);
    for (let occurrence = occurrences.get(basisHash) ?? first; ; occurrence++) {
      const id = occurrence === 0 ? basisHash : md5(JSON.stringify(["occurrence", basis, occurrence]));
      if (answers.has(id) || derived.has(id)) continue;
      occurrences.set(basisHash, occurrence + 1);
      derived.add(id);
      return id;
    }
  }

  return {
    number: (example) => ({ id: decimal(idOf(example)), turn: questionTurn(example), example }),
    ambiguous: found,
  };
}

/** Numbers a whole set that is in memory; see `questionNumbering`. */
export function makeQuestionSet(examples: readonly QnaExample[]): TaxonomyQuestion[] {
  const first = questionNumbering();
  const questions = examples.map((example) => first.number(example));
  if (first.ambiguous.size === 0) return questions;
  const second = questionNumbering(first.ambiguous);
  return examples.map((example) => second.number(example));
}

/** What is hashed where the answer does not matter: the question alone as upstream does, or with its context. */
function askedKey({ question, context }: QnaExample): string {
  return context === undefined ? question : JSON.stringify(["context", question, context]);
}

function md5(text: string): string {
  return hash("md5", text, "hex");
}

/**
 * FNV-1a (Fowler, Noll, Vo), enough to tell the answers to one question apart: where two happened to have the same, they would count as
 * one answer given twice, whose ids differ all the same.
 */
function fingerprint(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return sum;
}

/** Upstream's form of an id: the md5 as one decimal number. */
function decimal(md5Hex: string): string {
  return BigInt(`0x${md5Hex}`).toString(10);
}

/** A line of `question.jsonl`, in upstream's order of fields. */
export function encodeQuestion({ id, turn, example }: TaxonomyQuestion): object {
  return { qna_file: example.file, question_id: id, category: "taxonomy", turns: [turn], reference: [example.answer] };
}

/**
 * A line of `reference_answer/<judge>.jsonl`, in upstream's order of fields. The answer id comes from the content, so that the same set is
 * the same file each time.
 *
 * @param judge upstream writes the judge's name here, although a person wrote the answer
 * @param tstamp seconds since 1970
 */
export function encodeReference({ id, example }: TaxonomyQuestion, judge: string, tstamp: number): object {
  return {
    question_id: id,
    answer_id: shortId(`${id}\n${example.answer}`),
    model_id: judge,
    choices: [{ index: 0, turns: [example.answer] }],
    tstamp,
  };
}

const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** 22 letters in the form of upstream's answer ids. */
function shortId(text: string): string {
  const bytes = hash("sha256", text, "buffer");
  let letters = "";
  for (let index = 0; index < 22; index++) letters += alphabet.charAt((bytes[index] ?? 0) % alphabet.length);
  return letters;
}
