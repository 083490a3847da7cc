import { branchBench } from "../domain/mt-bench/branch-bench.js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { knowledgeNote } from "../domain/comparison/branch-comparison.js";
import type { Finding } from "../domain/taxonomy/finding.js";
import { findingsNote } from "../domain/taxonomy/finding.js";
import type { Question } from "../domain/mt-bench/question.js";
import { outputTree } from "../io/output-tree.js";
import { openQuestionFile } from "../io/question-file.js";
import { openTaxonomyRepository } from "../io/taxonomy.js";
import type { CompareSide } from "./compare.js";
import { changedKnowledgeFiles } from "./changed-knowledge.js";
import { genQuestions, questionsBeforeBranch, requireSameSet } from "./gen-questions.js";
import type { GenQuestionsSummary } from "./gen-questions.js";
import type { InputChoices } from "./inputs.js";
import { findJudgingRules } from "./judging-rules.js";

/** What the folder is called where no branch is named; no branch can be called so. */
const workTreeName = "work tree";

export interface CompareSidesInput {
  readonly taxonomyPath: string;
  readonly baseBranch: string;
  /** the folder as it is where left out */
  readonly branch?: string;
  readonly judge: string;
  /** judgments per answer */
  readonly judgeRepeats?: number;
  readonly rules: Pick<InputChoices, "dataDir" | "judgePrompts" | "references">;
  /** root of the eval_output tree */
  readonly outputDir: string;
  /** where question sets are written for a look only, so that the tree stays as it is */
  readonly draftDir?: string;
  readonly strict?: true;
  readonly fresh?: boolean;
  /** told what the user should know of the question sets */
  readonly note?: (text: string) => void;
}

/** Both question sets, or what --strict does not allow. */
export type CompareSides =
  | {
      readonly kind: "ready";
      readonly base: CompareSide;
      readonly branch: CompareSide;
      /** the questions that the branch started from */
      readonly before: readonly Question[];
      /** of knowledge, which is not asked: those that the branch adds or edits */
      readonly knowledgeFiles: number;
    }
  | { readonly kind: "refused"; readonly branch: string; readonly findings: readonly Finding[] };

/**
 * Reads the taxonomy at both branches and writes their question sets, as gen-questions does. Nothing is written before it is sure that the
 * two differ, and that --strict lets both pass.
 *
 * @throws EvalError `input` where the two are one commit, or a branch is not there
 */
export async function compareSides(input: CompareSidesInput): Promise<CompareSides> {
  await requireDifferentCommits(input);
  const refused = await refusedByStrict(input);
  if (refused !== undefined) return refused;
  const base = await side(input, input.baseBranch);
  const branch = await side(input, input.branch);
  const before = await questionsBeforeBranch(input.taxonomyPath, input.baseBranch, input.branch ?? "HEAD");
  const knowledgeFiles = await changedKnowledgeFiles(input.taxonomyPath, input.baseBranch, input.branch);
  if (knowledgeFiles > 0) input.note?.(`note: ${branch.branch}: ${knowledgeNote(knowledgeFiles)}\n`);
  return { kind: "ready", base, branch, before, knowledgeFiles };
}

async function requireDifferentCommits({ taxonomyPath, baseBranch, branch }: CompareSidesInput): Promise<void> {
  const repository = await openTaxonomyRepository(taxonomyPath);
  const base = await repository.resolve(baseBranch);
  if (branch === undefined) return;
  const head = await repository.resolve(branch);
  if (base.id !== head.id) return;
  const names = baseBranch === branch ? branch : `${baseBranch} and ${branch}`;
  throw new EvalError("input", `base branch and branch are the same commit (${names}, ${base.id.slice(0, 12)})`, {
    hint: "name the base with --base-branch, and what is to be compared with it with --branch",
  });
}

/** Reads both sets elsewhere first: one of them may be fine and must not be written either. */
async function refusedByStrict(input: CompareSidesInput): Promise<CompareSides | undefined> {
  if (input.strict !== true) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "branchbench-strict-"));
  try {
    for (const branch of [input.baseBranch, input.branch]) {
      const summary = await questionSet(input, branch, folder);
      if (summary.paths === null)
        return { kind: "refused", branch: branch ?? workTreeName, findings: summary.findings };
    }
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function questionSet(
  { taxonomyPath, judge, fresh, strict }: CompareSidesInput,
  branch: string | undefined,
  outputDir: string,
): Promise<GenQuestionsSummary> {
  return genQuestions({
    taxonomyPath,
    outputDir,
    judge,
    ...(branch !== undefined && { branch }),
    ...(fresh === true && { fresh }),
    ...(strict === true && { strict }),
  });
}

async function side(input: CompareSidesInput, branch: string | undefined): Promise<CompareSide> {
  const { outputDir, draftDir, judge, judgeRepeats } = input;
  const { counts, taxonomy, paths } = await questionSet(input, branch, draftDir ?? outputDir);
  if (paths === null) throw new Error("--strict was checked before");
  const output = outputTree(outputDir, branchBench, branch);
  if (draftDir !== undefined && input.fresh !== true)
    await requireSameSet(
      paths.questions,
      { outputDir, ...(branch !== undefined && { branch }) },
      join(output.folder, "question.jsonl"),
    );
  // a name that cannot name a file is refused before anybody is asked
  output.judgments(judge);
  const name = branch ?? workTreeName;
  const note = findingsNote(counts);
  if (note !== undefined) input.note?.(`note: ${name}: ${note}\n`);
  const questions = await openQuestionFile(paths.questions);
  const rules = await findJudgingRules({ bench: branchBench, ...input.rules }, questions);
  return {
    branch: name,
    commit: taxonomy.commit,
    output,
    questions,
    rules: { ...rules, ...(judgeRepeats !== undefined && { repeats: judgeRepeats }) },
    skipped: { files: counts.skippedFiles, examples: counts.skippedExamples },
  };
}
