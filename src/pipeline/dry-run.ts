import type { Answer, AnswerTurn } from "../domain/mt-bench/answer.js";
import type { ChatMessage } from "../domain/server/chat-model.js";
import { conversation } from "../domain/mt-bench/conversation.js";
import type { RatedJudgment } from "../domain/mt-bench/judgment.js";
import { isSameAnswer, judgmentKey } from "../domain/mt-bench/judgment.js";
import type { PlannedJudgment } from "../domain/mt-bench/judgment-plan.js";
import { judgeMessages, planJudgments } from "../domain/mt-bench/judgment-plan.js";
import { answerMaxTokens, answerTemperature, judgeMaxTokens, judgeTemperature } from "../domain/mt-bench/mt-bench.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { readFailedAnswers, readLatestAnswers } from "../io/answer-file.js";
import { readRatedJudgments } from "../io/judgment-file.js";
import type { RecordPaths } from "../io/output-tree.js";
import { readQuestions } from "../io/question-file.js";
import { tokenCounter } from "../io/tokens.js";
import type { GenAnswersInput } from "./gen-answers.js";
import type { JudgeAnswersInput } from "./judging-input.js";
import { checkJudging } from "./judging-input.js";

interface FirstRequest {
  readonly kind: string;
  readonly temperature: number;
  readonly messages: readonly ChatMessage[];
}

/** What a stage would ask. */
export interface DryRun {
  readonly stage: "gen-answers" | "judge-answers";
  readonly model: string;
  /** requests still to be sent, retries left out */
  readonly requests: number;
  /** finished by earlier runs: questions answered, or turns judged */
  readonly resumed: number;
  /** estimated; answers that do not exist yet count as nothing */
  readonly promptTokens: number;
  /** upper bound by `max_tokens` */
  readonly completionTokens: number;
  /** the first request of each kind */
  readonly first: readonly FirstRequest[];
}

/** What gen-answers would ask; reads files only. */
export async function dryRunAnswers(input: GenAnswersInput): Promise<DryRun> {
  const count = await tokenCounter();
  const before = input.fresh === true ? noAnswers : await answersBefore(input.output.answers(input.model));
  const first = new Map<string, FirstRequest>();
  const choices = input.numChoices ?? 1;
  let [requests, resumed, promptTokens] = [0, 0, 0];
  for await (const question of readQuestions(input.questions, input.selection)) {
    const answer = before.get(question.id);
    if (answer?.kind === "answered") {
      resumed++;
      continue;
    }
    for (let index = 0; index < choices; index++) {
      const finished = answer?.choices.find((choice) => choice.index === index)?.turns ?? [];
      requests += Math.max(0, question.turns.length - finished.length);
      promptTokens += conversationTokens(question, { finished, systemPrompt: input.systemPrompt, count });
    }
    const temperature = answerTemperature(question, input.temperature);
    if (!first.has(question.category))
      first.set(question.category, {
        kind: question.category,
        temperature,
        messages: conversation(question, [], input.systemPrompt),
      });
  }
  const completionTokens = requests * (input.maxTokens ?? answerMaxTokens);
  const { model } = input;
  return { stage: "gen-answers", model, requests, resumed, promptTokens, completionTokens, first: [...first.values()] };
}

type Answers = ReadonlyMap<QuestionId, Answer>;

const noAnswers: Answers = new Map();

/** What earlier runs left of each question: its answer, or the turns that were finished before it failed. */
async function answersBefore(paths: Pick<RecordPaths, "records" | "failed">): Promise<Answers> {
  const answers = new Map<QuestionId, Answer>();
  const answered = new Set<QuestionId>();
  for await (const { answer } of readLatestAnswers(paths.records)) {
    answers.set(answer.questionId, answer);
    if (answer.kind === "answered") answered.add(answer.questionId);
  }
  return new Map([...answers, ...(await readFailedAnswers(paths.failed, answered))]);
}

/** Each turn that is still asked sends the conversation so far again; answers to come count as nothing. */
function conversationTokens(
  question: Question,
  asked: {
    readonly finished: readonly AnswerTurn[];
    readonly systemPrompt: string | undefined;
    readonly count: (text: string) => number;
  },
): number {
  let conversationSoFar = asked.count(asked.systemPrompt ?? "");
  let sum = 0;
  for (const [index, text] of question.turns.entries()) {
    conversationSoFar += asked.count(text);
    const answer = asked.finished[index];
    if (answer === undefined) sum += conversationSoFar;
    else conversationSoFar += asked.count(answer.text);
  }
  return sum;
}

/**
 * What judge-answers would ask; reads files only. In a run, and where no question has an answer yet, answers to come are shown as a
 * placeholder.
 *
 * @param toCome how the candidate of the same run is asked
 */
export async function dryRunJudgments(
  input: JudgeAnswersInput,
  toCome?: Pick<GenAnswersInput, "numChoices" | "fresh">,
): Promise<DryRun> {
  const count = await tokenCounter();
  const all = await plannedJudgments(input, toCome);
  const rated =
    input.fresh === true
      ? new Map<string, RatedJudgment>()
      : await readRatedJudgments(input.output.judgments(input.judge).records, input.model);
  const missing = all.filter((planned) => {
    const before = rated.get(judgmentKey(planned));
    return before === undefined || !isSameAnswer(before, planned);
  });
  const first = new Map<string, FirstRequest>();
  let promptTokens = 0;
  for (const { prompt, judged } of missing) {
    const filled = prompt.fill(judged);
    promptTokens += count(filled.system) + count(filled.user);
    const messages = judgeMessages(filled, input.mergeSystemUserMessage ?? false);
    if (!first.has(prompt.name)) first.set(prompt.name, { kind: prompt.name, temperature: judgeTemperature, messages });
  }
  return {
    stage: "judge-answers",
    model: input.judge,
    requests: missing.length,
    resumed: all.length - missing.length,
    promptTokens,
    completionTokens: missing.length * (input.maxTokens ?? judgeMaxTokens),
    first: [...first.values()],
  };
}

async function plannedJudgments(
  input: JudgeAnswersInput,
  toCome: Pick<GenAnswersInput, "numChoices" | "fresh"> | undefined,
): Promise<PlannedJudgment[]> {
  const { records, failed } = input.output.answers(input.model);
  const paths = input.answersFile === undefined ? { records, failed } : { records: input.answersFile, failed: "" };
  const answers = toCome?.fresh === true ? noAnswers : await answersBefore(paths);
  const questions = [...(await checkJudging(input)).values()];
  const choices = toCome === undefined ? 1 : (toCome.numChoices ?? 1);
  const isToCome = toCome !== undefined || !questions.some(({ id }) => answers.has(id));
  return questions.flatMap((question) => {
    const answer = answers.get(question.id);
    const judged = isToCome ? completed(question, answer, choices) : answer;
    return judged === undefined ? [] : planJudgments(question, { ...judged, model: input.model }, input.rules);
  });
}

const placeholder = { text: "(the answer, which does not exist yet)" };

/** An answer with a placeholder for each turn that is still to come. */
function completed(question: Question, answer: Answer | undefined, choices: number): Answer {
  if (answer?.kind === "answered") return answer;
  return {
    kind: "answered",
    questionId: question.id,
    answerId: "",
    model: "",
    tstamp: 0,
    choices: Array.from({ length: choices }, (_, index) => {
      const finished = answer?.choices.find((choice) => choice.index === index)?.turns ?? [];
      return { index, turns: question.turns.map((_turn, turn) => finished[turn] ?? placeholder) };
    }),
  };
}
