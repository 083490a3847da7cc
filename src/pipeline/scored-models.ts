import type { AnswerChoice } from "../domain/answer.js";
import { EvalError } from "../domain/eval-error.js";
import type { Judgment } from "../domain/judgment.js";
import { judgmentKey, reread } from "../domain/judgment.js";
import { judgedTextHash } from "../domain/judge-prompt.js";
import { judgedTurns } from "../domain/judgment-plan.js";
import type { AnswerManifest, JudgmentManifest } from "../domain/manifest.js";
import { answerManifestSchema, judgmentManifestSchema } from "../domain/manifest.js";
import type { Question, QuestionId } from "../domain/question.js";
import type { RatingParser } from "../domain/rating.js";
import { mtBenchScale } from "../domain/rating.js";
import type { AnswerSummary, JudgmentSummary, ScoredModel } from "../domain/report.js";
import { readAnswers, readFailedAnswers } from "../io/answer-file.js";
import { readJsonFile } from "../io/json-file.js";
import { readJudgments } from "../io/judgment-file.js";
import type { OutputTree } from "../io/output-tree.js";
import { isNonEmpty } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";

/** Which judgments to read. */
export interface ScoredModelsInput {
  readonly output: OutputTree;
  readonly questions: QuestionFile;
  /** only these candidates; all where left out */
  readonly models?: readonly string[];
  /** only this judge */
  readonly judge?: string;
  /** a judgment file of FastChat or instructlab/eval, instead of the tree's */
  readonly judgmentsFile?: string;
  /** reads the judges' texts again instead of taking the recorded scores */
  readonly parser?: RatingParser;
}

/** Everything that the tree holds of each candidate under each judge. */
export async function readScoredModels(
  input: ScoredModelsInput,
  questions: ReadonlyMap<QuestionId, Question>,
): Promise<ScoredModel[]> {
  const sources = await judgmentSources(input);
  const models = await Promise.all(sources.map((source) => scoredModels(input, source, questions)));
  return models.flat();
}

interface JudgedModel {
  readonly model: string;
  readonly judge: string;
  readonly judgments: Map<string, Judgment>;
}

interface JudgmentSource {
  readonly files: readonly string[];
  readonly manifest: JudgmentManifest | undefined;
  readonly manifestPath: string;
}

async function judgmentSources(input: ScoredModelsInput): Promise<JudgmentSource[]> {
  if (input.judgmentsFile !== undefined)
    return [{ files: [input.judgmentsFile], manifest: undefined, manifestPath: input.judgmentsFile }];
  const judges = input.judge === undefined ? await input.output.listJudgments() : [input.judge];
  return Promise.all(
    judges.map(async (judge) => {
      const paths = input.output.judgments(judge);
      return {
        files: [paths.records, paths.failed],
        manifest: await readJsonFile(paths.manifest, judgmentManifestSchema),
        manifestPath: paths.manifest,
      };
    }),
  );
}

async function scoredModels(
  input: ScoredModelsInput,
  source: JudgmentSource,
  questions: ReadonlyMap<QuestionId, Question>,
): Promise<ScoredModel[]> {
  const byModel = new Map<string, JudgedModel>();
  for (const file of source.files) {
    for await (const judgment of readJudgments(file)) {
      if (input.models !== undefined && !input.models.includes(judgment.model)) continue;
      requireKnown(judgment, questions, { file, questionsPath: input.questions.path });
      keepLatest(byModel, input.parser === undefined ? judgment : reread(judgment, input.parser, mtBenchScale));
    }
  }
  await addUnjudged(byModel, input);
  return Promise.all(
    [...byModel.values()].map(async ({ model, judge, judgments }) => {
      const answers = input.judgmentsFile === undefined ? await readModelAnswers(input, model, questions) : undefined;
      const part = source.manifest?.models[model];
      if (part !== undefined && part.settings.questions_sha256 !== input.questions.sha256)
        throw new EvalError(
          "conflict",
          `${source.manifestPath}: ${model} was judged on another question set than ${input.questions.path}`,
          {
            hint: "give that question file with --questions",
          },
        );
      return {
        model,
        judge,
        answers: answers?.summaries,
        judgments: [...judgments.values()].map((judgment) => summarizeJudgment(judgment, answers?.hashes)),
        choices: answers?.choices ?? 1,
        repeats: 1 + [...judgments.values()].reduce((most, { repeat = 0 }) => Math.max(most, repeat), 0),
        promptsSource: part?.facts.prompts_source,
        referencesSource: part?.facts.references_source ?? undefined,
        sampling: answers?.sampling,
      };
    }),
  );
}

/** A candidate that was asked for and failed in everything has nothing to judge, which is a result, too. */
async function addUnjudged(byModel: Map<string, JudgedModel>, input: ScoredModelsInput): Promise<void> {
  if (input.judge === undefined || input.judgmentsFile !== undefined) return;
  for (const model of input.models ?? []) {
    const group = JSON.stringify([model, input.judge]);
    const { records, failed } = input.output.answers(model);
    if (!byModel.has(group) && ((await isNonEmpty(records)) || (await isNonEmpty(failed))))
      byModel.set(group, { model, judge: input.judge, judgments: new Map() });
  }
}

function requireKnown(
  judgment: Judgment,
  questions: ReadonlyMap<QuestionId, Question>,
  where: { readonly file: string; readonly questionsPath: string },
): void {
  if (questions.has(judgment.questionId)) return;
  throw new EvalError("input", `${where.file}: question ${judgment.questionId} is not one of ${where.questionsPath}`, {
    hint: "these judgments belong to another question set: give its file with --questions",
  });
}

/** Texts are dropped at once; a reply replaces a failure and an earlier reply, whatever file it stands in. */
function keepLatest(byModel: Map<string, JudgedModel>, judgment: Judgment): void {
  const { model, judge } = judgment;
  const group = JSON.stringify([model, judge]);
  const { judgments } = byModel.get(group) ?? { judgments: new Map<string, Judgment>() };
  byModel.set(group, { model, judge, judgments });
  const key = judgmentKey(judgment);
  if (judgment.kind === "failed" && judgments.get(key)?.kind === "rated") return;
  judgments.set(
    key,
    judgment.kind === "failed"
      ? { ...judgment, userPrompt: "" }
      : { ...judgment, userPrompt: "", text: "", reasoning: "" },
  );
}

/** A recorded score that is off the scale, as upstream's reading or a hand can leave it, is no score. */
export function outcomeOf(judgment: Judgment): JudgmentSummary["outcome"] {
  if (judgment.kind === "failed") return { kind: "failed", reason: judgment.reason };
  const { rating } = judgment;
  const isOff = rating.kind === "scored" && (rating.score < mtBenchScale.min || rating.score > mtBenchScale.max);
  return isOff ? { kind: "unscored", reason: "out-of-range" } : rating;
}

function summarizeJudgment(judgment: Judgment, hashes: ReadonlyMap<string, string> | undefined): JudgmentSummary {
  const now = hashes?.get(textKey(judgment.questionId, judgment.choice, judgment.turn));
  const usage = judgment.kind === "rated" ? judgment.usage : undefined;
  return {
    questionId: judgment.questionId,
    turn: judgment.turn,
    choice: judgment.choice,
    promptName: judgment.promptName,
    outcome: outcomeOf(judgment),
    stale: hashes !== undefined && judgment.answerHash !== undefined && judgment.answerHash !== now,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}

interface ModelAnswers {
  readonly summaries: readonly AnswerSummary[];
  /** hash of the judged texts per question, choice and turn */
  readonly hashes: ReadonlyMap<string, string>;
  readonly sampling: string | undefined;
  /** answers that were asked for per question */
  readonly choices: number;
}

function textKey(id: QuestionId, choice: number, turn: number): string {
  return `${String(id)} ${choice} ${turn}`;
}

/** undefined where the tree holds no answers of that name, as with judgments copied from elsewhere. */
async function readModelAnswers(
  input: ScoredModelsInput,
  model: string,
  questions: ReadonlyMap<QuestionId, Question>,
): Promise<ModelAnswers | undefined> {
  const paths = input.output.answers(model);
  const answered = new Set<QuestionId>();
  const summaries: AnswerSummary[] = [];
  const hashes = new Map<string, string>();
  const add = (id: QuestionId, choices: readonly AnswerChoice[], failure: string | undefined): void => {
    const question = questions.get(id);
    if (question === undefined) return;
    summaries.push(summarizeAnswer(id, choices, failure));
    for (const { index, turns } of choices)
      for (const turn of turns.keys())
        hashes.set(
          textKey(id, index, turn + 1),
          judgedTextHash(judgedTurns(question, turns.slice(0, turn + 1), undefined)),
        );
  };
  for await (const { answer } of readAnswers(paths.records)) {
    if (answer.kind === "answered" && answered.has(answer.questionId)) continue;
    if (answer.kind === "answered") answered.add(answer.questionId);
    add(answer.questionId, answer.choices, answer.kind === "failed" ? answer.reason : undefined);
  }
  for (const failed of (await readFailedAnswers(paths.failed, answered)).values())
    add(failed.questionId, failed.choices, failed.reason);
  if (summaries.length === 0) return undefined;
  const manifest = await readJsonFile(paths.manifest, answerManifestSchema);
  return { summaries, hashes, sampling: sampling(manifest), choices: manifest?.settings.num_choices ?? 1 };
}

function summarizeAnswer(
  questionId: QuestionId,
  choices: readonly AnswerChoice[],
  failure: string | undefined,
): AnswerSummary {
  const turns = choices.flatMap((choice) => choice.turns);
  return {
    questionId,
    failure,
    turns: turns.length,
    truncated: turns.filter((turn) => turn.finishReason === "length").length,
    empty: turns.filter((turn) => turn.text === "").length,
    promptTokens: turns.reduce((sum, turn) => sum + (turn.usage?.promptTokens ?? 0), 0),
    completionTokens: turns.reduce((sum, turn) => sum + (turn.usage?.completionTokens ?? 0), 0),
  };
}

function sampling(manifest: AnswerManifest | undefined): string | undefined {
  if (manifest === undefined) return undefined;
  const { temperature, max_tokens, num_choices, seed } = manifest.settings;
  const parts = [`temperature ${temperature}`, `max_tokens ${max_tokens}`];
  if (num_choices > 1) parts.push(`${num_choices} answers a question`);
  if (seed !== null) parts.push(`seed ${seed}`);
  return parts.join(", ");
}
