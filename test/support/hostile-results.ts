import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { outputTree } from "../../src/io/output-tree.js";
import { openQuestionFile } from "../../src/io/question-file.js";
import { storedComparisons, storedReports } from "../../src/io/result-file.js";
import { readComparison } from "../../src/pipeline/read-comparison.js";
import { collectComparisonPage } from "../../src/pipeline/comparison-page.js";
import { htmlDocument } from "../../src/pipeline/html-document.js";
import { collectMmluPage } from "../../src/pipeline/mmlu-page.js";
import { collectReportPage } from "../../src/pipeline/report-page.js";
import { writeHostileMmlu } from "./hostile-mmlu.js";
import { xssNames, xssVectors } from "./xss-vectors.js";

/** Names that are hostile and can be names of files, too. */
const hostile = xssNames.filter((name) => name.length < 120 && name.length > 12);
const name = (index: number): string => hostile[(index * 17) % hostile.length] ?? "m";
const models = { base: name(1), tuned: name(2), judge: name(3) };
const branches = { base: name(4), branch: name(5) };

export interface HostileResults {
  /** an output folder all of whose texts and names are vectors */
  readonly folder: string;
  /** report, comparison and multiple choice of it as files */
  readonly pages: readonly string[];
  /** sets in the folder */
  readonly sets: number;
}

/** Puts each vector in each place that a text can come from: questions, references, answers, thinking, failures, judgments and all names. */
export async function writeHostileResults(folder: string): Promise<HostileResults> {
  const out = join(folder, "out");
  await writeSet(outputTree(out, "mt_bench").folder, 0);
  await writeSet(outputTree(out, "mt_bench_branch", branches.base).folder, 1);
  await writeSet(outputTree(out, "mt_bench_branch", branches.branch).folder, 2);
  const row = { question_id: 1, model_id: "m", choices: [{ index: 0, turns: ["a"] }] };
  for (const one of hostile) await writeRows(join(out, "names", "model_answer", `${one}.jsonl`), [row]);
  for (const one of hostile.slice(0, 30))
    await writeRows(join(out, "mt_bench_branch", "more", one, "model_answer", "m.jsonl"), [row]);
  await writeHostileMmlu(out, models);
  const pages = [await writeReport(folder, out), await writeComparison(folder, out), await writeMmlu(folder, out)];
  return { folder: out, pages, sets: 5 + 30 };
}

async function writeReport(folder: string, out: string): Promise<string> {
  const output = outputTree(out, "mt_bench");
  const questions = await openQuestionFile(join(output.folder, "question.jsonl"));
  const input = { bench: "mt_bench", output, questions, command: xssVectors[0]?.text ?? "" };
  return writePage(
    join(folder, "report.html"),
    htmlDocument(models.base, (sink) => collectReportPage(input, sink)),
  );
}

async function writeComparison(folder: string, out: string): Promise<string> {
  const side = async (branch: string) => {
    const output = outputTree(out, "mt_bench_branch", branch);
    return { branch, commit: null, output, questions: await openQuestionFile(join(output.folder, "question.jsonl")) };
  };
  const sides = { base: await side(branches.base), branch: await side(branches.branch) };
  const command = xssVectors[0]?.text ?? "";
  const comparison = await readComparison({ ...sides, models, answering: {}, command });
  return writePage(
    join(folder, "comparison.html"),
    htmlDocument(models.tuned, (sink) => collectComparisonPage({ ...sides, models }, comparison, sink)),
  );
}

async function writeMmlu(folder: string, out: string): Promise<string> {
  const benchFolder = outputTree(out, "mmlu").folder;
  const [comparison] = await storedComparisons(benchFolder);
  if (comparison === undefined) throw new Error("no comparison");
  const page = { bench: "mmlu", stored: await storedReports(benchFolder), command: comparison.reproduce.command };
  return writePage(
    join(folder, "mmlu.html"),
    htmlDocument(models.base, (sink) => collectMmluPage({ ...page, comparison }, sink)),
  );
}

async function writePage(path: string, pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  await writeFile(path, text);
  return path;
}

/** @param shift which vector stands beside which */
async function writeSet(folder: string, shift: number): Promise<void> {
  const at = (index: number): string => xssVectors[(index + shift * 7) % xssVectors.length]?.text ?? "";
  const ids = xssVectors.map((_, index) => index + 1);
  const usage = { finish_reason: "length", prompt_tokens: 1, completion_tokens: 2 };
  await writeRows(
    join(folder, "question.jsonl"),
    ids.map((id) => ({
      question_id: id,
      category: id % 5 === 0 ? at(id) : "writing",
      turns: [at(id), `first line\n${at(id + 1)}\nlast line`],
      reference: [at(id + 2), at(id + 3)],
      ...(shift > 0 && { qna_file: `skills/${at(id - (id % 9))}/qna.yaml` }),
    })),
  );
  for (const model of [models.base, models.tuned]) {
    const answers = ids.map((id) => ({
      question_id: id,
      model_id: model,
      choices: [
        {
          index: 0,
          turns: [at(id + 4), `${at(id + 5)}\n\n${at(id)}`],
          details: [{ ...usage, reasoning: at(id + 6) }, usage],
        },
      ],
      ...(id % 10 === 0 && { failure: { reason: "timeout", message: at(id), turn: 2 } }),
    }));
    const paths = join(folder, "model_answer", model);
    await writeRows(
      `${paths}.jsonl`,
      answers.filter(({ question_id }) => question_id % 10 !== 0),
    );
    await writeRows(
      `${paths}.failed.jsonl`,
      answers.filter(({ question_id }) => question_id % 10 === 0),
    );
    await writeRows(
      join(folder, "human_rating", `${model}.jsonl`),
      ids.slice(0, 60).map((id) => ({
        question_id: id,
        model,
        turn: 1,
        choice: 0,
        answer_hash: at(id),
        score: 3,
        overrules: { judge: at(id).slice(0, 400), repeat: 0, score: null },
        reason: at(id + 1).slice(0, 4000),
        rater: at(id).trim().slice(0, 90) || "x",
        tstamp: 1,
      })),
    );
  }
  await writeRows(
    join(folder, "model_judgment", `${models.judge}_single.jsonl`),
    [models.base, models.tuned].flatMap((model, place) =>
      ids.flatMap((id) =>
        [1, 2].map((turn) => ({
          question_id: id,
          model,
          judge: [models.judge, at(id)],
          user_prompt: at(id),
          judgment: `${at(id + turn)}\n\nRating: [[${1 + ((id + place) % 9)}]]`,
          score: id % 7 === 0 ? -1 : 1 + ((id + place) % 9),
          turn,
          choice: 0,
          ...(id % 7 === 0 && { unscored: "ambiguous" }),
          reasoning: at(id + 8),
        })),
      ),
    ),
  );
}

async function writeRows(path: string, rows: readonly object[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
