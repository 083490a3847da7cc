import { branchBench } from "../domain/mt-bench/branch-bench.js";
import { join } from "node:path";
import type { BranchComparison } from "../domain/comparison/branch-comparison.js";
import type { EmbeddedModel } from "../embedded/server.js";
import type { Report } from "../domain/report/report.js";
import { writeDocument } from "../io/document-file.js";
import type { MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { readKnowledgePairs } from "../io/knowledge-pairs.js";
import type { OpenAIModel } from "../io/openai.js";
import { outputTree } from "../io/output-tree.js";
import { packageRoot } from "../io/package-info.js";
import type { QuestionAnswerPair } from "../io/pair-file.js";
import { readPairs } from "../io/pair-file.js";
import { openQuestionFile } from "../io/question-file.js";
import { createSampleRepository } from "../io/sample-repository.js";
import { readTaskFolder } from "../io/task-folder.js";
import type { ComparedModel, CompareSide } from "./compare.js";
import { compareBranches } from "./compare.js";
import { collectComparisonPage } from "./comparison-page.js";
import { genQuestions } from "./gen-questions.js";
import { htmlDocument } from "./html-document.js";
import { findJudgingRules } from "./judging-rules.js";
import { prepareScoring } from "./mcq-scoring.js";
import type { MmluBranchSummary } from "./mmlu-branch.js";
import { mmluBranch } from "./mmlu-branch.js";
import { mmluBranchBench } from "./mmlu-input.js";
import { collectMmluPage } from "./mmlu-page.js";
import type { ProgressListener } from "./progress.js";
import { makeReport } from "./report.js";
import { collectReportPage } from "./report-page.js";
import { run } from "./run.js";

/** The questions that the demo asks, written for it. */
export const demoQuestionsPath = join(packageRoot, "prompts", "questions", "demo.jsonl");

/** What the branch teaches, and tasks on it in both forms. */
const demoKnowledgePath = join(packageRoot, "taxonomy", "rc", "knowledge", "games", "pebblewick", "qna.yaml");
const demoTasksPath = join(packageRoot, "taxonomy", "mmlu_tasks");

export const embeddedNames = { base: "embedded-base", tuned: "embedded-tuned", judge: "embedded-judge" } as const;

export interface DemoSummary {
  readonly folder: string;
  readonly report: Report;
  readonly comparison: BranchComparison;
  readonly knowledge: MmluComparison;
  /** the same as pages to open in a browser */
  readonly pages: { readonly report: string; readonly comparison: string; readonly mmlu: string };
}

/** What the two embedded candidates know of the demo's questions: the base model every second question, the tuned one all. */
export function splitPairs(
  pairs: readonly QuestionAnswerPair[],
): Record<"base" | "tuned", readonly QuestionAnswerPair[]> {
  // a question has two turns, so every second question is four pairs apart
  return { base: pairs.filter((_, index) => index % 4 < 2), tuned: pairs };
}

/** What is asked in the demo, and what the embedded models know of it. */
export interface DemoPlan {
  readonly outputDir: string;
  readonly sides: Readonly<Record<"base" | "branch", CompareSide>>;
  /** for the embedded server */
  readonly models: Readonly<Record<string, EmbeddedModel>>;
}

/**
 * Writes the sample taxonomy and its question sets.
 *
 * @param options.workDir for what the demo needs while it runs
 */
export async function planDemo(options: { readonly outputDir: string; readonly workDir: string }): Promise<DemoPlan> {
  const outputDir = join(options.outputDir, "demo");
  const sides = await sampleBranches(join(options.workDir, "taxonomy"), outputDir);
  const known = splitPairs(await readPairs(demoQuestionsPath));
  return {
    outputDir,
    sides,
    models: {
      [embeddedNames.base]: {
        kind: "candidate",
        pairs: [...known.base, ...(await readPairs(sides.base.questions.path))],
      },
      [embeddedNames.tuned]: {
        kind: "candidate",
        pairs: [
          ...known.tuned,
          ...(await readPairs(sides.branch.questions.path)),
          ...(await readKnowledgePairs(demoKnowledgePath)),
        ],
      },
      [embeddedNames.judge]: { kind: "judge" },
    },
  };
}

type DemoRole = keyof typeof embeddedNames;

/** A model with its client, of which knowledge tasks need more than chats. */
export interface DemoModel extends ComparedModel {
  readonly client: OpenAIModel;
}

export interface DemoPorts {
  readonly models: Readonly<Record<DemoRole, DemoModel>>;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * The whole way offline, over real HTTP: two embedded models answer a question set, one of which knows half of the answers, and an embedded
 * judge rates them; then both are compared over two branches of the sample taxonomy, of which the tuned one has learned the second, and on
 * multiple-choice questions about the knowledge that this branch adds.
 */
export async function demo({ outputDir, sides }: DemoPlan, ports: DemoPorts): Promise<DemoSummary> {
  const report = await demoReport(outputDir, ports);
  const comparison = await demoComparison(sides, ports);
  const pages = await writePages(outputDir, sides, comparison);
  const knowledge = await demoKnowledge(outputDir, ports);
  const mmlu = await writeKnowledgePage(outputDir, knowledge);
  return { folder: outputDir, report, comparison, knowledge: knowledge.result, pages: { ...pages, mmlu } };
}

/** The sample taxonomy as a repository with the branches main and rc, and the question sets of both. */
async function sampleBranches(folder: string, outputDir: string): Promise<Record<"base" | "branch", CompareSide>> {
  const sample = join(packageRoot, "taxonomy");
  await createSampleRepository(folder, { main: join(sample, "main"), rc: join(sample, "rc") });
  const side = async (branch: string): Promise<CompareSide> => {
    const { taxonomy } = await genQuestions({ taxonomyPath: folder, branch, outputDir });
    const output = outputTree(outputDir, branchBench, branch);
    const questions = await openQuestionFile(join(output.folder, "question.jsonl"));
    const rules = await findJudgingRules(
      { bench: branchBench, dataDir: "", judgePrompts: "builtin", references: "question" },
      questions,
    );
    return { branch, commit: taxonomy.commit, output, questions, rules };
  };
  return { base: await side("main"), branch: await side("rc") };
}

async function demoReport(outputDir: string, ports: DemoPorts): Promise<Report> {
  const bench = "mt_bench";
  const questions = await openQuestionFile(demoQuestionsPath);
  const choices = { bench, dataDir: "", judgePrompts: "builtin", references: "question" };
  const rules = await findJudgingRules(choices, questions);
  const output = outputTree(outputDir, bench);
  const { judge } = ports.models;
  for (const role of ["base", "tuned"] as const) {
    const model = embeddedNames[role];
    const common = { bench, output, questions, model, fresh: true };
    await run(
      { answers: common, judgments: { ...common, judge: embeddedNames.judge, rules } },
      {
        answers: { ...ports.models[role], progress: ports.progress },
        judgments: { judge: judge.model, server: judge.server, progress: ports.progress },
        ...(ports.signal !== undefined && { signal: ports.signal }),
      },
    );
  }
  return makeReport({ bench, output, questions });
}

async function writePages(outputDir: string, sides: DemoPlan["sides"], comparison: BranchComparison) {
  const pages = { report: join(outputDir, "report.html"), comparison: join(outputDir, "comparison.html") };
  const bench = "mt_bench";
  const questions = await openQuestionFile(demoQuestionsPath);
  const input = { bench, output: outputTree(outputDir, bench), questions, command: "branchbench demo" };
  await writeDocument(
    pages.report,
    htmlDocument("branchbench demo: report", (sink) => collectReportPage(input, sink)),
  );
  await writeDocument(
    pages.comparison,
    htmlDocument("branchbench demo: comparison", (sink) =>
      collectComparisonPage({ ...sides, models: embeddedNames }, comparison, sink),
    ),
  );
  return pages;
}

/** @returns where the page lies */
async function writeKnowledgePage(outputDir: string, { base, tuned, result }: MmluBranchSummary): Promise<string> {
  const path = join(outputDir, "mmlu.html");
  const stored = [base, tuned].map(({ resultsFile, report }) => ({ path: resultsFile, report }));
  const page = { bench: mmluBranchBench, stored, command: "branchbench demo", comparison: result };
  await writeDocument(
    path,
    htmlDocument("branchbench demo: knowledge", (sink) => collectMmluPage(page, sink)),
  );
  return path;
}

async function demoComparison(sides: DemoPlan["sides"], ports: DemoPorts): Promise<BranchComparison> {
  const { models, ...rest } = ports;
  return compareBranches(
    {
      bench: branchBench,
      ...sides,
      models: embeddedNames,
      answering: { temperature: 0, fresh: true },
      judging: { fresh: true },
      command: "branchbench demo",
    },
    { ...models, ...rest },
  );
}

async function demoKnowledge(outputDir: string, ports: DemoPorts): Promise<MmluBranchSummary> {
  const { models, progress, signal = new AbortController().signal } = ports;
  const reading = { folder: demoTasksPath, names: [], fewShots: 5, fewShotsFrom: "others" } as const;
  const { tasks, notes } = await readTaskFolder({ ...reading, wrongGold: "repair", workingFolder: packageRoot });
  const form = { chat: "none" } as const;
  const asking = { tasks, mode: "auto", form, fewShots: 5, fewShotsFrom: "others", maxTokens: 1 } as const;
  const { scoring: base } = await prepareScoring(models.base.client, asking, signal);
  const { scoring: tuned, ...prepared } = await prepareScoring(models.tuned.client, asking, signal);
  const output = outputTree(outputDir, mmluBranchBench);
  return mmluBranch(
    {
      asked: { bench: mmluBranchBench, output, tasks, dataNotes: notes, fresh: true, ...prepared },
      models: embeddedNames,
      tasksFrom: "taxonomy/mmlu_tasks",
      command: "branchbench demo",
    },
    {
      base: { scoring: base, server: models.base.server },
      tuned: { scoring: tuned, server: models.tuned.server },
      progress,
      signal,
    },
  );
}
