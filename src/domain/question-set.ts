import { createHash } from "node:crypto";
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

/**
 * Gives each example an id. Without context, and where no other example without context asks the same but answers otherwise, it is
 * upstream's: the md5 of the question. Else context, then answer, then the number of the occurrence are hashed in. So ids are unique in a
 * set, do not depend on paths, and survive the move of a file.
 *
 * @param examples in the order of the set
 */
export function makeQuestionSet(examples: readonly QnaExample[]): TaxonomyQuestion[] {
  const answers = new Map<string, Set<string>>();
  for (const example of examples) {
    const key = askedKey(example);
    const known = answers.get(key);
    if (known === undefined) answers.set(key, new Set([example.answer]));
    else known.add(example.answer);
  }
  const used = new Set<string>();
  const occurrences = new Map<string, number>();
  return examples.map((example) => {
    const key = askedKey(example);
    const basis = (answers.get(key)?.size ?? 0) > 1 ? JSON.stringify(["answer", key, example.answer]) : key;
    let occurrence = occurrences.get(basis) ?? 0;
    let id: string;
    // a question may itself read like what is hashed for another one
    do id = decimalHash(occurrence === 0 ? basis : JSON.stringify(["occurrence", basis, occurrence]));
    while (used.has(id) && occurrence++ >= 0);
    occurrences.set(basis, occurrence + 1);
    used.add(id);
    return { id, turn: questionTurn(example), example };
  });
}

/** What is hashed where the answer does not matter: the question alone as upstream does, or with its context. */
function askedKey({ question, context }: QnaExample): string {
  return context === undefined ? question : JSON.stringify(["context", question, context]);
}

/** Upstream's form of an id: the md5 as one decimal number. */
function decimalHash(text: string): string {
  return BigInt(`0x${createHash("md5").update(text, "utf8").digest("hex")}`).toString(10);
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
  const bytes = createHash("sha256").update(text, "utf8").digest();
  let letters = "";
  for (let index = 0; index < 22; index++) letters += alphabet.charAt((bytes[index] ?? 0) % alphabet.length);
  return letters;
}
