import { createHash } from "node:crypto";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { branchBench } from "../domain/mt-bench/branch-bench.js";
import { EvalError } from "../domain/eval-error.js";
import { countFindings } from "../domain/taxonomy/finding.js";
import type { Finding, FindingCounts } from "../domain/taxonomy/finding.js";
import { checkOutputName } from "../domain/output-name.js";
import type { QnaExample } from "../domain/taxonomy/qna.js";
import { readQna } from "../domain/taxonomy/qna.js";
import type { Question } from "../domain/mt-bench/question.js";
import { decodeQuestion, questionRowSchema } from "../domain/mt-bench/question.js";
import {
  encodeQuestion,
  encodeReference,
  makeQuestionSet,
  questionNumbering,
} from "../domain/taxonomy/question-set.js";
import type { QuestionNumbering } from "../domain/taxonomy/question-set.js";
import { writeJsonFile } from "../io/json-file.js";
import { openRowWriter } from "../io/write-jsonl.js";
import { exists, outputTree } from "../io/output-tree.js";
import { packageInfo } from "../io/package-info.js";
import { sha256OfFile } from "../io/question-file.js";
import { replaceFile } from "../io/replace-file.js";
import { openAtCommit, openTaxonomy, openTaxonomyRepository } from "../io/taxonomy.js";
import type { Taxonomy } from "../io/taxonomy.js";

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

/**
 * What a branch started from: its merge base with the base branch, as a pull request compares. Without a common commit the base branch
 * itself.
 */
export async function taxonomyBeforeBranch(
  taxonomyPath: string,
  baseBranch: string,
  branch: string,
): Promise<Taxonomy> {
  const repository = await openTaxonomyRepository(taxonomyPath);
  const base = await repository.resolve(baseBranch);
  const mergeBase = await repository.mergeBase(base, await repository.resolve(branch));
  return openAtCommit(repository, mergeBase === undefined ? base : { ...base, id: mergeBase });
}

/** The questions that a branch started from. */
export async function questionsBeforeBranch(
  taxonomyPath: string,
  baseBranch: string,
  branch: string,
): Promise<Question[]> {
  const before = await taxonomyBeforeBranch(taxonomyPath, baseBranch, branch);
  const examples: QnaExample[] = [];
  for await (const { document } of before.documents(["skill"])) examples.push(...readQna(document).examples);
  return makeQuestionSet(examples).map((question) => decodeQuestion(questionRowSchema.parse(encodeQuestion(question))));
}

/**
 * Writes the question set of a taxonomy branch, and the reference answers, in instructlab/eval's format. The user's repository is only read.
 * The same commit gives the same files to the byte.
 */
export async function genQuestions(input: GenQuestionsInput): Promise<GenQuestionsSummary> {
  const paths = questionPaths(input);
  const taxonomy = await openTaxonomy(input.taxonomyPath, input.branch);
  // what is written is drafted elsewhere first: nothing may appear in the tree where the set is refused
  const folder = await mkdtemp(join(tmpdir(), "branchbench-questions-"));
  try {
    const draft = await draftQuestions(taxonomy, { folder, ...(input.judge !== undefined && { judge: input.judge }) });
    const counts = countFindings(draft.findings);
    const isRefused = input.strict === true && counts.skippedFiles + counts.skippedExamples > 0;
    if (!isRefused && draft.questions === 0) throw noQuestions(taxonomy, draft.findings);
    const knowledge = taxonomy.files.filter(({ kind }) => kind === "knowledge").length;
    const summary: GenQuestionsSummary = {
      taxonomy: { path: input.taxonomyPath, branch: input.branch ?? null, commit: taxonomy.commit?.id ?? null },
      files: { total: taxonomy.files.length, skills: taxonomy.files.length - knowledge, knowledge },
      questions: draft.questions,
      withContext: draft.withContext,
      counts,
      findings: draft.findings,
      paths: isRefused ? null : paths,
    };
    if (!isRefused) await putInPlace(draft, { input, paths, summary });
    return summary;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface QuestionDraft {
  readonly files: { readonly questions: string; readonly references: string };
  readonly questions: number;
  readonly withContext: number;
  readonly findings: readonly Finding[];
  /** hash over the ids in their order */
  readonly idsHash: string;
}

interface DraftPlace {
  /** an empty folder */
  readonly folder: string;
  readonly judge?: string;
}

/** Drafts a question set file by file: memory holds one file, and hashes of the questions before it. */
async function draftQuestions(taxonomy: Taxonomy, place: DraftPlace): Promise<QuestionDraft> {
  const numbering = questionNumbering();
  const draft = await writeDraft(taxonomy, place, numbering);
  if (numbering.ambiguous.size === 0) return draft;
  // that a question needs its answer in its id shows only after it was written
  return writeDraft(taxonomy, place, questionNumbering(numbering.ambiguous));
}

async function writeDraft(
  taxonomy: Taxonomy,
  { folder, judge }: DraftPlace,
  numbering: QuestionNumbering,
): Promise<QuestionDraft> {
  const files = { questions: join(folder, "question.jsonl"), references: join(folder, "reference.jsonl") };
  const rows = await openRowWriter(files.questions);
  const references = judge === undefined ? undefined : await openRowWriter(files.references);
  const tstamp = taxonomy.commit?.time ?? 0;
  const ids = createHash("sha256");
  const findings: Finding[] = [];
  let [questions, withContext] = [0, 0];
  try {
    for await (const { document } of taxonomy.documents(["skill"])) {
      const file = readQna(document);
      findings.push(...file.findings);
      questions += file.examples.length;
      withContext += file.examples.filter(({ context }) => context !== undefined).length;
      for (const example of file.examples) {
        const question = numbering.number(example);
        ids.update(`${question.id}\n`);
        rows.add(encodeQuestion(question));
        if (judge !== undefined) references?.add(encodeReference(question, judge, tstamp));
      }
      await rows.drain();
      await references?.drain();
    }
  } finally {
    await rows.close();
    await references?.close();
  }
  return { files, questions, withContext, findings, idsHash: ids.digest("hex") };
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
}

async function putInPlace({ files, idsHash }: QuestionDraft, { input, paths, summary }: SetFacts): Promise<void> {
  if (input.fresh !== true) await requireSameSet(files.questions, input, paths.questions);
  await replaceFile(paths.questions, (temporary) => copyFile(files.questions, temporary));
  if (paths.references !== null)
    await replaceFile(paths.references, (temporary) => copyFile(files.references, temporary));
  const { paths: written, ...rest } = summary;
  await writeJsonFile(paths.manifest, {
    kind: "questions",
    branchbench: packageInfo(),
    ids_sha256: idsHash,
    ...rest,
    judge: input.judge ?? null,
    references: written?.references ?? null,
  });
}

/** A branch that has moved has another question set: under answers to the old one it would make them unreadable. */
export async function requireSameSet(
  draft: string,
  input: Pick<GenQuestionsInput, "outputDir" | "branch">,
  path: string,
): Promise<void> {
  const tree = outputTree(input.outputDir, branchBench, input.branch);
  if (!(await exists(path)) || (await tree.listAnswers()).length === 0) return;
  if ((await sha256OfFile(draft)) === (await sha256OfFile(path))) return;
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
