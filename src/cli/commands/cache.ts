import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { parseDurationMs } from "../../domain/duration.js";

export interface CacheOptions {
  readonly cacheDir?: string;
  readonly json?: true;
}

export type CachePruneOptions = CacheOptions & { readonly olderThan: number };

/** Also days, which no time-out needs. */
function age(text: string): number {
  const days = /^(\d+)d$/.exec(text)?.[1];
  const ageMs = days === undefined ? parseDurationMs(text) : Number(days) * 86_400_000;
  if (ageMs === undefined) throw new InvalidArgumentError("It must be a duration with a unit, such as 30d, 12h or 0s.");
  return ageMs;
}

export function cacheCommand(
  parent: Command,
  actions: {
    readonly info: (options: CacheOptions) => Promise<void>;
    readonly prune: (options: CachePruneOptions) => Promise<void>;
  },
): void {
  const cache = parent
    .command("cache")
    .description("the replies that compare keeps, so that nothing is paid for twice");
  const add = (name: string, description: string): Command =>
    cache
      .command(name)
      .description(description)
      .option("--cache-dir <folder>", "where replies are cached (env: BRANCHBENCH_CACHE_DIR)")
      .option("--json", "print one JSON document instead of text");
  add("info", "say where the cache is and how much it holds").action((options: CacheOptions) => actions.info(options));
  add("prune", "remove old replies")
    .requiredOption("--older-than <age>", "such as 30d; 0s removes everything", age)
    .action((options: CachePruneOptions) => actions.prune(options));
}
