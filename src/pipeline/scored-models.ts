import type { Answer } from "../domain/answer.js";
import { counted } from "../domain/counted.js";
import { EvalError } from "../domain/eval-error.js";
import type { Judgment } from "../domain/judgment.js";
import { reread } from "../domain/judgment.js";
import { judgedTextHash } from "../domain/judge-prompt.js";
import { judgedTurns } from "../domain/judgment-plan.js";
import type { AnswerManifest, JudgmentManifest, RunFacts } from "../domain/manifest.js";
import { answerManifestSchema, judgmentManifestSchema } from "../domain/manifest.js";
import type { Question, QuestionId } from "../domain/question.js";
import type { RatingParser } from "../domain/rating.js";
import { mtBenchScale } from "../domain/rating.js";
import type { AnswerSummary, JudgmentSummary, ScoredModel } from "../domain/report.js";
import { readFailedAnswers, readLatestAnswerGroups } from "../io/answer-file.js";
import { readJsonFile } from "../io/json-file.js";
import { readJudgmentGroups } from "../io/judgment-file.js";
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

/** Is told of each record with its texts, which nobody else keeps; what it returns is waited for. */
export interface RecordObserver {
  judgment(judgment: Judgment): Promise<void> | undefined;
  answer(answer: Answer): Promise<void> | undefined;
}

const nobody: RecordObserver = { judgment: () => undefined, answer: () => undefined };

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
interface KeptJudgment extends Omit<JudgmentSummary, "stale"> {
  readonly repeat: number;
  readonly answerHash: string | undefined;
}

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
  for (const file of source.files) {
    for await (const group of readJudgmentGroups(file))
      for (const judgment of group) {
        if (input.models !== undefined && !input.models.includes(judgment.model)) continue;
        requireKnown(judgment, questions, { file, questionsPath: input.questions.path });
        const read = input.parser === undefined ? judgment : reread(judgment, input.parser, mtBenchScale);
        const wait = observer.judgment(read);
        if (wait !== undefined) await wait;
        keepLatest(judgedModel(judgedModels, read), read);
      }
  }
  await addUnjudged(judgedModels, input);
  return Promise.all(
    [...judgedModels.values()]
      .flatMap((models) => [...models.values()])
      .map(async (judged) => {
        const answers = input.judgmentsFile === undefined ? await readModelAnswers(input, judged, reading) : undefined;
        const part = source.manifest?.models[judged.model];
        if (part !== undefined && part.settings.questions_sha256 !== input.questions.sha256)
          throw new EvalError(
            "conflict",
            `${source.manifestPath}: ${judged.model} was judged on another question set than ${input.questions.path}`,
            {
              hint: "give that question file with --questions",
            },
          );
        return scoredModel(judged, answers, part?.facts);
      }),
  );
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
    judgments: counting.map((judgment) => withStaleness(judgment, answers?.hashes)),
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
  if (before === undefined) others.push(kept);
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

function withStaleness(kept: KeptJudgment, hashes: TextHashes | undefined): JudgmentSummary {
  const { questionId, turn, choice, promptName, outcome, answerHash, promptTokens, completionTokens } = kept;
  const now = hashes?.get(questionId)?.find((text) => text.choice === choice && text.turn === turn);
  const stale = hashes !== undefined && answerHash !== undefined && answerHash !== now?.hash;
  return { questionId, turn, choice, promptName, outcome, stale, promptTokens, completionTokens };
}

/** Hashes of the judged texts as they are now, by question. */
type TextHashes = ReadonlyMap<QuestionId, readonly TextHash[]>;

interface TextHash {
  readonly choice: number;
  /** from 1 */
  readonly turn: number;
  readonly hash: string;
}

interface ModelAnswers {
  readonly summaries: readonly AnswerSummary[];
  readonly hashes: TextHashes;
  readonly sampling: string | undefined;
  /** answers that were asked for per question */
  readonly choices: number;
  readonly notes: readonly string[];
}

/** undefined where the tree holds no answers of that name, as with judgments copied from elsewhere. */
async function readModelAnswers(
  input: ScoredModelsInput,
  { model, judgments }: JudgedModel,
  { questions, observer }: Reading,
): Promise<ModelAnswers | undefined> {
  const paths = input.output.answers(model);
  const answered = new Set<QuestionId>();
  // a failure of a later run takes the place of another tool's error marker
  const summaries = new Map<QuestionId, AnswerSummary>();
  const hashes = new Map<QuestionId, readonly TextHash[]>();
  const add = (answer: Answer): Promise<void> | undefined => {
    const question = questions.get(answer.questionId);
    if (question === undefined) return undefined;
    summaries.set(question.id, summarizeAnswer(answer));
    // judgments of other tools name no hash, and hashing is dear
    if (judgments.get(question.id)?.some(({ answerHash }) => answerHash !== undefined) === true)
      hashes.set(question.id, textHashes(question, answer));
    return observer.answer(answer);
  };
  let replaced = 0;
  for await (const group of readLatestAnswerGroups(paths.records, (lines) => (replaced = lines)))
    for (const { answer } of group) {
      if (answer.kind === "answered") answered.add(answer.questionId);
      const wait = add(answer);
      if (wait !== undefined) await wait;
    }
  for (const failed of (await readFailedAnswers(paths.failed, answered)).values()) await add(failed);
  if (summaries.size === 0) return undefined;
  const manifest = await readJsonFile(paths.manifest, answerManifestSchema);
  return {
    summaries: [...summaries.values()],
    hashes,
    sampling: sampling(manifest),
    choices: manifest?.settings.num_choices ?? 1,
    notes:
      replaced === 0
        ? []
        : [
            `${counted(replaced, "line")} of the answer file: a later line answers the same question, and that one counts`,
          ],
  };
}

function textHashes(question: Question, { choices }: Answer): TextHash[] {
  return choices.flatMap(({ index, turns }) =>
    turns.map((_, turn) => ({
      choice: index,
      turn: turn + 1,
      hash: judgedTextHash(judgedTurns(question, turns.slice(0, turn + 1), undefined)),
    })),
  );
}

function summarizeAnswer(answer: Answer): AnswerSummary {
  const turns = answer.choices.flatMap((choice) => choice.turns);
  const usages = turns.map(({ usage }) => usage);
  if (answer.kind === "failed") usages.push(answer.usage);
  return {
    questionId: answer.questionId,
    failure: answer.kind === "failed" ? answer.reason : undefined,
    turns: turns.length,
    truncated: turns.filter((turn) => turn.finishReason === "length").length,
    empty: turns.filter((turn) => turn.text === "").length,
    promptTokens: usages.reduce((sum, usage) => sum + (usage?.promptTokens ?? 0), 0),
    completionTokens: usages.reduce((sum, usage) => sum + (usage?.completionTokens ?? 0), 0),
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
