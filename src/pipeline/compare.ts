import type { BranchComparison } from "../domain/comparison/branch-comparison.js";
import type { ChatModel } from "../domain/server/chat-model.js";
import { EvalError } from "../domain/eval-error.js";
import type { JudgingRules } from "../domain/mt-bench/judgment-plan.js";
import type { GenAnswersInput } from "./gen-answers.js";
import type { JudgeAnswersInput } from "./judging-input.js";
import type { ProgressListener, ProgressSnapshot } from "./progress.js";
import { runOverlapped } from "./run.js";
import type { ServerFacts } from "./run-manifest.js";
import { together } from "./together.js";
import type { ComparisonInput, ModelRole, RecordedSide } from "./read-comparison.js";
import { readComparison } from "./read-comparison.js";

/** One branch: its question set, how it is judged, and where results on it lie. */
export interface CompareSide extends RecordedSide {
  readonly rules: JudgingRules;
}

export interface CompareInput extends Omit<ComparisonInput, "base" | "branch" | "answering"> {
  readonly bench: string;
  readonly base: CompareSide;
  readonly branch: CompareSide;
  readonly answering: Pick<
    GenAnswersInput,
    "temperature" | "maxTokens" | "numChoices" | "seed" | "systemPrompt" | "fresh"
  >;
  readonly judging: Pick<JudgeAnswersInput, "mergeSystemUserMessage" | "parser" | "allowSelfJudging" | "fresh">;
}

export interface ComparedModel {
  readonly model: ChatModel;
  readonly server: ServerFacts;
}

export interface ComparePorts {
  readonly base: ComparedModel;
  readonly tuned: ComparedModel;
  readonly judge: ComparedModel;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Asks both models the questions of both branches, lets the judge rate the answers, and compares the models question by question. Each of the
 * four cells is an ordinary run in the output tree, so that it can be stopped, resumed and looked at like one.
 */
export async function compareBranches(input: CompareInput, ports: ComparePorts): Promise<BranchComparison> {
  requireDistinct(input);
  const cell = (role: ModelRole, side: CompareSide) => (signal: AbortSignal) =>
    runCell(input, { role, side }, { ...ports, signal });
  for (const [one, other] of cellOrder(input))
    await together([cell(one.role, one.side), cell(other.role, other.side)], ports.signal);
  return readComparison(input);
}

export interface Cell {
  readonly role: ModelRole;
  readonly side: CompareSide;
}

/**
 * The four cells in the order in which they are run, two at a time. A judge's file belongs to one process at a time: while one model is on
 * the branch, the other is on the base branch.
 */
export function cellOrder({ base, branch }: CompareInput): readonly (readonly [Cell, Cell])[] {
  return [
    [
      { role: "base", side: branch },
      { role: "tuned", side: base },
    ],
    [
      { role: "base", side: base },
      { role: "tuned", side: branch },
    ],
  ];
}

/** Records of two models, or of two branches, must not lie in one place. */
export function requireDistinct({ models, base, branch }: Pick<CompareInput, "models" | "base" | "branch">): void {
  requireDistinctModels(models);
  if (base.output.folder === branch.output.folder)
    throw new EvalError("input", `base branch and branch are the same (${branch.branch})`, {
      hint: "name the base with --base-branch",
    });
}

/** The same for the models alone, before a taxonomy is read. */
export function requireDistinctModels({ base, tuned }: Pick<CompareInput["models"], ModelRole>): void {
  if (base !== tuned) return;
  throw new EvalError(
    "input",
    `base and tuned model have the same name (${base}), so their records could not be told apart`,
    { hint: "serve them under different names (vLLM: --served-model-name)" },
  );
}

async function runCell(input: CompareInput, cell: Cell, ports: ComparePorts): Promise<void> {
  const { bench, models } = input;
  const { output, questions, rules } = cell.side;
  const model = models[cell.role];
  const common = { bench, output, questions, model };
  const { progress: listener } = ports;
  const named = { candidate: model, branch: cell.side.branch };
  const progress = listener && { progress: (now: ProgressSnapshot) => listener({ ...now, cell: named }) };
  await runOverlapped(
    {
      answers: { ...common, ...input.answering },
      judgments: { ...common, judge: models.judge, rules, ...input.judging },
    },
    {
      answers: { ...ports[cell.role], ...progress },
      judgments: { judge: ports.judge.model, server: ports.judge.server, ...progress },
      ...(ports.signal !== undefined && { signal: ports.signal }),
    },
  );
}
