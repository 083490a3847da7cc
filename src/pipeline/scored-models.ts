import type { Answer } from "../domain/mt-bench/answer.js";
import { counted } from "../domain/counted.js";
import { EvalError } from "../domain/eval-error.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import { reread } from "../domain/mt-bench/judgment.js";
import type { JudgmentManifest, RunFacts } from "../domain/mt-bench/manifest.js";
import { judgedPart, judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import type { RatingParser } from "../domain/mt-bench/rating.js";
import { mtBenchScale } from "../domain/mt-bench/rating.js";
import type { JudgmentSummary, ScoredModel } from "../domain/mt-bench/scored-model.js";
import { unknownName } from "../domain/unknown-name.js";
import { readJsonFile } from "../io/json-file.js";
import { readJudgmentGroups } from "../io/judgment-file.js";
import type { OutputTree } from "../io/output-tree.js";
import { isNonEmpty } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import type { HashedJudgment, ModelAnswers } from "./model-answers.js";
import { readModelAnswers } from "./model-answers.js";
import { withOneMore } from "./short-list.js";

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

/** Is told of each record with its texts, which nobody else keeps; what it returns is waited for. */
export interface RecordObserver {
  judgment(judgment: Judgment): Promise<void> | undefined;
  /** Begins a reading of a model's answers. Of several to one question the last counts. */
  answersOf(model: string): (answer: Answer) => Promise<void> | undefined;
}

const nobody: RecordObserver = { judgment: () => undefined, answersOf: () => () => undefined };

/** Everything that the tree holds of each candidate under each judge. */
export async function readScoredModels(
  input: ScoredModelsInput,
  questions: ReadonlyMap<QuestionId, Question>,
  observer: RecordObserver = nobody,
): Promise<ScoredModel[]> {
  const sources = await judgmentSources(input);
  const models = await Promise.all(sources.map((source) => scoredModels(input, source, { questions, observer })));
  return models.flat();
}

interface Reading {
  readonly questions: ReadonlyMap<QuestionId, Question>;
  readonly observer: RecordObserver;
}

/** What counts of a judgment. Its texts are on the page, or of no use. */
type KeptJudgment = JudgmentSummary & HashedJudgment;

interface JudgedModel {
  readonly model: string;
  readonly judge: string;
  /** a short list a question: a key of text for each judgment would take more memory than the judgment */
  readonly judgments: Map<QuestionId, KeptJudgment[]>;
}

/** By judge and model. */
type JudgedModels = Map<string, Map<string, JudgedModel>>;

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
  reading: Reading,
): Promise<ScoredModel[]> {
  const { questions, observer } = reading;
  const judgedModels: JudgedModels = new Map();
  const leftOut = new Set<string>();
  for (const file of source.files) {
    for await (const group of readJudgmentGroups(file))
      for (const judgment of group) {
        if (input.models !== undefined && !input.models.includes(judgment.model)) {
          leftOut.add(judgment.model);
          continue;
        }
        requireKnown(judgment, questions, { file, questionsPath: input.questions.path });
        const read = input.parser === undefined ? judgment : reread(judgment, input.parser, mtBenchScale);
        const wait = observer.judgment(read);
        if (wait !== undefined) await wait;
        keepLatest(judgedModel(judgedModels, read), read);
      }
  }
  requireModels(input, judgedModels, leftOut);
  await addUnjudged(judgedModels, input);
  const models = [...judgedModels.values()].flatMap((ofJudge) => [...ofJudge.values()]);
  const turnsJson = models.length > 1 ? remembered(questionTurnsJson) : questionTurnsJson;
  const scored: ScoredModel[] = [];
  // one after the other, since one thread reads them all: together, their chunks would be full at the same time and wait for each other
  for (const judged of models) {
    const answers =
      input.judgmentsFile === undefined
        ? await readModelAnswers(input.output.answers(judged.model), judged.judgments, {
            questions,
            turnsJson,
            onAnswer: observer.answersOf(judged.model),
          })
        : undefined;
    const part = judgedPart(source.manifest, judged.model);
    if (part !== undefined && part.settings.questions_sha256 !== input.questions.sha256)
      throw new EvalError(
        "conflict",
        `${source.manifestPath}: ${judged.model} was judged on another question set than ${input.questions.path}`,
        {
          hint: "give that question file with --questions",
        },
      );
    scored.push(scoredModel(judged, answers, part?.facts));
  }
  return scored;
}

function questionTurnsJson({ turns }: Question): string[] {
  return turns.map((turn) => JSON.stringify(turn));
}

/** Several models answer the same questions. */
function remembered<Result>(make: (question: Question) => Result): (question: Question) => Result {
  const known = new Map<QuestionId, Result>();
  return (question) => {
    const before = known.get(question.id);
    if (before !== undefined) return before;
    const made = make(question);
    known.set(question.id, made);
    return made;
  };
}

/** Of the repeats of a judgment those count that were asked for last, however many lie there. */
function scoredModel(
  { model, judge, judgments }: JudgedModel,
  answers: ModelAnswers | undefined,
  facts: RunFacts | undefined,
): ScoredModel {
  const all = [...judgments.values()].flat();
  const repeats = facts?.judge_repeats ?? 1 + all.reduce((most, { repeat }) => Math.max(most, repeat), 0);
  const counting = all.filter(({ repeat }) => repeat < repeats);
  const beyond = all.length - counting.length;
  const notes = [...(answers?.notes ?? [])];
  if (beyond > 0) notes.push(`${counted(beyond, "judgment")} of an earlier run with a larger --judge-repeats left out`);
  return {
    model,
    judge,
    answers: answers?.summaries,
    judgments: counting,
    choices: answers?.choices ?? 1,
    repeats,
    notes,
    promptsSource: facts?.prompts_source,
    referencesSource: facts?.references_source ?? undefined,
    sampling: answers?.sampling,
  };
}

/** A candidate that was asked for and failed in everything has nothing to judge, which is a result, too. */
async function addUnjudged(judgedModels: JudgedModels, input: ScoredModelsInput): Promise<void> {
  if (input.judge === undefined || input.judgmentsFile !== undefined) return;
  for (const model of input.models ?? []) {
    const { records, failed } = input.output.answers(model);
    if ((await isNonEmpty(records)) || (await isNonEmpty(failed)))
      judgedModel(judgedModels, { model, judge: input.judge });
  }
}

/** Only reading a judgment file that lies by itself tells which models it holds. */
function requireModels(
  { judgmentsFile, models = [] }: ScoredModelsInput,
  judgedModels: JudgedModels,
  leftOut: ReadonlySet<string>,
): void {
  if (judgmentsFile === undefined) return;
  const found = new Set([...judgedModels.values()].flatMap((ofJudge) => [...ofJudge.keys()]));
  for (const model of models)
    if (!found.has(model))
      throw unknownName("model", model, { names: [...found, ...leftOut].sort(), place: judgmentsFile });
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

/** Makes the entry where there is none. */
function judgedModel(judgedModels: JudgedModels, { model, judge }: Pick<JudgedModel, "model" | "judge">): JudgedModel {
  const models = judgedModels.get(judge) ?? new Map<string, JudgedModel>();
  judgedModels.set(judge, models);
  const known = models.get(model) ?? { model, judge, judgments: new Map<QuestionId, KeptJudgment[]>() };
  models.set(model, known);
  return known;
}

/** A reply replaces a failure and an earlier reply, whatever file it stands in. */
function keepLatest({ judgments }: JudgedModel, judgment: Judgment): void {
  const kept = keptJudgment(judgment);
  const others = judgments.get(kept.questionId);
  if (others === undefined) return void judgments.set(kept.questionId, [kept]);
  const { turn, choice, repeat } = kept;
  const found = others.findIndex((one) => one.turn === turn && one.choice === choice && one.repeat === repeat);
  const before = others[found];
  if (before === undefined) judgments.set(kept.questionId, withOneMore(others, kept));
  else if (kept.outcome.kind !== "failed" || before.outcome.kind === "failed") others[found] = kept;
}

function keptJudgment(judgment: Judgment): KeptJudgment {
  const usage = judgment.kind === "rated" ? judgment.usage : undefined;
  return {
    questionId: judgment.questionId,
    turn: judgment.turn,
    choice: judgment.choice,
    repeat: judgment.repeat ?? 0,
    promptName: judgment.promptName,
    answerHash: judgment.answerHash,
    outcome: outcomeOf(judgment),
    stale: false,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}

/** A recorded score that is off the scale, as upstream's reading or a hand can leave it, is no score. */
export function outcomeOf(judgment: Judgment): JudgmentSummary["outcome"] {
  if (judgment.kind === "failed") return { kind: "failed", reason: judgment.reason };
  const { rating } = judgment;
  const isOff = rating.kind === "scored" && (rating.score < mtBenchScale.min || rating.score > mtBenchScale.max);
  return isOff ? { kind: "unscored", reason: "out-of-range" } : rating;
}
