import type { Candidate } from "./candidate.js";
import { unknownAnswer } from "./candidate.js";
import { believe, readMultipleChoice } from "./multiple-choice.js";
import { tokenise } from "./tokens.js";

/** Closes a text. It is a token of its own and never part of a text. */
export const endToken = "<|end|>";

/** What a model expects to write next: tokens and their probabilities, which sum to 1. */
export type Expectation = ReadonlyMap<string, number>;

/** A text that is being written, followed token by token. */
export interface Continuation {
  readonly expects: () => Expectation;
  readonly accept: (token: string) => void;
}

/** One text that may be written, and how probable it is before anything is written. */
interface Alternative {
  readonly tokens: readonly string[];
  readonly weight: number;
}

const nothingMore: Expectation = new Map([[endToken, 1]]);

/**
 * Follows several texts at once: what was written so far excludes those that began otherwise, and the rest share the
 * expectation in proportion to their weights. When nothing fits any more, the end is expected.
 */
function follow(alternatives: readonly Alternative[], { leadingSpace }: { leadingSpace: boolean }): Continuation {
  let open = alternatives;
  let position = 0;
  let spaced = leadingSpace;
  const nextOf = ({ tokens }: Alternative): string => {
    const token = tokens[position] ?? endToken;
    return position === 0 && spaced && token !== endToken ? ` ${token}` : token;
  };
  return {
    expects: () => {
      const total = open.reduce((sum, { weight }) => sum + weight, 0);
      if (total === 0) {
        return nothingMore;
      }
      const expectation = new Map<string, number>();
      for (const alternative of open) {
        const token = nextOf(alternative);
        expectation.set(token, (expectation.get(token) ?? 0) + alternative.weight / total);
      }
      return expectation;
    },
    accept: (token) => {
      if (position === 0 && token.trim() === "") {
        spaced = false;
        return;
      }
      const written = position === 0 ? token.trimStart() : token;
      open = open.filter(({ tokens }) => tokens[position] === written);
      position += 1;
    },
  };
}

/** How much of the belief in a choice goes to its letter; the rest goes to its text, written out. */
const letterShare = 0.6;

/** Where an answer begins: after `Answer:` in a prompt, or as a reply of its own. */
export type AnswerPlace = "after-cue" | "reply";

/** What a candidate writes as the answer to a question that may have choices. */
export function answerTo(question: string, candidate: Candidate, place: AnswerPlace): Continuation {
  const spacing = { leadingSpace: place === "after-cue" };
  const multipleChoice = readMultipleChoice(question);
  if (multipleChoice === undefined) {
    return writing(recallAny(candidate, wordings(question)) ?? unknownAnswer, spacing);
  }
  const { stem, choices } = multipleChoice;
  const choiceText = choices.map(({ letter, text }) => `${letter}. ${text}`).join("\n");
  const known = recallAny(candidate, [...wordings(stem), `${lastParagraph(stem)}\n${choiceText}`]);
  const belief = believe(choices, known);
  const alternatives = choices.flatMap(({ letter, text }, index) => [
    { tokens: [letter], weight: (belief[index] ?? 0) * letterShare },
    { tokens: tokenise(text), weight: (belief[index] ?? 0) * (1 - letterShare) },
  ]);
  return follow(alternatives, spacing);
}

/** One text is written, whatever was asked. */
export const writing = (text: string, spacing: { leadingSpace: boolean }): Continuation =>
  follow([{ tokens: tokenise(text.trim()), weight: 1 }], spacing);

const questionLabel = /^\s*(?:question|user|q)\s*:\s*/iu;

/** The question as the end of a prompt may hold it: its last paragraph, where a heading stands above, or all of it. */
const wordings = (text: string): readonly string[] => [lastParagraph(text), text.replace(questionLabel, "").trim()];

const lastParagraph = (text: string): string =>
  (
    text
      .trim()
      .split(/\n[ \t]*\n/u)
      .at(-1) ?? ""
  )
    .replace(questionLabel, "")
    .trim();

function recallAny(candidate: Candidate, questions: readonly string[]): string | undefined {
  const found = questions.flatMap((question) => candidate.recall(question) ?? []);
  return found.sort((left, right) => right.relevance - left.relevance)[0]?.pair.answer;
}
