import { chunkRecords } from "../domain/page/page-chunk.js";
import type { JudgmentRecord, PageRecord, PageSummary } from "../domain/page/page-data.js";
import { recordPlace } from "../domain/page/page-data.js";

/** Where a page's data come from: the page itself, or a server. */
export interface PageSource {
  summary(): Promise<PageSummary>;
  /** the records of a chunk */
  chunk(number: number): Promise<readonly PageRecord[]>;
}

/** Data that lie compressed in elements of the document. The page is shown before the browser has come to the last of them. */
export function embeddedSource(within: Document): PageSource {
  return {
    summary: async () => parseSummary(await inflate(await dataElement(within, "summary"))),
    chunk: async (number) => chunkRecords(await inflate(await dataElement(within, `chunk-${number}`))),
  };
}

/** The text of an element that is there as a whole: something stands behind it, or the document has ended. */
async function dataElement(within: Document, id: string): Promise<string> {
  const early = within.getElementById(id);
  if (early === null || early.nextSibling === null) await parsed(within);
  const element = early ?? within.getElementById(id);
  if (element === null) throw new Error("the file was cut off and does not hold them");
  return element.textContent;
}

/** Resolves when the browser has read the whole document. */
async function parsed(within: Document): Promise<void> {
  if (within.readyState !== "loading") return;
  await new Promise<void>((resolve) => {
    within.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
  });
}

// What branchbench wrote is taken as it is: the page and its data are one file of one version.
const parseSummary: (text: string) => PageSummary = JSON.parse;

async function inflate(base64: string): Promise<string> {
  const binary = atob(base64);
  const bytes = Uint8Array.from({ length: binary.length }, (_, index) => binary.charCodeAt(index));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

/** Chunks that stay inflated: what was looked at last. */
const chunksKept = 24;

/** A record as it is shown. */
export type ShownRecord = Exclude<PageRecord, JudgmentRecord> | ShownJudgment;
export type ShownJudgment = JudgmentRecord & { readonly isStale: boolean; readonly isLeftOut: boolean };

/** Reads records by their locators. */
export type RecordReader = (locators: readonly number[]) => Promise<ShownRecord[]>;

type Uncounted = Pick<PageSummary, "stale" | "leftOut">;

/** Keeps the chunks that were read last. */
export function recordReader(source: PageSource, { stale, leftOut }: Uncounted): RecordReader {
  const changed = new Set(stale);
  const beyond = new Set(leftOut);
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
        if (record?.kind !== "judgment") return record;
        return { ...record, isStale: changed.has(locator), isLeftOut: beyond.has(locator) };
      }),
    );
    return found.filter((record) => record !== undefined);
  };
}
