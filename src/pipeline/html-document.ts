import type { PageSummary } from "../domain/page/page-data.js";
import { gzip } from "../io/gzip.js";
import { readPageAssets } from "../io/page-assets.js";
import { htmlPage } from "../render/html.js";
import type { PageSink } from "./page-records.js";

/**
 * A report page in pieces. The summary, which is whole when the last record has been read, stands before the texts; until then these wait in
 * memory, compressed.
 */
export async function* htmlDocument(
  title: string,
  collect: (sink: PageSink) => Promise<PageSummary>,
): AsyncGenerator<string> {
  const page = htmlPage({ ...(await readPageAssets("page")), title });
  const chunks: { readonly number: number; readonly bytes: Uint8Array }[] = [];
  const summary = await collect({
    chunk: async (number, bytes) => void chunks.push({ number, bytes }),
  });
  yield page.start(await gzip(JSON.stringify(summary)));
  for (const { number, bytes } of chunks) yield* page.chunk(number, bytes);
  yield page.end;
}
