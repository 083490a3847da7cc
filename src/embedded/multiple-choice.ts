import { createHash } from "node:crypto";
import type { QuestionAnswerPair } from "./candidate.js";
import { allWords, countFound, overlapOf, shareOf } from "./words.js";

/** One lettered choice of a multiple-choice question. */
export interface Choice {
  readonly letter: string;
  readonly text: string;
}

/** A question and its choices, as they stand before `Answer:`. */
export interface MultipleChoiceQuestion {
  readonly stem: string;
  readonly choices: readonly Choice[];
}

const choiceLine = /^[ \t]*\(?([A-J])[.)][ \t]+(.*)$/u;

/** Reads a text that ends in choices lettered from A on; undefined where it does not. */
export function readMultipleChoice(text: string): MultipleChoiceQuestion | undefined {
  const lines = text.trimEnd().split("\n");
  const start = lines.findLastIndex((line) => choiceLine.exec(line)?.[1] === "A");
  if (start === -1) {
    return undefined;
  }
  const choices: Choice[] = [];
  for (const line of lines.slice(start)) {
    const [, letter, rest = line] = choiceLine.exec(line) ?? [];
    const expected = String.fromCodePoint("A".charCodeAt(0) + choices.length);
    const open = choices.at(-1);
    if (letter === expected) {
      choices.push({ letter, text: rest.trim() });
    } else if (open !== undefined) {
      choices[choices.length - 1] = { ...open, text: `${open.text}\n${line}`.trim() };
    }
  }
  return choices.length < 2 ? undefined : { stem: lines.slice(0, start).join("\n").trim(), choices };
}

/** How strongly agreement with the known answer draws the model to a choice. */
const conviction = 8;

/**
 * The share of belief that each choice gets, summing to 1: by how far its words agree with the known answer. Where no
 * answer is known it is a guess, as of a real model, which never finds four choices equally good.
 */
export function believe(
  choices: readonly Choice[],
  known: QuestionAnswerPair["answer"] | undefined,
): readonly number[] {
  const weights = choices.map((choice) =>
    Math.exp(known === undefined ? guess(choice) : conviction * agreement(choice, known)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Between 0 and a quarter, by chance but always the same: no choice is much preferred. */
const guess = ({ letter, text }: Choice): number =>
  createHash("sha256").update(`${letter} ${text}`).digest().readUInt32BE() / 2 ** 34;

/**
 * Between 0 and 1. An answer may be a letter ("B") or begin with one ("B. Lyon"): then its words count first, because
 * the choices may stand in another order than where the answer was learned.
 */
function agreement({ letter, text }: Choice, known: string): number {
  const [, named, words = ""] = /^\s*\(?([A-J])(?:[.):]\s*|\)?\s*$)(.*)$/su.exec(known) ?? [];
  if (named === undefined) {
    return wordAgreement(text, known);
  }
  const sameLetter = Number(named === letter);
  return words.trim() === "" ? sameLetter : 0.9 * wordAgreement(text, words) + 0.1 * sameLetter;
}

function wordAgreement(text: string, known: string): number {
  const [choiceWords, knownWords] = [allWords(text), allWords(known)];
  return (shareOf(countFound(choiceWords, knownWords)) + overlapOf(choiceWords, knownWords).f1) / 2;
}
