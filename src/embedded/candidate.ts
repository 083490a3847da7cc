import MiniSearch from "minisearch";
import type { ChatMessage } from "../domain/server/chat-model.js";
import { contentWords, countFound, shareOf } from "./words.js";

/** What a candidate has "learned": one question and the answer to it. A second turn is a pair of its own. */
export interface QuestionAnswerPair {
  readonly question: string;
  readonly answer: string;
}

/** A pair that was found for a question. */
interface Recalled {
  readonly pair: QuestionAnswerPair;
  /** agreement of the two questions' words, rare words counting more, from 0 to 1 */
  readonly relevance: number;
}

/** A model that answers by looking up: it knows its pairs and nothing else. The same question always gets the same answer. */
export interface Candidate {
  /** Answers the last user message; the turns before it decide between pairs that fit it equally well. */
  readonly answer: (messages: readonly ChatMessage[]) => string;
  /** Finds the pair for a question, or undefined where none is close enough. */
  readonly recall: (question: string, earlier?: string) => Recalled | undefined;
}

/** What a candidate says where it knows no pair. */
export const unknownAnswer = "I am sorry, but I do not know that.";

/** Below this agreement of words two questions are taken for different ones. */
const relevanceThreshold = 0.5;
/** How many pairs BM25 may propose. */
const shortlistLength = 10;
/** How much the conversation before counts: enough to decide between equal questions, too little to overrule the question. */
const contextWeight = 0.05;
/** Query terms beyond this add time, not information. */
const contextWords = 200;

/** Makes a candidate of the pairs it shall know (BM25 by MiniSearch proposes, agreement of the questions' words decides). */
export function createCandidate(pairs: readonly QuestionAnswerPair[]): Candidate {
  const index = new MiniSearch<QuestionAnswerPair & { readonly id: number }>({
    fields: ["question", "answer"],
    tokenize: (text) => [...contentWords(text)],
    processTerm: (term) => term,
  });
  index.addAll(pairs.map(({ question, answer }, id) => ({ id, question, answer })));
  const questionWords = pairs.map(({ question }) => new Set(contentWords(question)));
  const weigh = createWeighing(questionWords);

  const shortlist = (asked: Iterable<string>, context: readonly string[]): readonly number[] => {
    const hits = index.search(
      {
        combineWith: "OR",
        queries: [
          { queries: [[...asked].join(" ")], fields: ["question"], combineWith: "OR" },
          {
            queries: [[...new Set(context)].slice(-contextWords).join(" ")],
            combineWith: "OR",
            boost: { question: contextWeight, answer: contextWeight },
          },
        ],
      },
      // The words are stemmed already, which must not happen twice.
      { tokenize: (text) => text.split(" ").filter((word) => word !== "") },
    );
    return hits.slice(0, shortlistLength).map((hit) => Number(hit.id));
  };

  const recall = (question: string, earlier = ""): Recalled | undefined => {
    const asked = new Set(contentWords(question));
    const context = contentWords(earlier);
    let best: (Recalled & { readonly rank: number }) | undefined;
    for (const id of shortlist(asked, context)) {
      const pair = pairs[id];
      const relevance = agreement(asked, questionWords[id] ?? new Set(), weigh);
      if (pair === undefined || relevance < relevanceThreshold) {
        continue;
      }
      const rank = relevance + contextWeight * shareOf(countFound(contentWords(pair.answer), context));
      if (best === undefined || rank > best.rank) {
        best = { pair, relevance, rank };
      }
    }
    return best === undefined ? undefined : { pair: best.pair, relevance: best.relevance };
  };

  const answer = (messages: readonly ChatMessage[]): string => {
    const last = messages.findLastIndex((message) => message.role === "user");
    const earlier = messages.slice(0, Math.max(0, last)).filter((message) => message.role !== "system");
    const question = messages[last]?.content ?? "";
    return recall(question, earlier.map((message) => message.content).join("\n"))?.pair.answer ?? unknownAnswer;
  };

  return { answer, recall };
}

type Weigh = (word: string) => number;

/** A word's weight is BM25's inverse document frequency over the questions: a word that no question has weighs most. */
function createWeighing(questions: readonly ReadonlySet<string>[]): Weigh {
  const frequency = new Map<string, number>();
  for (const word of questions.flatMap((words) => [...words])) {
    frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  return (word) => {
    const count = frequency.get(word) ?? 0;
    return Math.log(1 + (questions.length - count + 0.5) / (count + 0.5));
  };
}

/** The Dice coefficient of two sets of words, each word with its weight. */
function agreement(left: ReadonlySet<string>, right: ReadonlySet<string>, weigh: Weigh): number {
  const total = (words: Iterable<string>): number => [...words].reduce((sum, word) => sum + weigh(word), 0);
  const all = total(left) + total(right);
  return all === 0 ? 0 : (2 * total([...left].filter((word) => right.has(word)))) / all;
}
