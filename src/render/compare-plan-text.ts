import Table from "cli-table3";
import type { AskCounts, ComparisonPlan } from "../domain/comparison/comparison-plan.js";
import { printable } from "../domain/printable.js";

/** What a comparison would ask: each cell, the sums, then the first request of each kind in full. */
export function comparePlanText({ base, branch, sharedQuestions, cells, models, first }: ComparisonPlan): string {
  const table = new Table({
    head: ["model", "questions of", "", "needed", "on disk", "cached", "shared", "to ask"],
    style: { head: [], border: [] },
  });
  for (const { model, branch: name, answers, judgments } of cells) {
    table.push([printable(model), printable(name), "answers", ...numbers(answers)]);
    table.push(["", "", "judgments", ...numbers(judgments)]);
  }
  return [
    `questions: ${base.questions} of ${printable(base.branch)}, ${branch.questions} of ${printable(branch.branch)}, ${sharedQuestions} in both`,
    table.toString(),
    ...models.map(
      ({ model, requests, promptTokens, completionTokens }) =>
        `${printable(model)}: ${requests} requests, about ${promptTokens} prompt tokens, at most ${completionTokens} completion tokens`,
    ),
    "shared: the same request as one above, asked once; the judge is asked less where both models answer word for word the same",
    "",
    ...first.map(({ kind, model, temperature, messages }) =>
      [
        `--- ${printable(kind)}, to ${printable(model)} (temperature ${temperature})`,
        ...messages.map(({ role, content }) => `[${role}] ${content.split(/\r?\n/).map(printable).join("\n")}`),
      ].join("\n"),
    ),
    "",
  ].join("\n");
}

function numbers({ needed, onDisk, cached, shared, requests }: AskCounts): string[] {
  return [needed, onDisk, cached, shared, requests].map(String);
}
