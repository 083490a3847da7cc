import type { Answer, AnswerChoice } from "../domain/mt-bench/answer.js";
import type { ChatRequest } from "../domain/server/chat-model.js";
import { questionContent } from "../domain/comparison/branch-comparison.js";
import type { AskCounts, ComparisonPlan, FirstRequest, PlanCell } from "../domain/comparison/comparison-plan.js";
import { noCounts, sumOf } from "../domain/comparison/comparison-plan.js";
import type { RatedJudgment } from "../domain/mt-bench/judgment.js";
import { isSameAnswer, judgmentKey } from "../domain/mt-bench/judgment.js";
import { planJudgments } from "../domain/mt-bench/judgment-plan.js";
import { answerMaxTokens, answerTemperature } from "../domain/mt-bench/mt-bench.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { requireReferences } from "../domain/mt-bench/references.js";
import { splitReasoning } from "../domain/server/reasoning.js";
import { readAnswers, readFailedAnswers } from "../io/answer-file.js";
import { readRatedJudgments } from "../io/judgment-file.js";
import type { CachedEndpoint } from "../io/response-cache.js";
import { findReply, replyKey } from "../io/response-cache.js";
import { tokenCounter } from "../io/tokens.js";
import { answerRequest } from "./ask-question.js";
import type { Cell, CompareInput, CompareSide } from "./compare.js";
import { cellOrder, requireDistinct } from "./compare.js";
import type { ModelRole } from "./read-comparison.js";
import { questionsOf } from "./read-comparison.js";
import { judgmentRequest } from "./judge-turn.js";

export interface ComparePlanPorts {
  /** what besides a request decides its reply, by who is asked */
  readonly endpoints: Readonly<Record<ModelRole | "judge", CachedEndpoint>>;
  /** folder of the cache; left out where it is not to be used */
  readonly cacheDir?: string;
}

/**
 * What a comparison would ask: per cell what is needed, what the files and the cache hold already, what two cells share, and what remains.
 * Reads only; the stages' own functions make the requests.
 */
export async function planComparison(input: CompareInput, ports: ComparePlanPorts): Promise<ComparisonPlan> {
  requireDistinct(input);
  const planner = new Planner(input, ports, await tokenCounter());
  const cells: PlanCell[] = [];
  for (const cell of cellOrder(input).flat()) cells.push(await planner.cell(cell));
  const contents = new Set((await questionsOf(input.base)).map(questionContent));
  const branch = await questionsOf(input.branch);
  const answersOf = (model: string): AskCounts[] =>
    cells.filter((cell) => cell.model === model).map(({ answers }) => answers);
  return {
    kind: "branchbench-compare-plan",
    base: side(input.base),
    branch: side(input.branch),
    sharedQuestions: branch.filter((question) => contents.has(questionContent(question))).length,
    cells,
    models: [
      sumOf(input.models.base, answersOf(input.models.base)),
      sumOf(input.models.tuned, answersOf(input.models.tuned)),
      sumOf(
        input.models.judge,
        cells.map(({ judgments }) => judgments),
      ),
    ],
    first: planner.first,
  };
}

function side({ branch, commit, questions }: CompareSide): ComparisonPlan["base"] {
  return { branch, commit, questions: questions.keys.ids.length };
}

type Counts = { -readonly [Field in keyof AskCounts]: AskCounts[Field] };

/** Goes through the cells in the order of the run, so that what one asks the next one finds. */
class Planner {
  readonly first: FirstRequest[] = [];
  readonly #input: CompareInput;
  readonly #ports: ComparePlanPorts;
  readonly #count: (text: string) => number;
  readonly #planned = new Set<string>();

  constructor(input: CompareInput, ports: ComparePlanPorts, count: (text: string) => number) {
    this.#input = input;
    this.#ports = ports;
    this.#count = count;
  }

  async cell({ role, side }: Cell): Promise<PlanCell> {
    const model = this.#input.models[role];
    const [answers, judgments] = [{ ...noCounts }, { ...noCounts }];
    const questions = await questionsOf(side);
    requireReferences(questions, side.rules.references);
    const known = await this.#answersOnDisk(model, side);
    const rated = await this.#ratedOnDisk(model, side);
    for (const question of questions) {
      const answer = await this.#answer(question, known.get(question.id)?.choices ?? [], { role, counts: answers });
      await this.#judgments(question, answer, { side, rated, counts: judgments });
    }
    return { model, branch: side.branch, answers, judgments };
  }

  async #answersOnDisk(model: string, { output }: CompareSide): Promise<Map<QuestionId, Answer>> {
    const known = new Map<QuestionId, Answer>();
    if (this.#input.answering.fresh === true) return known;
    const paths = output.answers(model);
    for await (const { answer } of readAnswers(paths.records))
      if (answer.kind === "answered") known.set(answer.questionId, answer);
    const failed = await readFailedAnswers(paths.failed, new Set(known.keys()));
    for (const [id, answer] of failed) known.set(id, answer);
    return known;
  }

  async #ratedOnDisk(model: string, { output }: CompareSide): Promise<ReadonlyMap<string, RatedJudgment>> {
    if (this.#input.judging.fresh === true) return new Map();
    return readRatedJudgments(output.judgments(this.#input.models.judge).records, model);
  }

  /** The answer as far as it is known; what is not is a text that no other answer has. */
  async #answer(
    question: Question,
    finished: readonly AnswerChoice[],
    { role, counts }: { readonly role: ModelRole; readonly counts: Counts },
  ): Promise<Answer> {
    const { models, answering } = this.#input;
    const rules = {
      temperature: answerTemperature(question, answering.temperature),
      maxTokens: answering.maxTokens ?? answerMaxTokens,
      numChoices: answering.numChoices ?? 1,
      seed: answering.seed,
      systemPrompt: answering.systemPrompt,
    };
    const choices: AnswerChoice[] = [];
    for (let choice = 0; choice < rules.numChoices; choice++) {
      const turns = [...(finished.find(({ index }) => index === choice)?.turns ?? [])];
      counts.needed += question.turns.length;
      counts.onDisk += turns.length;
      while (turns.length < question.turns.length) {
        const request = answerRequest(question, turns, { rules, choice });
        const text = await this.#ask(request, { of: role, kind: question.category, counts });
        const missing = `(answer ${choice + 1} of ${models[role]} to this question, which does not exist yet)`;
        turns.push({ text: text === undefined ? missing : splitReasoning(text).text });
      }
      choices.push({ index: choice, turns });
    }
    return { kind: "answered", questionId: question.id, answerId: "", model: models[role], choices, tstamp: 0 };
  }

  async #judgments(
    question: Question,
    answer: Answer,
    {
      side,
      rated,
      counts,
    }: {
      readonly side: CompareSide;
      readonly rated: ReadonlyMap<string, RatedJudgment>;
      readonly counts: Counts;
    },
  ): Promise<void> {
    const rules = { judge: this.#input.models.judge, ...this.#input.judging };
    for (const planned of planJudgments(question, answer, side.rules)) {
      counts.needed++;
      const before = rated.get(judgmentKey(planned));
      if (before !== undefined && isSameAnswer(before, planned)) counts.onDisk++;
      else await this.#ask(judgmentRequest(planned, rules), { of: "judge", kind: planned.prompt.name, counts });
    }
  }

  /** Counts a request in; its reply where the cache holds one. */
  async #ask(
    request: ChatRequest,
    { of, kind, counts }: { readonly of: ModelRole | "judge"; readonly kind: string; readonly counts: Counts },
  ): Promise<string | undefined> {
    const { endpoints, cacheDir } = this.#ports;
    const key = replyKey(endpoints[of], request);
    if (this.#planned.has(key)) {
      counts.shared++;
      return undefined;
    }
    const reply = cacheDir === undefined ? undefined : await findReply(cacheDir, key);
    if (reply !== undefined) {
      counts.cached++;
      return reply.text;
    }
    this.#planned.add(key);
    const { messages, temperature } = request;
    counts.requests++;
    counts.promptTokens += messages.reduce((sum, { content }) => sum + this.#count(content), 0);
    counts.completionTokens += request.maxTokens;
    const model = this.#input.models[of];
    if (!this.first.some((shown) => shown.kind === kind && shown.model === model))
      this.first.push({ kind, model, temperature, messages: [...messages] });
    return undefined;
  }
}
