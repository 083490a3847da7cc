import type { LmEvalSample } from "../domain/mmlu/lm-eval-files.js";
import { lmEvalSample } from "../domain/mmlu/lm-eval-files.js";
import type { SampleHashes } from "../domain/mmlu/lm-eval-hashes.js";
import { hashText, sampleHashes } from "../domain/mmlu/lm-eval-hashes.js";
import type { PackedPrompt } from "../domain/mmlu/mmlu-prompt.js";
import { unpackedPrompt } from "../domain/mmlu/mmlu-prompt.js";
import type { McqPrompt } from "../domain/scoring/multiple-choice.js";
import type { FilePart, JoinedLine } from "../io/write-jsonl.js";
import { jsonTextStager } from "../io/write-jsonl.js";

/** Answered questions of a task, in the order of its file, and the place of its samples file: what a thread needs to write them. */
export interface AnsweredQuestions {
  readonly path: string;
  readonly part: FilePart;
  readonly questions: readonly AnsweredQuestion[];
}

/** A question with what came of it. */
export interface AnsweredQuestion extends Pick<LmEvalSample, "doc" | "outcome"> {
  readonly prompt: PackedPrompt | McqPrompt;
  readonly promptHash: string;
}

const stageLines = jsonTextStager();

/** Stages a task's samples file, or a part of it after those before. Returns what the hash of the task is made of. */
export async function stageSamples({ path, part, questions }: AnsweredQuestions): Promise<string> {
  const hashes: SampleHashes[] = [];
  await stageLines(path, sampleLines(questions, hashes), part);
  return hashText(hashes);
}

function* sampleLines(questions: readonly AnsweredQuestion[], made: SampleHashes[]): Generator<JoinedLine> {
  for (const { doc, prompt, promptHash, outcome } of questions) {
    const hashes = sampleHashes(doc, promptHash);
    made.push(hashes);
    yield lmEvalSample({ doc, prompt: "parts" in prompt ? unpackedPrompt(prompt) : prompt, outcome, hashes });
  }
}
