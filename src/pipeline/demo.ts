import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BranchComparison } from "../domain/branch-comparison.js";
import { startEmbeddedServer } from "../embedded/server.js";
import type { Report } from "../domain/report.js";
import { limiter } from "../io/limiter.js";
import type { OpenAIModel } from "../io/openai.js";
import { openAIModel } from "../io/openai.js";
import { outputTree } from "../io/output-tree.js";
import { packageRoot } from "../io/package-info.js";
import type { QuestionAnswerPair } from "../io/pair-file.js";
import { readPairs } from "../io/pair-file.js";
import { openQuestionFile } from "../io/question-file.js";
import { createSampleRepository } from "../io/sample-repository.js";
import type { ComparedModel, CompareSide } from "./compare.js";
import { compareBranches } from "./compare.js";
import { branchBench, genQuestions } from "./gen-questions.js";
import { findJudgingRules } from "./inputs.js";
import { checkServer } from "./preflight.js";
import type { ProgressListener } from "./progress.js";
import { makeReport } from "./report.js";
import { run } from "./run.js";

/** The questions that the demo asks, written for it. */
export const demoQuestionsPath = join(packageRoot, "prompts", "questions", "demo.jsonl");

export const embeddedNames = { base: "embedded-base", tuned: "embedded-tuned", judge: "embedded-judge" } as const;

export interface DemoSummary {
  readonly folder: string;
  readonly report: Report;
  readonly comparison: BranchComparison;
}

/** What the two embedded candidates know of the demo's questions: the base model every second question, the tuned one all. */
export function splitPairs(
  pairs: readonly QuestionAnswerPair[],
): Record<"base" | "tuned", readonly QuestionAnswerPair[]> {
  // a question has two turns, so every second question is four pairs apart
  return { base: pairs.filter((_, index) => index % 4 < 2), tuned: pairs };
}

/**
 * The whole way offline, over real HTTP: two embedded models answer a question set, one of which knows half of the answers, and an embedded
 * judge rates them; then both are compared over two branches of the sample taxonomy, of which the tuned one has learned the second.
 */
export async function demo(
  options: { readonly outputDir: string; readonly signal?: AbortSignal },
  progress: ProgressListener,
): Promise<DemoSummary> {
  const work = await mkdtemp(join(tmpdir(), "branchbench-demo-"));
  try {
    const outputDir = join(options.outputDir, "demo");
    const sides = await sampleBranches(join(work, "taxonomy"), outputDir);
    const known = splitPairs(await readPairs(demoQuestionsPath));
    await using server = await startEmbeddedServer({
      models: {
        [embeddedNames.base]: {
          kind: "candidate",
          pairs: [...known.base, ...(await readPairs(sides.base.questions.path))],
        },
        [embeddedNames.tuned]: {
          kind: "candidate",
          pairs: [...known.tuned, ...(await readPairs(sides.branch.questions.path))],
        },
        [embeddedNames.judge]: { kind: "judge" },
      },
    });
    return await withDemoModels(server.url, options.signal, async (models) => {
      const ports = { models, progress, ...(options.signal !== undefined && { signal: options.signal }) };
      const report = await demoReport(outputDir, ports);
      const comparison = await demoComparison(sides, ports);
      return { folder: outputDir, report, comparison };
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Role = keyof typeof embeddedNames;

interface DemoPorts {
  readonly models: Readonly<Record<Role, ComparedModel>>;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
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

async function withDemoModels<Result>(
  url: string,
  signal: AbortSignal | undefined,
  work: (models: Record<Role, ComparedModel>) => Promise<Result>,
): Promise<Result> {
  const clients: OpenAIModel[] = [];
  const shared = limiter("auto");
  const open = async (model: string): Promise<ComparedModel> => {
    const client = openAIModel({ baseUrl: url, model, limiter: shared });
    clients.push(client);
    const patience = { waitMs: 0, allowUnlisted: false, ...(signal !== undefined && { signal }) };
    return { model: client.chat, server: await checkServer(client, model, patience) };
  };
  try {
    return await work({
      base: await open(embeddedNames.base),
      tuned: await open(embeddedNames.tuned),
      judge: await open(embeddedNames.judge),
    });
  } finally {
    for (const client of clients) await client.close();
  }
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

async function demoComparison(
  sides: Record<"base" | "branch", CompareSide>,
  ports: DemoPorts,
): Promise<BranchComparison> {
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
