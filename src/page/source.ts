import type { AnswerRecord, JudgmentRecord, PageRecord, PageSummary, QuestionRecord } from "../domain/page-data.js";
import { recordPlace } from "../domain/page-data.js";

/** Where a page's data come from: the page itself, or a server. */
export interface PageSource {
  summary(): Promise<PageSummary>;
  /** the records of a chunk; empty where there is no such chunk */
  chunk(number: number): Promise<readonly PageRecord[]>;
}

/** Data that lie compressed in elements of the document. */
export function embeddedSource(within: Document): PageSource {
  return {
    summary: async () => {
      const text = within.getElementById("summary")?.textContent;
      if (text === undefined) throw new Error("the file holds no report; it may have been cut off");
      return parseSummary(await inflate(text));
    },
    chunk: async (number) => {
      const text = within.getElementById(`chunk-${number}`)?.textContent;
      return text === undefined ? [] : parseRecords(await inflate(text));
    },
  };
}

// What branchbench wrote is taken as it is: the page and its data are one file of one version.
const parseSummary: (text: string) => PageSummary = JSON.parse;
const parseRecords: (text: string) => PageRecord[] = JSON.parse;

async function inflate(base64: string): Promise<string> {
  const binary = atob(base64);
  const bytes = Uint8Array.from({ length: binary.length }, (_, index) => binary.charCodeAt(index));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

/** Chunks that stay inflated: what was looked at last. */
const chunksKept = 24;

/** A record as it is shown. */
export type ShownRecord = QuestionRecord | AnswerRecord | ShownJudgment;
export type ShownJudgment = JudgmentRecord & { readonly isStale: boolean };

/** Reads records by their locators. */
export type RecordReader = (locators: readonly number[]) => Promise<ShownRecord[]>;

/** Keeps the chunks that were read last. */
export function recordReader(source: PageSource, { stale }: Pick<PageSummary, "stale">): RecordReader {
  const changed = new Set(stale);
  const kept = new Map<number, Promise<readonly PageRecord[]>>();
  const chunk = (number: number): Promise<readonly PageRecord[]> => {
    const found = kept.get(number) ?? source.chunk(number);
    kept.delete(number);
    kept.set(number, found);
    for (const oldest of kept.keys()) {
      if (kept.size <= chunksKept) break;
      kept.delete(oldest);
    }
    return found;
  };
  return async (locators) => {
    const found = await Promise.all(
      locators.map(async (locator) => {
        const { chunk: number, position } = recordPlace(locator);
        const record = (await chunk(number))[position];
        return record?.kind === "judgment" ? { ...record, isStale: changed.has(locator) } : record;
      }),
    );
    return found.filter((record) => record !== undefined);
  };
}
