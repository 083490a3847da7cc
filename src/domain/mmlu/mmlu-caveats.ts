import type { MmluReport } from "./mmlu-report.js";

/** What to mind of several models' results: what all say is said once, and whether they were asked alike. */
export function mmluCaveats(reports: readonly MmluReport[]): string[] {
  const [first, ...others] = reports;
  if (first === undefined) return [];
  const shared = first.caveats.filter((caveat) => others.every(({ caveats }) => caveats.includes(caveat)));
  const own = reports.flatMap(({ model, caveats }) =>
    caveats.filter((caveat) => !shared.includes(caveat)).map((caveat) => `${model}: ${caveat}`),
  );
  const unlike = others.flatMap((report) => {
    const ways = differences(first, report);
    return ways.length === 0
      ? []
      : [`${report.model} and ${first.model} were not asked alike (${ways.join(", ")}): their scores hardly compare`];
  });
  return [...unlike, ...shared, ...own];
}

function differences(left: MmluReport, right: MmluReport): string[] {
  const parts: readonly (readonly [string, (report: MmluReport) => unknown])[] = [
    ["examples", ({ prompts }) => [prompts.fewShots, prompts.fewShotsFrom]],
    ["chat", ({ prompts }) => prompts.chat],
    ["system prompt", ({ prompts }) => prompts.systemPrompt],
    ["longest prompt", ({ prompts }) => prompts.maxLength],
    ["way of scoring", ({ scoring }) => [scoring.modes["letters"], scoring.modes["texts"]]],
    ["tasks", ({ scores }) => scores.tasks.map(({ task, selected }) => [task, selected])],
  ];
  return parts.flatMap(([name, of]) => (JSON.stringify(of(left)) === JSON.stringify(of(right)) ? [] : [name]));
}
