import type { HumanRating, ShownRating } from "../domain/mt-bench/human-rating.js";
import { currentHumanRatings } from "../domain/mt-bench/human-rating.js";
import { judgedTextHash } from "../domain/mt-bench/judge-prompt.js";
import { judgedTurns } from "../domain/mt-bench/judgment-plan.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { readAnswers } from "../io/answer-file.js";
import { readHumanRatings } from "../io/human-rating-file.js";
import type { OutputTree } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import { readQuestions } from "../io/question-file.js";

/** What people said of the answers in a tree, as it stands now, and whether the answer is still the one that they rated. */
export async function shownRatings(
  place: { readonly output: OutputTree; readonly questions: QuestionFile },
  models?: readonly string[],
): Promise<ShownRating[]> {
  const shown: ShownRating[] = [];
  for (const model of models ?? (await place.output.listAnswers())) {
    const ratings: HumanRating[] = [];
    for await (const rating of readHumanRatings(place.output.humanRatings(model))) ratings.push(rating);
    if (ratings.length === 0) continue;
    const hashes = await answerHashes(place, model, ratings);
    for (const rating of currentHumanRatings(ratings))
      shown.push({ ...rating, isStale: hashes.get(textKey(rating)) !== rating.answerHash });
  }
  return shown;
}

function textKey({ questionId, turn, choice }: Pick<HumanRating, "questionId" | "turn" | "choice">): string {
  return JSON.stringify([questionId, turn, choice]);
}

/** Hashes of what the answers to the rated questions are now. */
async function answerHashes(
  { output, questions }: { readonly output: OutputTree; readonly questions: QuestionFile },
  model: string,
  ratings: readonly HumanRating[],
): Promise<ReadonlyMap<string, string>> {
  const rated = new Set(ratings.map(({ questionId }) => questionId));
  const texts = new Map<QuestionId, Question>();
  for await (const question of readQuestions(questions)) if (rated.has(question.id)) texts.set(question.id, question);
  const hashes = new Map<string, string>();
  const { failed, records } = output.answers(model);
  // a complete answer counts more than what was finished of one that failed
  for (const path of [failed, records])
    for await (const { answer } of readAnswers(path)) {
      const question = texts.get(answer.questionId);
      if (question === undefined) continue;
      for (const { index, turns } of answer.choices)
        for (const position of turns.keys())
          hashes.set(
            textKey({ questionId: question.id, turn: position + 1, choice: index }),
            judgedTextHash(judgedTurns(question, turns.slice(0, position + 1), undefined)),
          );
    }
  return hashes;
}
