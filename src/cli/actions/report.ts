import type { RunFacts } from "../../domain/mt-bench/manifest.js";
import { answerManifestSchema, judgmentManifestSchema } from "../../domain/mt-bench/manifest.js";
import type { Document } from "../../io/document-file.js";
import { readJsonFile } from "../../io/json-file.js";
import { exists, outputTree } from "../../io/output-tree.js";
import type { OutputTree } from "../../io/output-tree.js";
import { htmlDocument } from "../../pipeline/html-document.js";
import { mmluBench, mmluBranchBench } from "../../pipeline/mmlu-input.js";
import { findQuestions } from "../../pipeline/inputs.js";
import type { QuestionRowsInput } from "../../pipeline/question-rows.js";
import { collectReportPage } from "../../pipeline/report-page.js";
import { makeReport, requireJudgments } from "../../pipeline/report.js";
import { questionTable, reportTables, summaryTable } from "../../pipeline/report-tables.js";
import { reportMarkdown } from "../../render/report-markdown.js";
import type { ReportFormat, ReportOptions } from "../commands/report.js";
import { checkOutput } from "../check-output.js";
import { commandLine } from "../command-line.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import { dataDir } from "../run-context.js";

interface Context {
  readonly options: ReportOptions;
  readonly host: Host;
}

/** One entry a format; a document that comes in pieces reads its records while it is written. A format's library is loaded for it only. */
const documents: Readonly<Record<ReportFormat, (input: QuestionRowsInput, context: Context) => Promise<Document>>> = {
  text: async (input) => {
    const { reportText } = await import("../../render/report-text.js");
    return reportText(await makeReport(input));
  },
  json: async (input) => `${JSON.stringify(await makeReport(input), null, 2)}\n`,
  markdown: async (input) => reportMarkdown(await makeReport(input)),
  csv: async (input, { options }) => {
    const { csv } = await import("../../render/csv.js");
    return csv(options.level === "summary" ? await summaryTable(input) : await questionTable(input));
  },
  xlsx: async (input, { host }) => {
    const { xlsx } = await import("../../render/xlsx.js");
    const { tables, about } = await reportTables(input);
    return xlsx(tables, { about, note: (text) => host.stderr.write(`note: ${text}\n`) });
  },
  html: async (input, { options }) =>
    htmlDocument("branchbench report", (sink) =>
      collectReportPage({ ...input, command: reportCommandLine(options) }, sink),
    ),
};

export async function reportAction(options: ReportOptions, host: Host): Promise<number> {
  await checkOutput(options);
  if (options.bench === mmluBench || options.bench === mmluBranchBench)
    // what reads and prints multiple choice is loaded only for it
    return (await import("./stored-reports.js")).storedReportsAction(options, host);
  const output = outputTree(options.outputDir, options.bench, options.branch);
  const choice = {
    bench: options.bench,
    outputDir: options.outputDir,
    ...(options.branch !== undefined && { branch: options.branch }),
    output,
    ...(options.model !== undefined && { models: options.model }),
    ...(options.judgeModel !== undefined && { judge: options.judgeModel }),
    ...(options.judgments !== undefined && { judgmentsFile: options.judgments }),
    ...(options.parser !== undefined && { parser: options.parser }),
  };
  await requireJudgments(choice);
  const asked = options.questions ?? (await questionsOfRuns(output));
  const questions = await findQuestions({
    ...options,
    dataDir: dataDir(options, host),
    ...(asked !== undefined && { questions: asked }),
  });
  const input: QuestionRowsInput = { ...choice, dataDir: dataDir(options, host), questions };
  const document = await documents[options.json === true ? "json" : options.format](input, { options, host });
  await deliver(document, { file: options.output, name: "report" }, host);
  return 0;
}

function reportCommandLine(options: ReportOptions): string {
  const flags = [
    ["--bench", options.bench],
    ["--branch", options.branch],
    ["--questions", options.questions],
    ...(options.model ?? []).map((model) => ["--model", model] as const),
    ["--judge-model", options.judgeModel],
    ["--judgments", options.judgments],
    ["--parser", options.parser],
  ] as const;
  return commandLine("branchbench report --format html", flags);
}

/** The question file that gen-answers or judge-answers used, where it is still there. */
async function questionsOfRuns(output: OutputTree): Promise<string | undefined> {
  for await (const { questions } of factsOfRuns(output)) if (await exists(questions.source)) return questions.source;
  return undefined;
}

async function* factsOfRuns(output: OutputTree): AsyncGenerator<RunFacts> {
  for (const model of await output.listAnswers()) {
    const manifest = await readJsonFile(output.answers(model).manifest, answerManifestSchema);
    if (manifest !== undefined) yield manifest.facts;
  }
  for (const judge of await output.listJudgments()) {
    const manifest = await readJsonFile(output.judgments(judge).manifest, judgmentManifestSchema);
    for (const { facts } of Object.values(manifest?.models ?? {})) yield facts;
  }
}
