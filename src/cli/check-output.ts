import type { OutputNeighbours } from "../io/output-file.js";
import { requireOutputFile } from "../io/output-file.js";

interface OutputFileOptions {
  readonly outputDir: string;
  readonly output?: string;
  readonly taxonomyPath?: string;
}

/** Options whose folders hold inputs. */
const inputFolders: ReadonlySet<string> = new Set(["tasksDir", "mmluData", "dataDir", "cacheDir"]);

/** Refuses an `--output` that would replace what any other option names. Comes first: a run may cost hours or money. */
export async function checkOutput(options: OutputFileOptions): Promise<void> {
  const { output, outputDir, taxonomyPath } = options;
  if (output === undefined) return;
  const others: [string, unknown][] = Object.entries({ ...options, output: undefined });
  const named = others.flatMap(([name, value]) => textsOf(value).map((text) => [name, text] as const));
  const flagged = (isWanted: (name: string) => boolean): OutputNeighbours["inputs"] =>
    named.filter(([name]) => isWanted(name)).map(([name, text]) => [flag(name), text] as const);
  await requireOutputFile(output, {
    outputDir,
    inputs: flagged((name) => !inputFolders.has(name)),
    inputFolders: flagged((name) => inputFolders.has(name)),
    ...(taxonomyPath !== undefined && { taxonomy: taxonomyPath }),
  });
}

/** `@FILE` names a file, too. */
function textsOf(value: unknown): string[] {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.filter((text) => typeof text === "string").map((text) => text.replace(/^@/, ""));
}

function flag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
