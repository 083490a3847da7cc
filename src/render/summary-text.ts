import { counted } from "../domain/counted.js";
import { formatDuration } from "../domain/duration.js";
import { printable } from "../domain/printable.js";

type Counts = Readonly<Record<string, number>>;

/** What gen-answers did, in a few lines. */
export function answersText(summary: {
  readonly total: number;
  readonly resumed: number;
  readonly answered: number;
  readonly failed: Counts;
  readonly failedExample?: string;
  readonly replacedLines: number;
  readonly paths: { readonly records: string; readonly failed: string };
  readonly movedAside?: string;
}): string {
  const lines = [
    `${counted(summary.total, "question")}: ${summary.resumed + summary.answered} answered (${summary.resumed} by earlier runs)${failures(summary.failed, "failed")}`,
    `answers   ${summary.paths.records}`,
    ...failureLines(summary),
  ];
  if (summary.replacedLines > 0)
    lines.push(
      `note      ${counted(summary.replacedLines, "line")} of the answers removed: a later line answers the same question, and that one counts`,
    );
  if (summary.movedAside !== undefined) lines.push(`earlier   ${summary.movedAside}`);
  return `${lines.join("\n")}\n`;
}

/** What judge-answers did, in a few lines. */
export function judgmentsText(summary: {
  readonly expected: number;
  readonly resumed: number;
  readonly scored: number;
  readonly unscored: Counts;
  readonly failed: Counts;
  readonly unanswered: number;
  readonly failedExample?: string;
  readonly paths: { readonly records: string; readonly failed: string };
}): string {
  const unanswered = summary.unanswered > 0 ? `; ${counted(summary.unanswered, "turn")} unanswered` : "";
  const lines = [
    `${counted(summary.expected, "judgment")} (${summary.resumed} by earlier runs): ${summary.scored} scored${failures(summary.unscored, "unscored")}${failures(summary.failed, "failed")}${unanswered}`,
    `judgments ${summary.paths.records}`,
    ...failureLines(summary),
  ];
  return `${lines.join("\n")}\n`;
}

/** Where failures stand, and what was said to one of them. */
function failureLines({
  failed,
  failedExample,
  paths,
}: {
  readonly failed: Counts;
  readonly failedExample?: string;
  readonly paths: { readonly failed: string };
}): string[] {
  if (Object.keys(failed).length === 0) return [];
  const example = failedExample === undefined ? [] : [`such as   ${printable(failedExample)}`];
  return [`failures  ${paths.failed}`, ...example];
}

function failures(counts: Counts, what: string): string {
  const entries = Object.entries(counts);
  return entries.length === 0 ? "" : `; ${what}: ${entries.map(([reason, count]) => `${count} ${reason}`).join(", ")}`;
}

interface Standing {
  readonly stage: string;
  readonly model: string;
  readonly total: number;
  readonly done: number;
  readonly resumed: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cell?: { readonly candidate: string; readonly branch: string };
}

/** Tells a stage from all others that go on at the same time: of a comparison there are two of each. */
export function progressLabel({ stage, model, cell }: Pick<Standing, "stage" | "model" | "cell">): string {
  const of = cell === undefined || cell.candidate === model ? "" : ` of ${printable(cell.candidate)}`;
  const on = cell === undefined ? "" : ` on ${printable(cell.branch)}`;
  return `${stage} ${printable(model)}${of}${on}`;
}

/** One line on where a stage stands. What earlier runs finished counts neither in the rate nor in the time that remains. */
export function progressText(now: Standing, elapsedMs: number): string {
  return [
    `${progressLabel(now)}: ${now.done}/${now.total}`,
    rateText(now, elapsedMs),
    `${now.failed} errors`,
    `${now.promptTokens + now.completionTokens} tokens`,
  ].join(", ");
}

/** Rate and remaining time, `ETA -` while nothing is known. */
export function rateText(now: Pick<Standing, "total" | "done" | "resumed">, elapsedMs: number): string {
  const finished = now.done - now.resumed;
  const perSecond = elapsedMs > 0 ? (finished * 1_000) / elapsedMs : 0;
  if (now.done >= now.total) return `${perSecond.toFixed(1)}/s`;
  const remaining = perSecond > 0 ? formatDuration(((now.total - now.done) / perSecond) * 1_000) : "-";
  return `${perSecond.toFixed(1)}/s, ETA ${remaining}`;
}
