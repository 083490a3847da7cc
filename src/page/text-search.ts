import type { PageRecord, PageSummary } from "../domain/page/page-data.js";
import type { McqOutcomeRecord } from "../domain/page/page-mmlu.js";
import { recordLocator } from "../domain/page/page-data.js";
import type { PageSource } from "./source.js";

/** How far a search has come. */
export interface SearchState {
  readonly words: string;
  /** rows of which some text holds the words */
  readonly found: ReadonlySet<number>;
  /** 0 to 1 */
  readonly progress: number;
}

/** Goes through all texts of a page, chunk by chunk, and says how far it is. */
export async function searchTexts(
  { source, summary }: { readonly source: PageSource; readonly summary: PageSummary },
  words: string,
  { onProgress, signal }: { readonly onProgress: (state: SearchState) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { rows, chunks } = placesOfRecords(summary);
  const wanted = words.toLowerCase();
  const found = new Set<number>();
  for (let chunk = 0; chunk < chunks; chunk++) {
    const records = await source.chunk(chunk);
    if (signal.aborted) return;
    for (const [position, record] of records.entries()) {
      const row = rows.get(recordLocator(chunk, position));
      if (row !== undefined && !found.has(row) && holds(record, wanted)) found.add(row);
    }
    if (chunk % 8 === 7 || chunk === chunks - 1)
      onProgress({ words, found: new Set(found), progress: (chunk + 1) / chunks });
  }
}

function placesOfRecords({ questions }: PageSummary): { readonly rows: Map<number, number>; readonly chunks: number } {
  const rows = new Map<number, number>();
  let last = -1;
  for (const [row, locators] of questions.records.entries())
    for (const locator of locators) {
      rows.set(locator, row);
      last = Math.max(last, locator);
    }
  return { rows, chunks: last === -1 ? 0 : Math.floor(last / recordLocator(1, 0)) + 1 };
}

function holds(record: PageRecord, words: string): boolean {
  return textsOf(record).some((text) => text.toLowerCase().includes(words));
}

function mcqTexts(outcome: McqOutcomeRecord["outcome"]): readonly string[] {
  return outcome.kind === "failed" ? [outcome.reason, outcome.message] : [outcome.text ?? ""];
}

function textsOf(record: PageRecord): readonly string[] {
  if (record.kind === "question") return [...record.turns, ...record.reference];
  if (record.kind === "answer") return record.turns.flatMap(({ text, reasoning = "" }) => [text, reasoning]);
  if (record.kind === "mcq-question")
    return record.asked === null ? [] : [record.asked.question, ...record.asked.choices];
  if (record.kind === "mcq-outcome") return mcqTexts(record.outcome);
  return [record.text, record.reason ?? ""];
}
