import type { PageSummary } from "../domain/page-data.js";
import { gzip } from "../io/gzip.js";
import { readPageAssets } from "../io/page-assets.js";
import { htmlPage } from "../render/html.js";
import { channel } from "./channel.js";
import type { PageSink } from "./page-records.js";

/** Pieces that wait to be written; each is about 50 kB. */
const piecesWaiting = 4;

/** A report page in pieces, made while the records are read. */
export async function* htmlDocument(
  title: string,
  collect: (sink: PageSink) => Promise<PageSummary>,
): AsyncGenerator<string> {
  const page = htmlPage({ ...(await readPageAssets("page")), title });
  const pieces = channel<string>(piecesWaiting);
  const work = collect({ chunk: (number, bytes) => pieces.push(page.chunk(number, bytes)) }).finally(() =>
    pieces.close(),
  );
  // seen where it is awaited below, or nowhere when the reader has gone
  work.catch(() => undefined);
  try {
    yield page.start;
    yield* pieces.items();
    yield page.end(await gzip(JSON.stringify(await work)));
  } finally {
    pieces.close();
  }
}
