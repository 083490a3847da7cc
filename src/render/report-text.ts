import Table from "cli-table3";
import { mtBenchScale } from "../domain/mt-bench/rating.js";
import { printable } from "../domain/printable.js";
import type { ModelReport, Report } from "../domain/report/report.js";
import type { MeanEstimate } from "../domain/statistics/statistics.js";
import { withinScale } from "../domain/statistics/statistics.js";
import { askedQuestions } from "../domain/report/asked-questions.js";

/** The report for a terminal or a log: plain text, no colours needed to read it. */
export function reportText(report: Report): string {
  const parts = [
    `${report.bench}${report.branch === null ? "" : ` (branch ${printable(report.branch)})`}: ${askedQuestions(report)}, scores from 1 to 10`,
    scoreTable(report.models),
    categoryTables(report.models),
    report.models.map(details).join("\n\n"),
  ];
  return `${parts.join("\n\n")}\n`;
}

function scoreTable(models: readonly ModelReport[]): string {
  const turnCount = models.reduce((most, { turns }) => Math.max(most, turns.length), 1);
  const turns = turnCount > 1 ? Array.from({ length: turnCount }, (_, index) => `turn ${index + 1}`) : [];
  const table = plainTable(["model", "judge", "score [95 % interval]", "n", ...turns, "without score"]);
  for (const model of models) {
    const byTurn = turns.map((_, index) => estimate(model.turns[index]?.score));
    const mark = model.partial === null ? "" : " (partial)";
    table.push([
      `${printable(model.model)}${mark}`,
      printable(model.judge),
      estimate(model.overall),
      String(model.overall.n),
      ...byTurn,
      percent(model.errorRate),
    ]);
  }
  return table.toString();
}

/** Models side by side, at most four in one table so that lines stay readable. */
function categoryTables(models: readonly ModelReport[]): string {
  const tables: string[] = [];
  for (let start = 0; start < models.length; start += 4) {
    const shown = models.slice(start, start + 4);
    const table = plainTable([
      "category",
      ...shown.map(({ model, judge }) => `${printable(model)}\n(${printable(judge)})`),
    ]);
    const categories = [...new Set(shown.flatMap((model) => model.categories.map(({ category }) => category)))];
    for (const category of categories)
      table.push([
        printable(category),
        ...shown.map((model) => withCount(model.categories.find((entry) => entry.category === category)?.score)),
      ]);
    tables.push(table.toString());
  }
  return tables.join("\n\n");
}

function details(model: ModelReport): string {
  const { judgments, answers, tokens } = model;
  const lines = [
    `${printable(model.model)}, judged by ${printable(model.judge)}`,
    `  judgments   ${judgments.scored} of ${judgments.expected} have a score${reasons(judgments.unscored, "unscored")}${reasons(judgments.failed, "failed")}${
      judgments.unanswered > 0 ? `; ${judgments.unanswered} turns unanswered` : ""
    }`,
  ];
  if (answers !== null)
    lines.push(
      `  answers     ${answers.answered} of ${answers.asked}${reasons(answers.failed, "failed")}; ${answers.truncatedTurns} cut off by the token limit`,
    );
  lines.push(
    `  tokens      candidate ${tokens.candidate.prompt} in, ${tokens.candidate.completion} out; judge ${tokens.judge.prompt} in, ${tokens.judge.completion} out`,
  );
  if (model.sampling !== null) lines.push(`  sampling    ${model.sampling}`);
  const names = model.prompts.length === 0 ? "" : ` (${model.prompts.map(printable).join(", ")})`;
  lines.push(`  prompts     ${model.promptsSource ?? "unknown source"}${names}`);
  if (model.referencesSource !== null) lines.push(`  references  ${model.referencesSource}`);
  for (const caveat of model.caveats) lines.push(`  note        ${caveat}`);
  return lines.join("\n");
}

function reasons(counts: Readonly<Record<string, number>>, what: string): string {
  const entries = Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.length === 0 ? "" : `; ${what}: ${entries.map(([reason, count]) => `${count} ${reason}`).join(", ")}`;
}

function estimate(score: MeanEstimate | undefined): string {
  if (score === undefined || score.mean === null) return "-";
  const mean = score.mean.toFixed(2);
  if (score.interval === null) return mean;
  const [low, high] = withinScale(score.interval, mtBenchScale);
  return `${mean} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function withCount(score: MeanEstimate | undefined): string {
  return score === undefined || score.mean === null ? "-" : `${estimate(score)} n=${score.n}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] }, wordWrap: false });
}
