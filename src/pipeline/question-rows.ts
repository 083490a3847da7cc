import type { Answer } from "../domain/mt-bench/answer.js";
import { EvalError } from "../domain/eval-error.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import { reread } from "../domain/mt-bench/judgment.js";
import type { JudgmentManifest } from "../domain/mt-bench/manifest.js";
import { judgedPart, answerManifestSchema, judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { compareQuestionIds } from "../domain/mt-bench/question.js";
import type { QuestionRow } from "../domain/report/question-rows.js";
import { questionRows } from "../domain/report/question-rows.js";
import { mtBenchScale } from "../domain/mt-bench/rating.js";
import { readJsonFile } from "../io/json-file.js";
import type { JudgmentsKey, Keyed, OrderedRecords } from "../io/ordered-records.js";
import { compareJudgmentsKeys, orderedAnswers, orderedJudgments, orderedQuestions } from "../io/ordered-records.js";
import { isNonEmpty } from "../io/output-tree.js";
import type { Cursor } from "./cursor.js";
import { cursor } from "./cursor.js";
import type { ReferencesOf } from "./judged-references.js";
import { judgedReferences } from "./judged-references.js";
import type { ReportInput } from "./report.js";
import { nothingToReport } from "./report.js";
import { outcomeOf } from "./scored-models.js";

export interface QuestionRowsInput extends ReportInput {
  /** where pulled data sets lie, whose references may have been judged against */
  readonly dataDir?: string;
}

type Questions = OrderedRecords<QuestionId, Question>;
type Pair = Omit<JudgmentsKey, "id">;
type JudgmentsFile = Awaited<ReturnType<typeof orderedJudgments>>;

interface Source {
  readonly files: readonly JudgmentsFile[];
  /** in the order of the files */
  readonly pairs: readonly Pair[];
  readonly manifest: JudgmentManifest | undefined;
}

/**
 * Everything that the tree holds, one row per judged or unjudged turn: by judge, candidate, question id, answer, turn. Questions, answers and
 * judgments are gone through side by side in the order of their ids, so that memory holds one question at a time, and of a file that
 * is not in order a key and a place per line.
 */
export async function readQuestionRows(input: QuestionRowsInput): Promise<AsyncGenerator<QuestionRow>> {
  const questions = await orderedQuestions(input.questions.path);
  const sources = await judgmentSources(input);
  if (sources.every(({ pairs }) => pairs.length === 0)) throw nothingToReport(input);
  return rowsOf(input, questions, sources);
}

async function* rowsOf(
  input: QuestionRowsInput,
  questions: Questions,
  sources: readonly Source[],
): AsyncGenerator<QuestionRow> {
  for (const source of sources) {
    const judgments = source.files.map((file) => cursor(file.read(), compareJudgmentsKeys, refuseUnknown(input)));
    try {
      for (const pair of source.pairs) yield* rowsOfPair(input, { questions, source, pair, judgments });
    } finally {
      for (const file of judgments) await file.close();
    }
  }
}

async function judgmentSources(input: QuestionRowsInput): Promise<Source[]> {
  const { output, judge, judgmentsFile } = input;
  if (judgmentsFile !== undefined) {
    const files = [await orderedJudgments(judgmentsFile)];
    return [{ files, pairs: pairsOf(files, input), manifest: undefined }];
  }
  const judges = judge === undefined ? await output.listJudgments() : [judge];
  return Promise.all(
    judges.map(async (name) => {
      const { records, failed, manifest } = output.judgments(name);
      const files = [await orderedJudgments(records), await orderedJudgments(failed)];
      return {
        files,
        pairs: pairsOf(files, input, await unjudgedPairs(input)),
        manifest: await readJsonFile(manifest, judgmentManifestSchema),
      };
    }),
  );
}

function pairsOf(
  files: readonly JudgmentsFile[],
  { models }: QuestionRowsInput,
  unjudged: readonly Pair[] = [],
): Pair[] {
  const all = [...files.flatMap(({ pairs }) => pairs), ...unjudged];
  return [...new Map(all.map(({ model, judge }) => [JSON.stringify([model, judge]), { model, judge }])).values()]
    .filter(({ model }) => models === undefined || models.includes(model))
    .sort((left, right) => compareJudgmentsKeys({ ...left, id: undefined }, { ...right, id: undefined }));
}

/** A candidate that was asked for and failed in everything has nothing to judge, which is a result, too. */
async function unjudgedPairs({ output, models, judge }: QuestionRowsInput): Promise<Pair[]> {
  const pairs: Pair[] = [];
  if (judge === undefined) return pairs;
  for (const model of models ?? []) {
    const { records, failed } = output.answers(model);
    if ((await isNonEmpty(records)) || (await isNonEmpty(failed))) pairs.push({ model, judge });
  }
  return pairs;
}

/** Judgments of a candidate that was asked for must be of the question set. */
function refuseUnknown({ models, questions }: QuestionRowsInput): (item: Keyed<JudgmentsKey, Judgment>) => void {
  return ({ key: { model, id } }) => {
    if (models !== undefined && !models.includes(model)) return;
    throw new EvalError("input", `a judgment of ${model}: question ${id ?? ""} is not one of ${questions.path}`, {
      hint: "these judgments belong to another question set: give its file with --questions",
    });
  };
}

interface JudgedPair {
  readonly questions: Questions;
  readonly source: Source;
  readonly pair: Pair;
  readonly judgments: readonly Cursor<JudgmentsKey, Keyed<JudgmentsKey, Judgment>>[];
}

async function* rowsOfPair(input: QuestionRowsInput, judged: JudgedPair): AsyncGenerator<QuestionRow> {
  const { source, pair, judgments } = judged;
  const answers = await answersOf(input, pair.model);
  const referencesOf = await referencesFor(input, source, pair);
  const repeats = judgedPart(source.manifest, pair.model)?.facts.judge_repeats;
  try {
    for await (const { record: question } of judged.questions.read()) {
      const said = (await takeAll(judgments, { ...pair, id: question.id })).filter(
        // as in the report's means
        ({ repeat = 0 }) => repeats === undefined || repeat < repeats,
      );
      yield* questionRows({
        ...pair,
        bench: input.bench,
        branch: input.branch ?? null,
        question,
        answer: await answers.take(question.id),
        choices: answers.choices,
        judgments: input.parser === undefined ? said : said.map(rereadWith(input.parser)),
        outcomeOf,
        references: referencesOf(question),
      });
    }
    // what is left of this pair is of no question of the set
    await takeAll(judgments, { ...pair, id: undefined });
  } finally {
    await answers.close();
  }
}

function rereadWith(parser: NonNullable<ReportInput["parser"]>): (judgment: Judgment) => Judgment {
  return (judgment) => reread(judgment, parser, mtBenchScale);
}

/** Files in turn, so that what stands in a later one comes last. */
async function takeAll<Key, Record>(files: readonly Cursor<Key, Keyed<Key, Record>>[], key: Key): Promise<Record[]> {
  const records: Record[] = [];
  for (const file of files) for (const { record } of await file.take(key)) records.push(record);
  return records;
}

interface AnswersOfModel {
  readonly choices: number;
  take(id: QuestionId): Promise<Answer | undefined>;
  close(): Promise<void>;
}

/** The last answer of the records counts; where it is none, the last failure. */
async function answersOf(input: QuestionRowsInput, model: string): Promise<AnswersOfModel> {
  const paths = input.judgmentsFile === undefined ? input.output.answers(model) : undefined;
  if (paths === undefined)
    return { choices: 1, take: () => Promise.resolve(undefined), close: () => Promise.resolve() };
  const manifest = await readJsonFile(paths.manifest, answerManifestSchema);
  const open = async (path: string) => cursor((await orderedAnswers(path)).read(), compareQuestionIds);
  const [records, failures] = [await open(paths.records), await open(paths.failed)];
  return {
    choices: manifest?.settings.num_choices ?? 1,
    take: async (id) => {
      const answer = (await takeAll([records], id)).at(-1);
      const failure = (await takeAll([failures], id)).at(-1);
      return answer?.kind === "answered" ? answer : (failure ?? answer);
    },
    close: async () => {
      await records.close();
      await failures.close();
    },
  };
}

/** Refuses judgments of another question set, as the report does. */
function referencesFor(input: QuestionRowsInput, { manifest }: Source, { model }: Pair): Promise<ReferencesOf> {
  const part = judgedPart(manifest, model);
  if (part !== undefined && part.settings.questions_sha256 !== input.questions.sha256)
    throw new EvalError("conflict", `${model} was judged on another question set than ${input.questions.path}`, {
      hint: "give that question file with --questions",
    });
  return judgedReferences(part, input);
}
