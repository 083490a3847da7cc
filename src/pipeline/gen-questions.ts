import { createHash } from "node:crypto";
import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { countFindings } from "../domain/finding.js";
import type { Finding, FindingCounts } from "../domain/finding.js";
import { checkOutputName } from "../domain/output-name.js";
import type { QnaExample } from "../domain/qna.js";
import { readQna } from "../domain/qna.js";
import type { Question } from "../domain/question.js";
import { decodeQuestion, questionRowSchema } from "../domain/question.js";
import { encodeQuestion, encodeReference, makeQuestionSet } from "../domain/question-set.js";
import type { TaxonomyQuestion } from "../domain/question-set.js";
import { writeJsonFile } from "../io/json-file.js";
import { writeJsonLines } from "../io/jsonl.js";
import { exists, outputTree } from "../io/output-tree.js";
import { sha256OfFile } from "../io/question-file.js";
import { packageInfo } from "../io/package-info.js";
import { openAtCommit, openTaxonomy, openTaxonomyRepository } from "../io/taxonomy.js";
import type { Taxonomy } from "../io/taxonomy.js";

export const branchBench = "mt_bench_branch";

export interface GenQuestionsInput {
  /** folder of the taxonomy: a clone, a folder in one, a bare clone, or a plain folder */
  readonly taxonomyPath: string;
  /** branch, tag or commit; the folder as it is where left out */
  readonly branch?: string;
  /** for whom reference answers are written, as upstream does; none are where left out */
  readonly judge?: string;
  /** root of the eval_output tree */
  readonly outputDir: string;
  /** writes nothing where a file or an example had to be skipped */
  readonly strict?: true;
  /** replaces a question set that has answers already; without it another set under them is refused */
  readonly fresh?: boolean;
}

/** A taxonomy's question set, as it is in memory. */
interface TaxonomyQuestions {
  readonly questions: readonly TaxonomyQuestion[];
  readonly findings: readonly Finding[];
}

export interface GenQuestionsSummary {
  readonly taxonomy: { readonly path: string; readonly branch: string | null; readonly commit: string | null };
  /** `qna.yaml` files: all of them, those that are asked, and those of knowledge, which are not */
  readonly files: { readonly total: number; readonly skills: number; readonly knowledge: number };
  readonly questions: number;
  readonly withContext: number;
  readonly counts: FindingCounts;
  readonly findings: readonly Finding[];
  /** null where strict refused to write */
  readonly paths: { readonly questions: string; readonly references: string | null; readonly manifest: string } | null;
}

/** Reads the questions of a taxonomy, in the order of their files. */
async function readTaxonomyQuestions(taxonomy: Taxonomy): Promise<TaxonomyQuestions> {
  const examples: QnaExample[] = [];
  const findings: Finding[] = [];
  for await (const { document } of taxonomy.documents(["skill"])) {
    const file = readQna(document);
    examples.push(...file.examples);
    findings.push(...file.findings);
  }
  return { questions: makeQuestionSet(examples), findings };
}

/**
 * The questions that a branch started from: those of its merge base with the base branch, as a pull request compares. Without a common
 * commit those of the base branch itself.
 */
export async function questionsBeforeBranch(
  taxonomyPath: string,
  baseBranch: string,
  branch: string,
): Promise<Question[]> {
  const repository = await openTaxonomyRepository(taxonomyPath);
  const base = await repository.resolve(baseBranch);
  const mergeBase = await repository.mergeBase(base, await repository.resolve(branch));
  const before = await openAtCommit(repository, mergeBase === undefined ? base : { ...base, id: mergeBase });
  const { questions } = await readTaxonomyQuestions(before);
  return questions.map((question) => decodeQuestion(questionRowSchema.parse(encodeQuestion(question))));
}

/**
 * Writes the question set of a taxonomy branch, and the reference answers, in instructlab/eval's format. The user's repository is only read.
 * The same commit gives the same files to the byte.
 */
export async function genQuestions(input: GenQuestionsInput): Promise<GenQuestionsSummary> {
  const paths = questionPaths(input);
  const taxonomy = await openTaxonomy(input.taxonomyPath, input.branch);
  const { questions, findings } = await readTaxonomyQuestions(taxonomy);
  const counts = countFindings(findings);
  const isRefused = input.strict === true && counts.skippedFiles + counts.skippedExamples > 0;
  if (!isRefused && questions.length === 0) throw noQuestions(taxonomy, findings);
  const knowledge = taxonomy.files.filter(({ kind }) => kind === "knowledge").length;
  const summary: GenQuestionsSummary = {
    taxonomy: { path: input.taxonomyPath, branch: input.branch ?? null, commit: taxonomy.commit?.id ?? null },
    files: { total: taxonomy.files.length, skills: taxonomy.files.length - knowledge, knowledge },
    questions: questions.length,
    withContext: questions.filter(({ example }) => example.context !== undefined).length,
    counts,
    findings,
    paths: isRefused ? null : paths,
  };
  if (!isRefused) await writeQuestionSet(questions, { input, paths, summary, tstamp: taxonomy.commit?.time ?? 0 });
  return summary;
}

type QuestionPaths = NonNullable<GenQuestionsSummary["paths"]>;

function questionPaths({ outputDir, branch, judge }: GenQuestionsInput): QuestionPaths {
  const { folder } = outputTree(outputDir, branchBench, branch);
  return {
    questions: join(folder, "question.jsonl"),
    references:
      judge === undefined ? null : join(folder, "reference_answer", `${checkOutputName(judge, "judge")}.jsonl`),
    manifest: join(folder, "question.manifest.json"),
  };
}

interface SetFacts {
  readonly input: GenQuestionsInput;
  readonly paths: QuestionPaths;
  readonly summary: GenQuestionsSummary;
  /** seconds since 1970 */
  readonly tstamp: number;
}

async function writeQuestionSet(questions: readonly TaxonomyQuestion[], facts: SetFacts): Promise<void> {
  const { input, paths, summary, tstamp } = facts;
  if (input.fresh !== true) await requireSameSet(questions, input, paths.questions);
  const hash = createHash("sha256");
  for (const { id } of questions) hash.update(`${id}\n`);
  await writeJsonLines(paths.questions, mapped(questions, encodeQuestion));
  const { judge } = input;
  if (judge !== undefined && paths.references !== null)
    await writeJsonLines(
      paths.references,
      mapped(questions, (question) => encodeReference(question, judge, tstamp)),
    );
  const { paths: written, ...rest } = summary;
  await writeJsonFile(paths.manifest, {
    kind: "questions",
    branchbench: await packageInfo(),
    ids_sha256: hash.digest("hex"),
    ...rest,
    judge: judge ?? null,
    references: written?.references ?? null,
  });
}

/** One row at a time, since all of them together would take as much memory again. */
function* mapped<Item, Row>(items: readonly Item[], encode: (item: Item) => Row): Generator<Row> {
  for (const item of items) yield encode(item);
}

/** A branch that has moved has another question set: under answers to the old one it would make them unreadable. */
async function requireSameSet(
  questions: readonly TaxonomyQuestion[],
  input: GenQuestionsInput,
  path: string,
): Promise<void> {
  const tree = outputTree(input.outputDir, branchBench, input.branch);
  if (!(await exists(path)) || (await tree.listAnswers()).length === 0) return;
  const hash = createHash("sha256");
  for (const question of questions) hash.update(`${JSON.stringify(encodeQuestion(question))}\n`);
  if (hash.digest("hex") === (await sha256OfFile(path))) return;
  throw new EvalError(
    "conflict",
    `${path} has answers beside it, and ${input.branch ?? "the folder"} now holds other questions`,
    {
      hint: "name the old commit with --branch, use another --output-dir, or --fresh to move the old records aside and start anew",
    },
  );
}

function noQuestions(taxonomy: Taxonomy, findings: readonly Finding[]): EvalError {
  const skills = taxonomy.files.filter(({ kind }) => kind === "skill").length;
  if (skills > 0)
    return new EvalError("input", `none of the ${skills} qna.yaml files in ${taxonomy.folder} holds a question`, {
      hint: `${findings.length} findings say why: branchbench taxonomy lint --taxonomy-path ${taxonomy.folder}`,
    });
  return new EvalError("input", `there is no qna.yaml to ask in ${taxonomy.folder}`, {
    hint: "give the folder that holds compositional_skills or foundational_skills; knowledge, docs and scripts are not asked",
  });
}
