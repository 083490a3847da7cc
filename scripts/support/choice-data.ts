import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { completionRefused } from "./logged-request.js";

/** CSV files as `mmlu --mmlu-data` takes them. */
export interface ChoiceData {
  readonly folder: string;
  readonly subjects: readonly string[];
}

const columns = "question,choice0,choice1,choice2,choice3,answer";
const exampleCount = 5;

/** Writes made-up questions of each subject, one in 23 of which the server refuses. */
export async function writeChoiceData({ folder, subjects }: ChoiceData, questionsPerSubject: number): Promise<void> {
  for (const split of ["dev", "test"] as const) {
    await mkdir(join(folder, split), { recursive: true });
    const count = split === "dev" ? exampleCount : questionsPerSubject;
    for (const subject of subjects) {
      const rows = Array.from({ length: count }, (_, index) => choiceRow(`${subject} ${split}`, index));
      await writeFile(join(folder, split, `${subject}_${split}.csv`), `${[columns, ...rows].join("\n")}\n`);
    }
  }
}

function choiceRow(about: string, index: number): string {
  const isRefused = about.endsWith("test") && index % 23 === 22;
  const question = `"Frage ${index} zu ${about}:\nwelche, „${index}“?${isRefused ? ` ${completionRefused}` : ""}"`;
  return [question, `${index}`, "eins ", '"zwei, drei"', "", index % 4].join(",");
}
