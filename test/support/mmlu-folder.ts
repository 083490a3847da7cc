import type { TempFolder } from "./temp-folder.js";
import { tempFolder } from "./temp-folder.js";

export const mmluHeader = "question,choice0,choice1,choice2,choice3,answer";

/** Rows with commas and quotes; the right answers go round. */
export function mmluCsvRows(subject: string, count: number): string {
  return Array.from(
    { length: count },
    (_, id) => `"Is this ${subject} ${id}?",one,two ,"three, or ""3""",four,${id % 4}`,
  ).join("\n");
}

/** A folder as `--mmlu-data` takes it under `data`, with so many questions of each subject and five examples. */
export async function mmluFolder(counts: Readonly<Record<string, number>>): Promise<TempFolder> {
  const folder = await tempFolder();
  for (const [subject, count] of Object.entries(counts)) {
    await folder.write(`data/dev/${subject}_dev.csv`, `${mmluHeader}\n${mmluCsvRows(`${subject} example`, 5)}\n`);
    await folder.write(`data/test/${subject}_test.csv`, `${mmluHeader}\n${mmluCsvRows(subject, count)}\n`);
  }
  return folder;
}
