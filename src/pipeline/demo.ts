import { join } from "node:path";
import { startEmbeddedServer } from "../embedded/server.js";
import type { Report } from "../domain/report.js";
import { openAIModel } from "../io/openai.js";
import { outputTree } from "../io/output-tree.js";
import { packageRoot } from "../io/package-info.js";
import { readPairs } from "../io/pair-file.js";
import { openQuestionFile } from "../io/question-file.js";
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
}

/**
 * The whole way offline: an embedded model that knows half of the answers and one that knows all of them answer the demo's questions
 * over HTTP, and an embedded judge rates them.
 */
export async function demo(
  options: { readonly outputDir: string; readonly signal?: AbortSignal },
  progress: ProgressListener,
): Promise<DemoSummary> {
  const bench = "demo";
  const questions = await openQuestionFile(demoQuestionsPath);
  const rules = await findJudgingRules(
    { bench, dataDir: "", judgePrompts: "builtin", references: "question" },
    questions,
  );
  const output = outputTree(options.outputDir, bench);
  const pairs = await readPairs(demoQuestionsPath);
  // a question has two turns, so every second question is four lines apart
  const half = pairs.filter((_, index) => index % 4 < 2);
  await using server = await startEmbeddedServer({
    models: {
      [embeddedNames.base]: { kind: "candidate", pairs: half },
      [embeddedNames.tuned]: { kind: "candidate", pairs },
      [embeddedNames.judge]: { kind: "judge" },
    },
  });
  const judge = openAIModel({ baseUrl: server.url, model: embeddedNames.judge });
  try {
    const patience = {
      waitMs: 0,
      allowUnlisted: false,
      ...(options.signal !== undefined && { signal: options.signal }),
    };
    const judgeServer = await checkServer(judge, embeddedNames.judge, patience);
    for (const model of [embeddedNames.base, embeddedNames.tuned]) {
      const candidate = openAIModel({ baseUrl: server.url, model });
      try {
        await run(
          {
            answers: { bench, output, questions, model, fresh: true },
            judgments: { bench, output, questions, model, judge: embeddedNames.judge, rules, fresh: true },
          },
          {
            answers: { model: candidate.chat, server: await checkServer(candidate, model, patience), progress },
            judgments: { judge: judge.chat, server: judgeServer, progress },
            ...(options.signal !== undefined && { signal: options.signal }),
          },
        );
      } finally {
        await candidate.close();
      }
    }
  } finally {
    await judge.close();
  }
  return { folder: output.folder, report: await makeReport({ bench, output, questions }) };
}
