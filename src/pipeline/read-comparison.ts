import { createHash } from "node:crypto";
import type { BranchComparison, ComparedExample, ComparisonCell } from "../domain/comparison/branch-comparison.js";
import {
  isSameFamily,
  knowledgeNote,
  pairQuestions,
  verdictSentence,
  withoutFile,
} from "../domain/comparison/branch-comparison.js";
import { spreadOverFiles } from "../domain/comparison/spread-over-files.js";
import type { QuestionScore } from "../domain/comparison/compared-question.js";
import type { Comparison } from "../domain/comparison/comparison.js";
import { compareScores } from "../domain/comparison/comparison.js";
import { EvalError } from "../domain/eval-error.js";
import type { ComparisonSettings } from "../domain/comparison/file-comparison.js";
import { judgedPart, answerManifestSchema, judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { reduceScores } from "../domain/comparison/question-score.js";
import { modelReport } from "../domain/report/report.js";
import type { ModelReport } from "../domain/report/report.js";
import type { JudgmentSummary, ScoredModel } from "../domain/mt-bench/scored-model.js";
import { readAnswers } from "../io/answer-file.js";
import { readJsonFile } from "../io/json-file.js";
import type { OutputTree } from "../io/output-tree.js";
import type { QuestionFile } from "../io/question-file.js";
import { readQuestions } from "../io/question-file.js";
import type { GenAnswersInput } from "./gen-answers.js";
import { readScoredModels } from "./scored-models.js";
import { counted } from "../domain/counted.js";

export type ModelRole = "base" | "tuned";

/** A branch as far as its records are read. */
export interface RecordedSide {
  readonly branch: string;
  /** null for the work tree */
  readonly commit: string | null;
  readonly output: OutputTree;
  readonly questions: QuestionFile;
  /** what of the taxonomy could not be read */
  readonly skipped?: BranchComparison["base"]["skipped"];
}

/** What it takes to compare what lies in the output tree. */
export interface ComparisonInput {
  readonly base: RecordedSide;
  /** may be the same as `base`: two models on one question set */
  readonly branch: RecordedSide;
  /** the questions that the branch started from; those of the base branch where left out */
  readonly before?: readonly Question[];
  /** files of knowledge that the branch adds or edits; left out where nobody looked */
  readonly knowledgeFiles?: number;
  readonly models: Readonly<Record<ModelRole | "judge", string>>;
  readonly answering: Pick<GenAnswersInput, "temperature" | "numChoices">;
  readonly settings?: Partial<ComparisonSettings>;
  /** the command that does it again, without secrets */
  readonly command: string;
}

interface ReadCell {
  readonly report: ModelReport;
  readonly scores: ReadonlyMap<QuestionId, QuestionScore>;
  readonly cell: ComparisonCell;
}

/** Computes the comparison from what lies in the output tree; asks nobody. */
export async function readComparison(input: ComparisonInput): Promise<BranchComparison> {
  const questions = { base: await questionsOf(input.base), branch: await questionsOf(input.branch) };
  const read = (role: ModelRole, side: "base" | "branch") =>
    readCell(input, { role, side: input[side] }, questions[side]);
  const cells = {
    baseOnBase: await read("base", "base"),
    baseOnBranch: await read("base", "branch"),
    tunedOnBase: await read("tuned", "base"),
    tunedOnBranch: await read("tuned", "branch"),
  };
  const compared = pairQuestions(
    { ...questions, ...(input.before !== undefined && { before: input.before }) },
    {
      base: { onBase: cells.baseOnBase.scores, onBranch: cells.baseOnBranch.scores },
      tuned: { onBase: cells.tunedOnBase.scores, onBranch: cells.tunedOnBranch.scores },
    },
  );
  const comparison = compareScores(compared, input.settings);
  const gained = comparison.pairs.filter(({ difference }) => difference > 0).sort(byDifference);
  const lost = comparison.pairs
    .filter(({ difference }) => difference < 0)
    .sort((left, right) => byDifference(right, left));
  const texts = new Map([...questions.base, ...questions.branch].map((question) => [question.id, question]));
  const find = await exampleFinder(input, texts);
  const all = Object.values(cells);
  return {
    kind: "branchbench-branch-comparison",
    sentence: verdictSentence(comparison, input.knowledgeFiles),
    base: describeSide(input.base),
    branch: describeSide(input.branch),
    models: input.models,
    cells: all.map(({ cell }) => cell),
    comparison,
    knowledgeFiles: input.knowledgeFiles ?? null,
    gains: spreadOverFiles(gained, mostExamples).map(find),
    losses: spreadOverFiles(lost, mostExamples).map(find),
    leftOut: comparison.leftOut.map((pair) => ({ ...pair, question: textOf(texts.get(pair.id)) })),
    caveats: caveatsOf(
      input,
      all.map(({ report }) => report),
      comparison,
    ),
    reproduce: { command: input.command, manifestSha256: await manifestHash(input) },
  };
}

/** Of gains and of losses so many are shown with their texts. */
const mostExamples = 5;

type Pair = BranchComparison["comparison"]["pairs"][number];

/** Largest gain first. */
function byDifference(left: Pair, right: Pair): number {
  return right.difference - left.difference;
}

export async function questionsOf(side: RecordedSide): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const question of readQuestions(side.questions)) questions.push(question);
  return questions;
}

async function readCell(
  input: ComparisonInput,
  { role, side }: { readonly role: ModelRole; readonly side: RecordedSide },
  questions: readonly Question[],
): Promise<ReadCell> {
  const model = input.models[role];
  const { judge } = input.models;
  const byId = new Map(questions.map((question) => [question.id, question]));
  const { output, questions: file } = side;
  const [scored] = await readScoredModels({ output, questions: file, models: [model], judge }, byId);
  if (scored === undefined)
    throw new EvalError("input", `there are no judgments of ${model} on ${side.branch} by ${judge}`, {
      hint: "run the comparison again",
    });
  const report = modelReport(
    scored,
    questions.map(({ id, category, turns }) => ({ id, category, turns: turns.length })),
  );
  const scores = scoresOf(scored, questions);
  const { overall, errorRate } = report;
  return {
    report,
    scores,
    cell: { model, branch: side.branch, overall, errorRate, files: fileMeans(questions, scores) },
  };
}

/** One score a question, or the reason why there is none. */
export function scoresOf(scored: ScoredModel, questions: readonly Question[]): Map<QuestionId, QuestionScore> {
  const judgments = new Map<QuestionId, JudgmentSummary[]>();
  for (const judgment of scored.judgments.filter(({ stale }) => !stale)) {
    const others = judgments.get(judgment.questionId);
    if (others === undefined) judgments.set(judgment.questionId, [judgment]);
    else others.push(judgment);
  }
  const failures = new Map(scored.answers?.map(({ questionId, failure }) => [questionId, failure]));
  return new Map(
    questions.map(({ id }) => [id, reduceScores(judgments.get(id) ?? [], failures.get(id) ?? "not judged")]),
  );
}

function fileMeans(
  questions: readonly Question[],
  scores: ReadonlyMap<QuestionId, QuestionScore>,
): ComparisonCell["files"] {
  const files = new Map<string, { sum: number; n: number }>();
  for (const { id, qnaFile = withoutFile } of questions) {
    const score = scores.get(id);
    if (score?.kind !== "scored") continue;
    const { sum, n } = files.get(qnaFile) ?? { sum: 0, n: 0 };
    files.set(qnaFile, { sum: sum + score.mean, n: n + 1 });
  }
  return [...files].map(([qnaFile, { sum, n }]) => ({ qnaFile, mean: sum / n, n }));
}

/** Gives a pair its texts. Of several answers the first is shown. */
async function exampleFinder(
  input: ComparisonInput,
  questions: ReadonlyMap<QuestionId, Question>,
): Promise<(pair: Pair) => ComparedExample> {
  const answers = { base: await firstAnswers(input, "base"), tuned: await firstAnswers(input, "tuned") };
  return ({ id, qnaFile, base, tuned }) => {
    const question = questions.get(id);
    return {
      id,
      qnaFile,
      question: textOf(question),
      reference: question?.reference?.join("\n\n") ?? null,
      base: { score: base, answer: answers.base.get(id) ?? "" },
      tuned: { score: tuned, answer: answers.tuned.get(id) ?? "" },
    };
  };
}

function textOf(question: Question | undefined): string {
  return question?.turns.join("\n\n") ?? "";
}

function describeSide({ branch, commit, skipped = { files: 0, examples: 0 } }: RecordedSide): BranchComparison["base"] {
  return { branch, commit, skipped };
}

async function firstAnswers(input: ComparisonInput, role: ModelRole): Promise<Map<QuestionId, string>> {
  const texts = new Map<QuestionId, string>();
  for (const { output } of [input.base, input.branch])
    for await (const { answer } of readAnswers(output.answers(input.models[role]).records))
      texts.set(answer.questionId, answer.choices[0]?.turns.map(({ text }) => text).join("\n\n") ?? "");
  return texts;
}

function caveatsOf(input: ComparisonInput, reports: readonly ModelReport[], comparison: Comparison): string[] {
  const { models, answering } = input;
  const said = new Set(reports.flatMap((report) => report.caveats.map((caveat) => `${report.model}: ${caveat}`)));
  const same = [models.base, models.tuned].filter((candidate) => isSameFamily(models.judge, candidate));
  if (same.length > 0)
    said.add(`the judge's name suggests the same family as ${same.join(" and ")}; judges favour their own`);
  for (const { branch, skipped: { files, examples } = { files: 0, examples: 0 } } of [input.base, input.branch])
    if (files + examples > 0)
      said.add(
        `${branch}: ${files} malformed files and ${examples} malformed examples are skipped and in no figure; branchbench taxonomy lint says why`,
      );
  const { knowledgeFiles = 0 } = input;
  if (knowledgeFiles > 0) said.add(`${input.branch.branch}: ${knowledgeNote(knowledgeFiles)}`);
  const leftOut = comparison.leftOut.length;
  const few = comparison.files.filter(({ verdict }) => verdict === "too-few-questions").length;
  if (few > 0)
    said.add(
      `${counted(few, "file has", "files have")} too few questions to tell; more questions or --repeats would show smaller differences`,
    );
  if (leftOut > 0)
    said.add(
      `${counted(leftOut, "question lacks", "questions lack")} a score from one of the models: left out of every comparison`,
    );
  if ((answering.temperature ?? 0) > 0 && (answering.numChoices ?? 1) === 1)
    said.add(
      "answers were sampled once at a temperature above 0: another run would differ; --repeats says by how much",
    );
  return [...said];
}

/** One hash over the settings of all four cells: the same hash, the same measurement. */
async function manifestHash(input: ComparisonInput): Promise<string> {
  const settings: unknown[] = [];
  for (const side of [input.base, input.branch]) {
    const judgments = await readJsonFile(side.output.judgments(input.models.judge).manifest, judgmentManifestSchema);
    for (const model of [input.models.base, input.models.tuned]) {
      const answers = await readJsonFile(side.output.answers(model).manifest, answerManifestSchema);
      settings.push(side.commit, answers?.settings ?? null, judgedPart(judgments, model)?.settings ?? null);
    }
  }
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex");
}
