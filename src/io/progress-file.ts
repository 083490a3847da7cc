import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const intervalMs = 1_000;

/**
 * Keeps a small JSON file up to date for people and tools that watch a run from outside: at most one write a second, and one for each
 * final state. It is no record: a write that fails is passed over, the records themselves say what is done.
 */
export function progressFile(path: string, now: () => number): (snapshot: { readonly state: string }) => void {
  let written = -Infinity;
  const started = now();
  return (snapshot) => {
    const time = now();
    if (snapshot.state === "running" && time - written < intervalMs) return;
    written = time;
    try {
      mkdirSync(dirname(path), { recursive: true });
      const text = { ...snapshot, started: new Date(started).toISOString(), updated: new Date(time).toISOString() };
      writeFileSync(`${path}.tmp`, `${JSON.stringify(text, null, 2)}\n`);
      renameSync(`${path}.tmp`, path);
    } catch {
      // see above: progress is for watching only
    }
  };
}
