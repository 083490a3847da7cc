import { readFile, writeFile } from "node:fs/promises";
import type { McqOutcome, McqTask } from "../../src/domain/scoring/multiple-choice.js";
import { faultOfFileName } from "../../src/domain/output-name.js";
import { mmluBranch } from "../../src/pipeline/mmlu-branch.js";
import { mmluInput, mmluPorts, sampleTask } from "./mcq.js";
import { xssNames, xssVectors } from "./xss-vectors.js";

/** vectors in each question, one for each of its four choices */
const together = 4;

/** How many questions hold all vectors. */
export const hostileQuestions = Math.ceil(xssVectors.length / together);

const taskNames = xssNames.filter((name) => faultOfFileName(name) === undefined && name.length > 12);

/**
 * Writes results of multiple choice, and their comparison, all of whose texts and names are vectors: each stands in a question, in a choice,
 * in a written answer or a failure of each model.
 */
export async function writeHostileMmlu(
  folder: string,
  models: { readonly base: string; readonly tuned: string },
): Promise<void> {
  const tasks = [0, 1, 2].map((place) => hostileTask(place));
  const { model: _, ...asked } = mmluInput(folder, tasks, {
    dataNotes: [at(0), at(1), at(2)],
    tasksLeftOut: at(3),
    prompts: { fewShots: 2, fewShotsFrom: "dev", chat: "none", systemPrompt: at(4), maxLength: null },
  });
  const { base, tuned } = { base: hostilePorts(0), tuned: hostilePorts(1) };
  const { base: first } = await mmluBranch({ asked, models, tasksFrom: at(5), command: at(6) }, { base, tuned });
  // a category that nobody but a hand could have written
  const results = await readFile(first.resultsFile, "utf8");
  await writeFile(
    first.resultsFile,
    results.replaceAll('"stem"', () => JSON.stringify(at(7))),
  );
}

function at(index: number): string {
  return xssVectors[index % xssVectors.length]?.text ?? "";
}

function vectorsOf(question: number): string[] {
  return Array.from({ length: together }, (_, index) => at(question * together + index));
}

function hostileTask(place: number): McqTask {
  const name = taskNames[place * 11] ?? "t";
  const numbers = Array.from({ length: hostileQuestions }, (_, index) => index).filter((index) => index % 3 === place);
  const docs = numbers.map((number, id) => {
    const choices = vectorsOf(number);
    const question = choices.toReversed().join("\n");
    return { id, question, choices, gold: number % together, row: { question, choices, number } };
  });
  return { ...sampleTask("anatomy", 1), name, alias: at(place + 9), description: at(place + 12), docs };
}

/** @param shift what makes the models differ */
function hostilePorts(shift: number) {
  const { ports } = mmluPorts(({ doc }) => hostileOutcome(doc.choices, doc.id + shift));
  return {
    ...ports,
    scoring: { ...ports.scoring, findings: [at(15), at(16)] },
    server: { url: at(17), models: [at(18), at(19)] },
  };
}

const cost = { requests: 1, promptTokens: 20, completionTokens: 9 };

function hostileOutcome(vectors: readonly string[], id: number): McqOutcome {
  const [first = "", ...rest] = [...vectors.slice(id % together), ...vectors.slice(0, id % together)];
  const text = [first, ...rest].join("\n\n");
  if (id % 7 === 3) return { kind: "failed", reason: "timeout", message: text, requests: 1 };
  if (id % 7 === 5) return { kind: "unreadable", way: "generate", text, ...cost };
  return { kind: "chosen", way: "generate", choice: id % together, logprobs: [], text, ...cost };
}
