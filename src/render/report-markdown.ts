import { codeSpan } from "../domain/markdown-text.js";
import { mtBenchScale } from "../domain/mt-bench/rating.js";
import type { ModelReport, Report } from "../domain/report/report.js";
import type { MeanEstimate } from "../domain/statistics/statistics.js";
import { withinScale } from "../domain/statistics/statistics.js";
import { askedQuestions } from "../domain/report/asked-questions.js";

/** The report as Markdown for an issue, a pull request or a wiki. Names are somebody else's and stand in code spans. */
export function reportMarkdown(report: Report): string {
  const { bench, branch, questions, models } = report;
  const where = branch === null ? "" : `, branch ${codeSpan(branch)}`;
  return [
    `## Scores on ${codeSpan(bench)}${where}`,
    "",
    `${askedQuestions(report)}, scores from 1 to 10, means with 95 % intervals clustered by question.`,
    "",
    ...modelTable(models),
    "",
    ...categoryTable(models),
    ...models.flatMap(caveatLines),
    "<details><summary>How it was measured</summary>",
    "",
    `Questions ${codeSpan(questions.source)}, sha256 ${codeSpan(questions.sha256)}`,
    "",
    ...models.flatMap(measuredLines),
    "</details>",
    "",
  ].join("\n");
}

function modelTable(models: readonly ModelReport[]): string[] {
  const turns = models.reduce(
    (most, model) => (model.turns.length > most.length ? model.turns : most),
    models[0]?.turns ?? [],
  );
  const shown = turns.length > 1 ? turns.map(({ turn }) => turn) : [];
  return table(
    [
      ["model", "---"],
      ["judge", "---"],
      ["score [95 % interval]", "---"],
      ["n", "---:"],
      ...shown.map((turn) => [`turn ${turn}`, "---"] as const),
      ["without score", "---:"],
    ],
    models.map((model) => [
      `${codeSpan(model.model)}${model.partial === null ? "" : " (partial)"}`,
      codeSpan(model.judge),
      estimate(model.overall),
      String(model.overall.n),
      ...shown.map((turn) => estimate(model.turns.find((entry) => entry.turn === turn)?.score)),
      `${model.judgments.expected - model.judgments.scored} of ${model.judgments.expected}`,
    ]),
  );
}

function categoryTable(models: readonly ModelReport[]): string[] {
  const categories = [...new Set(models.flatMap((model) => model.categories.map(({ category }) => category)))];
  if (categories.length < 2) return [];
  const isOneJudge = new Set(models.map(({ judge }) => judge)).size === 1;
  const rows = categories.map((category) => [
    codeSpan(category),
    ...models.map((model) => withCount(model.categories.find((entry) => entry.category === category)?.score)),
  ]);
  const head = models.map(
    ({ model, judge }) => [isOneJudge ? codeSpan(model) : `${codeSpan(model)} by ${codeSpan(judge)}`, "---"] as const,
  );
  return [...table([["category", "---"], ...head], rows), ""];
}

function caveatLines({ model, judge, caveats }: ModelReport): string[] {
  if (caveats.length === 0) return [];
  return [`Mind, of ${codeSpan(model)} by ${codeSpan(judge)}:`, "", ...caveats.map((caveat) => `- ${caveat}`), ""];
}

function measuredLines(model: ModelReport): string[] {
  const { judgments, answers, tokens } = model;
  const facts: readonly (readonly [string, string])[] = [
    [
      "judgments",
      `${judgments.scored} of ${judgments.expected} have a score${reasons(judgments.unscored)}${reasons(judgments.failed)}`,
    ],
    ...(answers === null
      ? []
      : [
          [
            "answers",
            `${answers.answered} of ${answers.asked}${reasons(answers.failed)}; ${answers.truncatedTurns} cut off by the token limit`,
          ] as const,
        ]),
    [
      "tokens",
      `candidate ${tokens.candidate.prompt} in, ${tokens.candidate.completion} out; judge ${tokens.judge.prompt} in, ${tokens.judge.completion} out`,
    ],
    ...(model.sampling === null ? [] : [["sampling", model.sampling] as const]),
    [
      "judge prompts",
      `${model.promptsSource === null ? "unknown source" : codeSpan(model.promptsSource)}${model.prompts.length === 0 ? "" : ` (${model.prompts.map(codeSpan).join(", ")})`}`,
    ],
    ...(model.referencesSource === null ? [] : [["references", codeSpan(model.referencesSource)] as const]),
  ];
  return [
    `${codeSpan(model.model)}, judged by ${codeSpan(model.judge)}`,
    "",
    ...facts.map(([name, text]) => `- ${name}: ${text}`),
    "",
  ];
}

function table(
  columns: readonly (readonly [head: string, rule: string])[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns.map(([head]) => head)), line(columns.map(([, rule]) => rule)), ...rows.map(line)];
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.map(([reason, count]) => `, ${count} ${reason}`).join("");
}

function estimate(score: MeanEstimate | undefined): string {
  if (score === undefined || score.mean === null) return "-";
  if (score.interval === null) return score.mean.toFixed(2);
  const [low, high] = withinScale(score.interval, mtBenchScale);
  return `${score.mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function withCount(score: MeanEstimate | undefined): string {
  return score === undefined || score.mean === null ? "-" : `${estimate(score)} n=${score.n}`;
}
