import { join } from "node:path";
import { listed, unknownName } from "../domain/unknown-name.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import { EvalError } from "../domain/eval-error.js";
import type { Report } from "../domain/report/report.js";
import type { ScoredModel } from "../domain/mt-bench/scored-model.js";
import { compareModelReports, modelReport } from "../domain/report/report.js";
import { judgmentManifestSchema } from "../domain/mt-bench/manifest.js";
import { printable } from "../domain/printable.js";
import { readJsonFile } from "../io/json-file.js";
import type { OutputTree } from "../io/output-tree.js";
import { exists } from "../io/output-tree.js";
import { readQuestions } from "../io/question-file.js";
import { findResultFolders } from "../io/result-folders.js";
import type { ScoredModelsInput } from "./scored-models.js";
import { readScoredModels } from "./scored-models.js";

export interface ReportInput extends ScoredModelsInput {
  readonly bench: string;
  readonly branch?: string;
  /** the folder of all benchmarks, where a name that nothing answers to is looked for others */
  readonly outputDir?: string;
}

/** Reads what lies in the output tree and computes the report; asks nobody. */
export async function makeReport(input: ReportInput): Promise<Report> {
  const questions = await questionsById(input);
  return reportOf(input, questions, await readScoredModels(input, questions));
}

export async function questionsById({ questions }: ReportInput): Promise<Map<QuestionId, Question>> {
  const byId = new Map<QuestionId, Question>();
  for await (const question of readQuestions(questions)) byId.set(question.id, question);
  return byId;
}

export function reportOf(
  input: ReportInput,
  questions: ReadonlyMap<QuestionId, Question>,
  scored: readonly ScoredModel[],
): Report {
  const summaries = [...questions.values()].map(({ id, category, turns, qnaFile }) => ({
    id,
    category,
    turns: turns.length,
    ...(qnaFile !== undefined && { qnaFile }),
  }));
  if (scored.length === 0) throw nothingToReport(input);
  return {
    kind: "branchbench-report",
    bench: input.bench,
    branch: input.branch ?? null,
    questions: { source: input.questions.path, sha256: input.questions.sha256, count: input.questions.keys.ids.length },
    models: scored.map((model) => modelReport(model, summaries)).sort(compareModelReports),
  };
}

/** Refuses a report of nothing before anybody is asked for the questions. */
export async function requireJudgments(input: Omit<ReportInput, "questions">): Promise<void> {
  const { judgmentsFile, output } = input;
  if (judgmentsFile !== undefined) {
    if (await exists(judgmentsFile)) return;
    throw new EvalError("input", `cannot read ${judgmentsFile}: no such file or folder`, {
      hint: "--judgments names a judgment file; leave it out to report what judge-answers wrote",
    });
  }
  const [judges, candidates] = [await output.listJudgments(), await output.listAnswers()];
  // a candidate that failed in everything has answers only
  if (judges.length === 0 && candidates.length === 0) throw await nothingHere(input);
  if (input.judge !== undefined && !judges.includes(input.judge))
    throw unknownName("judge", input.judge, { names: judges, place: output.folder });
  const judged = await judgedModels(output, judges);
  const names = [...new Set([...candidates, ...(judged ?? [])])].sort();
  for (const model of judged === undefined ? [] : (input.models ?? []))
    if (!names.includes(model)) throw unknownName("model", model, { names, place: output.folder });
}

/** Undefined where judgments came without a manifest: then only reading them tells. */
async function judgedModels(output: OutputTree, judges: readonly string[]): Promise<string[] | undefined> {
  const names: string[] = [];
  for (const judge of judges) {
    const manifest = await readJsonFile(output.judgments(judge).manifest, judgmentManifestSchema);
    if (manifest === undefined) return undefined;
    names.push(...Object.keys(manifest.models));
  }
  return names;
}

/** Other benchmarks and branches have results, perhaps: a mistyped name is the likelier fault than a stage left out. */
async function nothingHere(input: Omit<ReportInput, "questions">): Promise<EvalError> {
  const { bench, branch, outputDir } = input;
  if (outputDir === undefined) return nothingToReport(input);
  const benches = await branchesByBench(outputDir);
  const branches = benches.get(bench);
  if (branches === undefined)
    return benches.size === 0
      ? nothingToReport(input)
      : unknownName("benchmark", bench, { names: [...benches.keys()], place: outputDir });
  if (branches.length === 0) return nothingToReport(input);
  if (branch !== undefined) return unknownName("branch", branch, { names: branches, place: join(outputDir, bench) });
  return new EvalError("input", `${join(outputDir, bench)} has results of branches: which one is meant?`, {
    hint: `give --branch with one of: ${listed(branches)}`,
  });
}

/** The benchmarks that have results, each with the branches that have answers or judgments of their own. */
async function branchesByBench(outputDir: string): Promise<Map<string, string[]>> {
  const benches = new Map<string, string[]>();
  if (!(await exists(outputDir))) return benches;
  for (const { kind, name } of (await findResultFolders(outputDir)).found) {
    const [bench = "", ...below] = name.split("/");
    if (bench === ".") continue;
    const branches = benches.get(bench) ?? [];
    if (kind === "judged" && below.length > 0) branches.push(below.join("/"));
    benches.set(bench, branches);
  }
  return benches;
}

export function nothingToReport(input: Omit<ReportInput, "questions">): EvalError {
  const { bench, judgmentsFile, output, models, judge } = input;
  const which = `${models === undefined ? "" : ` of ${listed(models)}`}${judge === undefined ? "" : ` by ${printable(judge)}`}`;
  return new EvalError("input", `there are no judgments${which} to report in ${judgmentsFile ?? output.folder}`, {
    hint: `run: branchbench judge-answers --bench ${bench} --model M --judge-model J --judge-server-url URL`,
  });
}
