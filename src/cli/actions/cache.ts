import { formatBytes } from "../../domain/byte-size.js";
import { cacheInfo, pruneCache } from "../../io/response-cache.js";
import type { CacheOptions, CachePruneOptions } from "../commands/cache.js";
import type { Host } from "../host.js";
import { cacheDir, printResult } from "../run-context.js";

export async function cacheInfoAction(options: CacheOptions, host: Host): Promise<number> {
  const folder = cacheDir(options, host);
  const info = await cacheInfo(folder);
  printResult(host, options, {
    value: { folder, ...info },
    text: `${info.entries} replies, ${formatBytes(info.bytes)}, in ${folder}\n`,
  });
  return 0;
}

export async function cachePruneAction(options: CachePruneOptions, host: Host): Promise<number> {
  const folder = cacheDir(options, host);
  const result = await pruneCache(folder, Date.now() - options.olderThan);
  printResult(host, options, {
    value: { folder, ...result },
    text: `${result.removed} replies removed, ${result.kept} kept\n`,
  });
  return 0;
}
