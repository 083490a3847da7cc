import { z } from "zod";
import { counted } from "../counted.js";
import type { ComparedQuestion, QuestionScore } from "./compared-question.js";
import type { Comparison } from "./comparison.js";
import { comparisonSchema, leftOutPairSchema } from "./comparison.js";
import type { Question, QuestionId } from "../mt-bench/question.js";
import { questionIdSchema } from "../mt-bench/question.js";
import { estimateSchema } from "../report/report.js";
import type { Verdict } from "../statistics/verdict.js";

/** One model's scores on the question sets of both branches, by question id. */
export interface ScoresOnBothBranches {
  readonly onBase: ReadonlyMap<QuestionId, QuestionScore>;
  readonly onBranch: ReadonlyMap<QuestionId, QuestionScore>;
}

/** Stands for the file of questions that come from none: they are tested together, each a cluster of its own. */
export const withoutFile = "all questions";

const notAsked: QuestionScore = { kind: "unscored", reason: "not asked" };

/**
 * Pairs the two models on every question of the branch, and on those of the base branch that the branch has no longer. A question is changed
 * when what the branch started from does not hold it with the same text and reference. An old version of a question that was edited is left out:
 * what it asked for is no longer wanted.
 */
export function pairQuestions(
  questions: {
    readonly base: readonly Question[];
    readonly branch: readonly Question[];
    /** what the branch started from; the base branch's where left out */
    readonly before?: readonly Question[];
  },
  scores: { readonly base: ScoresOnBothBranches; readonly tuned: ScoresOnBothBranches },
): ComparedQuestion[] {
  const inBefore = new Set((questions.before ?? questions.base).map(questionContent));
  const inBranch = new Set(questions.branch.map(questionContent));
  const textsInBranch = new Set(questions.branch.map(({ turns }) => JSON.stringify(turns)));
  const compared = (
    question: Question,
    group: ComparedQuestion["group"],
    set: keyof ScoresOnBothBranches,
  ): ComparedQuestion => ({
    id: question.id,
    qnaFile: question.qnaFile ?? withoutFile,
    group,
    base: scores.base[set].get(question.id) ?? notAsked,
    tuned: scores.tuned[set].get(question.id) ?? notAsked,
  });
  const ofBranch = questions.branch.map((question) =>
    compared(question, inBefore.has(questionContent(question)) ? "unchanged" : "changed", "onBranch"),
  );
  const removed = questions.base.filter(
    (question) => !inBranch.has(questionContent(question)) && !textsInBranch.has(JSON.stringify(question.turns)),
  );
  return [...ofBranch, ...removed.map((question) => compared(question, "unchanged", "onBase"))];
}

/** What makes a question the same on both branches; where it stands does not matter. */
export function questionContent(question: Question): string {
  return JSON.stringify([question.turns, question.reference ?? []]);
}

const sideSchema = z.strictObject({
  branch: z.string(),
  commit: z.string().nullable().describe("null for the work tree"),
  skipped: z
    .strictObject({ files: z.number().int().nonnegative(), examples: z.number().int().nonnegative() })
    .describe("malformed files and examples of the taxonomy, which are in no figure"),
});

const exampleSchema = z.strictObject({
  id: questionIdSchema,
  qnaFile: z.string(),
  question: z.string(),
  reference: z.string().nullable(),
  base: z.strictObject({ score: z.number(), answer: z.string() }),
  tuned: z.strictObject({ score: z.number(), answer: z.string() }),
});

const leftOutQuestionSchema = leftOutPairSchema.extend({ question: z.string() });

const cellSchema = z.strictObject({
  model: z.string(),
  branch: z.string(),
  overall: estimateSchema,
  errorRate: z.number(),
  files: z
    .array(z.strictObject({ qnaFile: z.string(), mean: z.number(), n: z.number().int() }))
    .readonly()
    .describe("mean score per file, of what was scored"),
});

/** The JSON form of a comparison of two models over two branches. */
export const branchComparisonSchema = z.strictObject({
  kind: z.literal("branchbench-branch-comparison"),
  sentence: z.string().describe("the result in plain words"),
  base: sideSchema,
  branch: sideSchema,
  models: z.strictObject({ base: z.string(), tuned: z.string(), judge: z.string() }),
  cells: z.array(cellSchema).readonly().describe("base and tuned model on the questions of base branch and branch"),
  comparison: comparisonSchema,
  knowledgeFiles: z
    .number()
    .int()
    .nonnegative()
    .nullable()
    .describe(
      "qna.yaml files of knowledge that the branch adds or edits: they are not asked and in no figure; null where this is not known",
    ),
  gains: z.array(exampleSchema).readonly(),
  losses: z.array(exampleSchema).readonly(),
  leftOut: z
    .array(leftOutQuestionSchema)
    .readonly()
    .describe("questions that lack a score from a model, with their texts; they are in no figure"),
  caveats: z.array(z.string()).readonly(),
  reproduce: z.strictObject({ command: z.string(), manifestSha256: z.string() }),
});

export type BranchComparison = z.infer<typeof branchComparisonSchema>;
export type ComparedExample = z.infer<typeof exampleSchema>;
export type ComparisonCell = z.infer<typeof cellSchema>;
export type LeftOutQuestion = z.infer<typeof leftOutQuestionSchema>;

/** What makes a gate fail. */
export type ComparisonGate = "regression" | "not-learned" | "error";

/**
 * The conditions of `gates` that the comparison does not meet. Nothing was learned, as far as anybody knows, where the branch changes
 * knowledge and no question that was asked.
 *
 * @param knowledgeFiles of knowledge that the branch changes, which is not asked
 */
export function failedGates(
  comparison: Comparison,
  gates: readonly ComparisonGate[],
  knowledgeFiles = 0,
): ComparisonGate[] {
  const has = (verdict: string, group?: string): boolean =>
    comparison.files.some((file) => file.verdict === verdict && (group === undefined || file.group === group));
  const changed = comparison.files.filter(({ group }) => group === "changed");
  const isBroken: Readonly<Record<ComparisonGate, boolean>> = {
    regression: has("regressed"),
    "not-learned":
      changed.some(({ verdict }) => verdict !== "learned" && verdict !== "already-solved") ||
      (changed.length === 0 && knowledgeFiles > 0),
    error: has("not-measured") || comparison.leftOut.length > 0,
  };
  return gates.filter((gate) => isBroken[gate]);
}

/**
 * The result in a few sentences, for somebody who reads nothing else.
 *
 * @param knowledgeFiles of knowledge that the branch changes, which is not asked
 */
export function verdictSentence(comparison: Comparison, knowledgeFiles = 0): string {
  const { changed, unchanged } = comparison.groups;
  const asked =
    knowledgeFiles === 0 ? changedSentence(changed.verdicts) : changedSkills(changed.verdicts, knowledgeFiles);
  return `${asked} ${unchangedSentence(unchanged.verdicts)}`;
}

/** What becomes of changed files of knowledge. */
export function knowledgeNote(files: number): string {
  return `${counted(files, "changed knowledge file is", "changed knowledge files are")} not asked and in no figure; MT-Bench-Branch asks skills, branchbench mmlu-branch measures knowledge`;
}

/** The same as of a branch that changes skills alone, and that there is more to it. */
function changedSkills(verdicts: VerdictCounts, knowledgeFiles: number): string {
  const skills = changedSentence(verdicts, { none: "no question of a skill", file: "skill file" });
  const rest = counted(knowledgeFiles, "changed knowledge file was", "changed knowledge files were");
  return `${skills} ${rest} not asked: see branchbench mmlu-branch.`;
}

type VerdictCounts = Comparison["groups"]["changed"]["verdicts"];

const changedWords = { none: "no question", file: "file" };

function changedSentence(verdicts: VerdictCounts, { none, file } = changedWords): string {
  const total = verdicts.reduce((sum, { files }) => sum + files, 0);
  if (total === 0) return `The branch changes ${none}.`;
  const words: Readonly<Record<Verdict, string>> = {
    learned: "learned",
    regressed: "regressed",
    "no-difference": "show no difference",
    "already-solved": "were solved before",
    "too-few-questions": "have too few questions to tell",
    "not-measured": "could not be measured",
  };
  const said = verdicts.filter(({ files }) => files > 0).map(({ verdict, files }) => `${files} ${words[verdict]}`);
  return `Of ${counted(total, `changed ${file}`)}, ${said.join(", ")}.`;
}

function unchangedSentence(verdicts: VerdictCounts): string {
  const total = verdicts.reduce((sum, { files }) => sum + files, 0);
  const of = (name: Verdict): number => verdicts.find(({ verdict }) => verdict === name)?.files ?? 0;
  const [worse, unmeasured] = [of("regressed"), of("not-measured")];
  const measured = total - unmeasured;
  if (total === 0) return "There are no unchanged questions to guard against a loss.";
  if (measured === 0) return `None of ${counted(total, "unchanged file")} could be measured.`;
  if (unmeasured > 0) {
    const others =
      worse > 0
        ? `${worse} of the other ${measured} got worse`
        : `none of the other ${measured} is shown to have got worse`;
    const only = worse > 0 ? "the other one got worse" : "the other one is not shown to have got worse";
    return `${unmeasured} of ${total} unchanged files could not be measured; ${measured === 1 ? only : others}.`;
  }
  return worse > 0
    ? `${worse} of ${total} unchanged files got worse.`
    : `None of ${total} unchanged files is shown to have got worse.`;
}

/** Names that begin alike are likely models of one family, whose judge may favour its own. */
export function isSameFamily(judge: string, candidate: string): boolean {
  const family = (name: string): string => /[a-z]+/.exec((name.split("/").at(-1) ?? name).toLowerCase())?.[0] ?? name;
  return family(judge) === family(candidate);
}
