import type { Accuracy } from "../domain/statistics/accuracy.js";
import { codeSpan, escaped } from "../domain/markdown-text.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";

/** One model's scores as a comment or a page. */
export function mmluMarkdown(report: MmluReport): string {
  const { scores } = report;
  const groups = [
    ...(scores.forms.length > 1
      ? scores.forms.map((form) => ({ ...form, alias: `scored by ${form.alias}` }))
      : [{ ...scores.weighted, alias: "overall", tasks: scores.tasks.length, mean: scores.mean }]),
    ...(report.bench === "mmlu" ? scores.categories : []),
  ];
  return [
    `## ${report.bench}: ${codeSpan(report.model)}`,
    "",
    ...(report.partial === null ? [] : [`**Partial:** ${codeSpan(report.partial)}`, ""]),
    "| | tasks | n | mean over tasks | weighted by size ± stderr |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...groups.map(
      (group) => `| ${group.alias} | ${group.tasks} | ${group.n} | ${share(group.mean)} | ${accuracy(group)} |`,
    ),
    "",
    "| task | n | right | acc ± stderr | unreadable | failed |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...scores.tasks.map((task) => {
      const failed = Object.values(task.failed).reduce((sum, count) => sum + count, 0);
      return `| ${codeSpan(task.task)} | ${task.n} | ${task.correct} | ${accuracy(task)} | ${task.unreadable} | ${failed} |`;
    }),
    "",
    `Scored with ${Object.values(report.scoring.modes).map(codeSpan).join(", ")} at ${report.prompts.fewShots} shots.`,
    "",
    ...report.caveats.map((caveat) => `- ${escaped(caveat)}`),
    ...(report.caveats.length > 0 ? [""] : []),
  ].join("\n");
}

/** Where all or none are right, no spread shows how sure that is. */
function accuracy({ acc, stderr }: Accuracy): string {
  return acc === null ? "-" : `${share(acc)}${stderr === null || stderr === 0 ? "" : ` ± ${stderr.toFixed(4)}`}`;
}

function share(value: number | null): string {
  return value === null ? "-" : value.toFixed(4);
}
