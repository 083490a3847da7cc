import type { AnswerChoice } from "../domain/mt-bench/answer.js";
import { EvalError } from "../domain/eval-error.js";
import type { GivenRating, HumanRating, OverruledJudgment } from "../domain/mt-bench/human-rating.js";
import { judgedTextHash } from "../domain/mt-bench/judge-prompt.js";
import { judgedTurns } from "../domain/mt-bench/judgment-plan.js";
import type { Question } from "../domain/mt-bench/question.js";
import { readAnswers } from "../io/answer-file.js";
import { appendHumanRating } from "../io/human-rating-file.js";
import { readJudgments } from "../io/judgment-file.js";
import type { OutputTree } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import { readQuestions } from "../io/question-file.js";

/**
 * Keeps what a person said of an answer beside the records, after checking that it is about an answer, and a judgment, that lie there.
 *
 * @throws EvalError `input` for what is not there, `conflict` for an answer that is another one by now, `locked` while somebody else writes
 */
export async function rateAnswer(
  given: GivenRating,
  place: { readonly output: OutputTree; readonly questions: QuestionFile },
  now: Date,
): Promise<HumanRating> {
  const { question_id: questionId, model, turn, choice: choiceIndex, score, reason, rater } = given;
  const question = await findQuestion(given, place.questions);
  const choice = await findChoice(given, place.output);
  const rated = choice.turns[turn - 1];
  if (rated === undefined) throw missing(`turn ${turn} of it was not answered`, given);
  if (rated.text !== given.answer)
    throw new EvalError("conflict", "the answer has changed since it was shown", { hint: "load the page again" });
  const rating: HumanRating = {
    questionId,
    model,
    turn,
    choice: choiceIndex,
    answerHash: judgedTextHash(judgedTurns(question, choice.turns.slice(0, turn), undefined)),
    score,
    overrules: given.overrules === null ? null : await findJudgment(given, given.overrules, place.output),
    reason: reason.trim(),
    rater,
    tstamp: now.getTime() / 1000,
  };
  await appendHumanRating(place.output.humanRatings(model), rating);
  return rating;
}

async function findQuestion(given: GivenRating, questions: QuestionFile): Promise<Question> {
  for await (const question of readQuestions(questions)) if (question.id === given.question_id) return question;
  throw missing("there is no such question", given);
}

async function findChoice(given: GivenRating, output: OutputTree): Promise<AnswerChoice> {
  const models = await output.listAnswers();
  if (!models.includes(given.model)) throw missing("there are no answers of that model", given);
  const paths = output.answers(given.model);
  let found: AnswerChoice | undefined;
  // an answer that came later counts, and a complete one before one that failed
  for (const path of [paths.failed, paths.records])
    for await (const { answer } of readAnswers(path))
      if (answer.questionId === given.question_id)
        found = answer.choices.find(({ index }) => index === given.choice) ?? found;
  if (found === undefined) throw missing(`there is no answer ${given.choice} to it`, given);
  return found;
}

async function findJudgment(
  given: GivenRating,
  overruled: NonNullable<GivenRating["overrules"]>,
  output: OutputTree,
): Promise<OverruledJudgment> {
  const { judge, repeat } = overruled;
  if (!(await output.listJudgments()).includes(judge)) throw missing(`there are no judgments by ${judge}`, given);
  const paths = output.judgments(judge);
  let found: OverruledJudgment | undefined;
  for (const path of [paths.failed, paths.records])
    for await (const judgment of readJudgments(path)) {
      const { questionId, model, turn, choice } = judgment;
      if (questionId !== given.question_id || model !== given.model || turn !== given.turn || choice !== given.choice)
        continue;
      if ((judgment.repeat ?? 0) !== repeat) continue;
      const isScored = judgment.kind === "rated" && judgment.rating.kind === "scored";
      found = { judge, repeat, score: isScored ? judgment.rating.score : null };
    }
  if (found === undefined) throw missing(`${judge} has not judged it`, given);
  return found;
}

function missing(why: string, { question_id, model }: GivenRating): EvalError {
  return new EvalError("input", `question ${question_id}, model ${model}: ${why}`);
}
