import type { Answer } from "../domain/answer.js";
import type { ChatMessage } from "../domain/chat-model.js";
import { conversation } from "../domain/conversation.js";
import type { RatedJudgment } from "../domain/judgment.js";
import { isSameAnswer, judgmentKey } from "../domain/judgment.js";
import type { PlannedJudgment } from "../domain/judgment-plan.js";
import { judgeMessages, planJudgments } from "../domain/judgment-plan.js";
import { answerMaxTokens, answerTemperature, judgeMaxTokens, judgeTemperature } from "../domain/mt-bench.js";
import type { Question, QuestionId } from "../domain/question.js";
import { requireReferences } from "../domain/references.js";
import { readLatestAnswers } from "../io/answer-file.js";
import { readRatedJudgments } from "../io/judgment-file.js";
import { readQuestions } from "../io/question-file.js";
import { tokenCounter } from "../io/tokens.js";
import type { GenAnswersInput } from "./gen-answers.js";
import type { JudgeAnswersInput } from "./judge-answers.js";

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
  const done =
    input.fresh === true ? new Set<QuestionId>() : await answeredIds(input.output.answers(input.model).records);
  const first = new Map<string, FirstRequest>();
  const choices = input.numChoices ?? 1;
  let [requests, resumed, promptTokens] = [0, 0, 0];
  for await (const question of readQuestions(input.questions, input.selection)) {
    if (done.has(question.id)) {
      resumed++;
      continue;
    }
    requests += question.turns.length * choices;
    promptTokens += choices * conversationTokens(question, input.systemPrompt, count);
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

async function answeredIds(path: string): Promise<Set<QuestionId>> {
  const ids = new Set<QuestionId>();
  for await (const { answer } of readLatestAnswers(path)) if (answer.kind === "answered") ids.add(answer.questionId);
  return ids;
}

/** Each turn sends the conversation so far again. */
function conversationTokens(
  question: Question,
  systemPrompt: string | undefined,
  count: (text: string) => number,
): number {
  const system = count(systemPrompt ?? "");
  return question.turns
    .map(count)
    .reduce((sum, tokens, index) => sum + system + tokens * (question.turns.length - index), 0);
}

/** What judge-answers would ask; reads files only. Answers that do not exist yet are shown as a placeholder. */
export async function dryRunJudgments(input: JudgeAnswersInput): Promise<DryRun> {
  const count = await tokenCounter();
  const all = await plannedJudgments(input);
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

async function plannedJudgments(input: JudgeAnswersInput): Promise<PlannedJudgment[]> {
  const answers = new Map<QuestionId, Answer>();
  const path = input.answersFile ?? input.output.answers(input.model).records;
  for await (const { answer } of readLatestAnswers(path))
    answers.set(answer.questionId, { ...answer, model: input.model });
  const questions: Question[] = [];
  for await (const question of readQuestions(input.questions, input.selection)) questions.push(question);
  requireReferences(questions, input.rules.references);
  return questions.flatMap((question) =>
    planJudgments(question, answers.get(question.id) ?? placeholder(question, input.model), input.rules),
  );
}

function placeholder(question: Question, model: string): Answer {
  const turns = question.turns.map(() => ({ text: "(the answer, which does not exist yet)" }));
  return { kind: "answered", questionId: question.id, answerId: "", model, choices: [{ index: 0, turns }], tstamp: 0 };
}
