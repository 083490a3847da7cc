import type { Command } from "commander";
import { z } from "zod";
import { createProgram } from "../../src/cli/program.js";
import { comparedColumns, comparedSummaryColumns } from "../../src/domain/comparison/comparison-rows.js";
import { mcqColumns, mcqSummaryColumns } from "../../src/domain/page/mcq-columns.js";
import { questionColumns } from "../../src/domain/report/question-columns.js";
import { summaryColumns } from "../../src/domain/report/summary-rows.js";
import type { ColumnFacts } from "../../src/domain/table.js";
import { branchComparisonSchema } from "../../src/domain/comparison/branch-comparison.js";
import { comparisonPlanSchema } from "../../src/domain/comparison/comparison-plan.js";
import { mmluComparisonSchema } from "../../src/domain/mmlu/mmlu-comparison.js";
import { mmluReportSchema } from "../../src/domain/mmlu/mmlu-report.js";
import { reportSchema } from "../../src/domain/report/report.js";
import { taxonomyDiffSchema } from "../../src/domain/taxonomy/taxonomy-diff.js";
import { taxonomyLintSchema } from "../../src/domain/taxonomy/taxonomy-lint.js";

const begin = "<!-- command reference: begin (npm run docs) -->";
const end = "<!-- command reference: end -->";

/** `--help` of every command, as Markdown. */
export function commandReference(): string {
  const nothing = (): Promise<void> => Promise.resolve();
  const program = createProgram(
    {
      dataPull: nothing,
      genQuestions: nothing,
      genAnswers: nothing,
      judgeAnswers: nothing,
      report: nothing,
      run: nothing,
      compare: nothing,
      mmlu: nothing,
      mmluBranch: nothing,
      view: nothing,
      cacheInfo: nothing,
      cachePrune: nothing,
      taxonomyDiff: nothing,
      taxonomyLint: nothing,
      demo: nothing,
      serveEmbedded: nothing,
    },
    { version: "", out: () => undefined, err: () => undefined },
  );
  return leaves(program)
    .map((command) => `### ${fullName(command)}\n\n\`\`\`text\n${help(command)}\n\`\`\`\n`)
    .join("\n");
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** The same width everywhere, whatever terminal the script runs in. */
function help(command: Command): string {
  command.configureHelp({ helpWidth: 110 });
  return command.helpInformation().trim();
}

export function insertReference(readme: string, reference: string): string {
  const [start, stop] = [readme.indexOf(begin), readme.indexOf(end)];
  if (start === -1 || stop === -1) throw new Error("README.md has lost the marks of the command reference");
  return `${readme.slice(0, start)}${begin}\n\n${reference}\n${readme.slice(stop)}`;
}

/** The columns of the tables that `report` and `compare` write, as Markdown. */
export function columnReference(): string {
  const tables: readonly (readonly [string, readonly ColumnFacts[]])[] = [
    [
      "`report --format csv`, sheet `questions`: a row per judged turn, or per turn without a judgment",
      questionColumns,
    ],
    [
      "`report --format csv --level summary`: a row per mean; the other sheets of a workbook have a part of these",
      summaryColumns,
    ],
    ["`report --bench mmlu --format csv`, sheet `questions`: a row per question and model", mcqColumns],
    [
      "`report --bench mmlu --format csv --level summary`: a row per model, category and task; the other sheets of a workbook have a part of these",
      mcqSummaryColumns,
    ],
    ["`compare --format csv`, sheet `questions`: a row per question", comparedColumns],
    ["`compare --format csv --level summary`, sheet `summary`: a row per group and file", comparedSummaryColumns],
  ];
  const cell = (text: string): string => text.replaceAll("|", "¦");
  const sections = tables.map(([title, columns]) =>
    [
      `## ${title}\n`,
      "| column | holds | meaning |",
      "| --- | --- | --- |",
      ...columns.map(({ name, kind, description }) => `| \`${name}\` | ${kind} | ${cell(description)} |`),
      "",
    ].join("\n"),
  );
  return `# Columns\n\nMade from the code by \`npm run docs\`.\n\n${sections.join("\n")}`;
}

/** JSON schemas of what `--json` prints, by file name. */
export function schemas(): Record<string, string> {
  return {
    "report.schema.json": `${JSON.stringify(z.toJSONSchema(reportSchema), null, 2)}\n`,
    "mmlu.schema.json": `${JSON.stringify(z.toJSONSchema(mmluReportSchema), null, 2)}\n`,
    "mmlu-comparison.schema.json": `${JSON.stringify(z.toJSONSchema(mmluComparisonSchema), null, 2)}\n`,
    "comparison.schema.json": `${JSON.stringify(z.toJSONSchema(branchComparisonSchema), null, 2)}\n`,
    "comparison-plan.schema.json": `${JSON.stringify(z.toJSONSchema(comparisonPlanSchema), null, 2)}\n`,
    "taxonomy-diff.schema.json": `${JSON.stringify(z.toJSONSchema(taxonomyDiffSchema), null, 2)}\n`,
    "taxonomy-lint.schema.json": `${JSON.stringify(z.toJSONSchema(taxonomyLintSchema), null, 2)}\n`,
  };
}
