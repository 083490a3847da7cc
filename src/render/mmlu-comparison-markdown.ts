import { codeBlock, codeSpan, escaped, shortened } from "../domain/markdown-text.js";
import { moreThanShown, type McqExample, type MmluComparison } from "../domain/mmlu/mmlu-comparison.js";
import { overallHead, overallRows, taskHead, taskRows } from "./mmlu-comparison-rows.js";

const exampleLength = 1_500;
/** GitHub refuses comments of 65,536 characters; a folder of tasks that would fill one is shown by its first ones. */
const shownTasks = 150;

/** A comment for a pull request: the verdict, every task, some questions that changed, and how to do it again. */
export function mmluComparisonMarkdown(result: MmluComparison): string {
  const tasks = taskRows(result, codeSpan);
  const { base, tuned } = result.models;
  const { partial } = result.reports.tuned;
  return [
    "## Does the model know more?",
    "",
    `**${result.sentence}**`,
    "",
    ...(partial === null ? [] : [`**Partial:** ${codeSpan(partial)}`, ""]),
    `${codeSpan(tuned)} against ${codeSpan(base)}, tasks of ${codeSpan(result.tasksFrom)}.`,
    "",
    ...table(overallHead, overallRows(result)),
    "",
    ...table(taskHead, tasks.slice(0, shownTasks)),
    ...(tasks.length > shownTasks
      ? ["", `… and ${tasks.length - shownTasks} more tasks; \`--format json\` has all.`]
      : []),
    "",
    ...examples("Newly right", result.gains, moreThanShown(result, "gained")),
    ...examples("Newly wrong", result.losses, moreThanShown(result, "lost")),
    ...(result.caveats.length > 0
      ? ["### Mind", "", ...result.caveats.map((caveat) => `- ${escaped(caveat)}`), ""]
      : []),
    "<details><summary>How to reproduce</summary>",
    "",
    codeBlock(`${result.reproduce.command}\n\nmanifest sha256 ${result.reproduce.manifestSha256}`),
    "",
    "</details>",
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ];
}

/** @param more how many there are beside them */
function examples(title: string, found: readonly McqExample[], more: number): string[] {
  if (found.length === 0) return [];
  return [
    `<details><summary>${title}</summary>`,
    "",
    ...found.flatMap(({ task, id, question, choices, gold }) => [
      `${codeSpan(task)}, question ${id}`,
      "",
      codeBlock(shortened(`${question}\n\n→ ${choices[gold] ?? ""}`, exampleLength)),
      "",
    ]),
    ...(more > 0 ? [`… and ${more} more; \`--format csv\` has all.`, ""] : []),
    "</details>",
    "",
  ];
}
