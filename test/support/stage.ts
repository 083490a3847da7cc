import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../../src/domain/mt-bench/answer.js";
import type { OpenAIModel, OpenAIModelOptions } from "../../src/io/openai.js";
import { openAIModel } from "../../src/io/openai.js";
import { exists, outputTree } from "../../src/io/output-tree.js";
import type { OutputTree } from "../../src/io/output-tree.js";
import { readBuiltinPrompts } from "../../src/io/prompt-files.js";
import type { QuestionFile } from "../../src/io/question-file.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import type { GenAnswersInput, GenAnswersSummary } from "../../src/pipeline/gen-answers.js";
import { genAnswers } from "../../src/pipeline/gen-answers.js";
import type { JudgeAnswersSummary } from "../../src/pipeline/judge-answers.js";
import type { JudgeAnswersInput } from "../../src/pipeline/judging-input.js";
import { judgeAnswers } from "../../src/pipeline/judge-answers.js";

/** A folder, a question set, and short ways to run the stages over HTTP. */
export interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly output: OutputTree;
  readonly questions: QuestionFile;
  gen(url: string, input?: Partial<GenAnswersInput>, more?: RunMore): Promise<GenAnswersSummary>;
  judge(url: string, input?: Partial<JudgeAnswersInput>, more?: RunMore): Promise<JudgeAnswersSummary>;
}

interface RunMore {
  readonly client?: Partial<OpenAIModelOptions>;
  readonly signal?: AbortSignal;
  readonly onAnswer?: (answer: Answer) => void;
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

/** Two-turn questions of two categories without references, unless told otherwise. */
export function plainQuestions(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    question_id: index + 1,
    category: index % 2 === 0 ? "writing" : "stem",
    turns: [`first ${index + 1}`, `second ${index + 1}`],
  }));
}

export async function startStage(questions: readonly object[] = plainQuestions(6)): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "branchbench-"));
  const path = join(folder, "question.jsonl");
  await writeFile(path, questions.map((question) => `${JSON.stringify(question)}\n`).join(""));
  const file = await openQuestionFile(path);
  const output = outputTree(join(folder, "out"), "mt_bench");
  return {
    folder,
    output,
    questions: file,
    gen: (url, input = {}, more = {}) =>
      withClient(url, more, (client) =>
        genAnswers(
          { bench: "mt_bench", output, questions: file, model: "m", ...input },
          {
            model: client.chat,
            server: serverFacts(client, more),
            ...(more.onAnswer !== undefined && { onAnswer: more.onAnswer }),
            ...(more.signal !== undefined && { signal: more.signal }),
          },
        ),
      ),
    judge: async (url, input = {}, more = {}) => {
      const rules = { prompts: await readBuiltinPrompts(), references: undefined };
      return withClient(url, more, (client) =>
        judgeAnswers(
          { bench: "mt_bench", output, questions: file, model: "m", judge: "j", rules, ...input },
          {
            judge: client.chat,
            server: serverFacts(client, more),
            ...(more.signal !== undefined && { signal: more.signal }),
          },
        ),
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function serverFacts(client: OpenAIModel, more: RunMore) {
  return { url: client.url, models: null, ...(more.extraBody !== undefined && { extraBody: more.extraBody }) };
}

async function withClient<Result>(
  url: string,
  more: RunMore,
  work: (client: OpenAIModel) => Promise<Result>,
): Promise<Result> {
  const client = openAIModel({
    baseUrl: url,
    model: "m",
    retryBaseMs: 1,
    maxWorkers: 8,
    timeoutMs: 20_000,
    ...more.client,
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The lines of a JSON Lines file, parsed; none where there is no file. */
export async function readRows(path: string): Promise<Record<string, any>[]> {
  if (!(await exists(path))) return [];
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, any>);
}
