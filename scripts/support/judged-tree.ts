import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { encodeAnswer, encodeJudgment } from "../../src/domain/mt-bench/eval-output.js";

const turns = [1, 2];
const text = "The engine slows down when it is warm, and reports its temperature to the others. ".repeat(5);

/** How large a tree is made: rows are models × questions × two turns. */
export interface TreeSize {
  readonly models: number;
  readonly questions: number;
}

/** Writes a question set and the settled records of a finished run, without asking anybody. */
export async function writeJudgedTree(
  folder: string,
  { models, questions }: TreeSize,
): Promise<{ questions: string; output: string }> {
  const bench = join(folder, "out", "mt_bench");
  await mkdir(join(bench, "model_answer"), { recursive: true });
  await mkdir(join(bench, "model_judgment"), { recursive: true });
  const ids = Array.from({ length: questions }, (_, index) => index + 1);
  const names = Array.from({ length: models }, (_, index) => `model-${String(index).padStart(4, "0")}`);
  const set = ids.map((id) => ({
    question_id: id,
    category: id % 2 === 0 ? "writing" : "stem",
    turns: [`${id}? ${text}`, "And then?"],
  }));
  await writeFile(join(folder, "question.jsonl"), set.map((question) => `${JSON.stringify(question)}\n`).join(""));
  for (const model of names)
    await writeLines(
      join(bench, "model_answer", `${model}.jsonl`),
      ids.map((id) => answerLine(model, id)),
    );
  await writeLines(join(bench, "model_judgment", "judge_single.jsonl"), judgmentLines(names, ids));
  return { questions: join(folder, "question.jsonl"), output: join(folder, "out") };
}

async function writeLines(path: string, rows: Iterable<object>): Promise<void> {
  function* lines(): Generator<string> {
    let gathered = "";
    for (const row of rows) {
      gathered += `${JSON.stringify(row)}\n`;
      if (gathered.length < 1_000_000) continue;
      yield gathered;
      gathered = "";
    }
    yield gathered;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

function answerLine(model: string, id: number): object {
  return encodeAnswer({
    kind: "answered",
    questionId: id,
    answerId: `answer-${id}`,
    model,
    choices: [
      {
        index: 0,
        turns: turns.map((turn) => ({
          text: `${turn}: ${text}`,
          finishReason: "stop",
          usage: { promptTokens: 20, completionTokens: 90 },
          latencyMs: 100,
        })),
      },
    ],
    tstamp: 1_700_000_000,
  });
}

function* judgmentLines(models: readonly string[], ids: readonly number[]): Generator<object> {
  for (const model of models)
    for (const id of ids)
      for (const turn of turns)
        yield encodeJudgment({
          kind: "rated",
          questionId: id,
          model,
          judge: "judge",
          promptName: "single",
          userPrompt: text,
          turn,
          choice: 0,
          tstamp: 1_700_000_001,
          text: `Good. Rating: [[${1 + ((id + turn) % 10)}]]`,
          rating: { kind: "scored", score: 1 + ((id + turn) % 10) },
        });
}
