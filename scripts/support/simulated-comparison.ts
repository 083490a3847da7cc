import type { ComparedQuestion, QuestionScore } from "../../src/domain/comparison/compared-question.js";
import { mtBenchScale } from "../../src/domain/mt-bench/rating.js";
import type { SeededRandom } from "./seeded-random.js";

/** How two models and their questions are, in points of the scale. */
export interface Scenario {
  readonly files: number;
  /** the first of them are changed, the others unchanged */
  readonly changed: number;
  readonly questionsOf: (file: number, random: SeededRandom) => number;
  /** mean score before noise and rounding */
  readonly level: number;
  /** standard deviation of a file's level */
  readonly fileSpread: number;
  readonly questionSpread: number;
  readonly answerNoise: number;
  readonly judgeNoise: number;
  /** answers per question, each judged once */
  readonly repeats: number;
  /** standard deviation of what one model is better at on a question, without being better on average */
  readonly interactionSpread: number;
  /** ln of the factor by which all noise of a file differs, as a standard deviation */
  readonly noiseSpread: number;
  /** what the tuned model really gained on a file */
  readonly gainOf: (file: number) => number;
}

/** Mostly 5, else 3 to 15 questions. */
function mostlyFive(_: number, { uniform }: SeededRandom): number {
  return uniform() < 0.6 ? 5 : 3 + Math.floor(uniform() * 13);
}

/** Two equal models, as issue and decision 8 describe them. */
export const equalModels: Scenario = {
  files: 30,
  changed: 10,
  questionsOf: mostlyFive,
  level: 6,
  fileSpread: 0,
  questionSpread: 1.5,
  answerNoise: 0.5,
  judgeNoise: 0.3,
  repeats: 1,
  interactionSpread: 0,
  noiseSpread: 0,
  gainOf: () => 0,
};

/** The scores of one comparison. */
export function simulateComparison(scenario: Scenario, random: SeededRandom): ComparedQuestion[] {
  const questions: ComparedQuestion[] = [];
  for (let file = 0; file < scenario.files; file++) {
    const count = scenario.questionsOf(file, random);
    const fileLevel = scenario.level + scenario.fileSpread * random.normal();
    const noiseFactor = scenario.noiseSpread === 0 ? 1 : Math.exp(scenario.noiseSpread * random.normal());
    const group = file < scenario.changed ? "changed" : "unchanged";
    for (let index = 0; index < count; index++) {
      const level = fileLevel + scenario.questionSpread * random.normal();
      const interaction = scenario.interactionSpread === 0 ? 0 : scenario.interactionSpread * random.normal();
      const score = (trueScore: number): QuestionScore => reducedScore(trueScore, { scenario, noiseFactor, random });
      const base = score(level);
      const tuned = score(level + noiseFactor * interaction + scenario.gainOf(file));
      questions.push({ id: `${file}.${index}`, qnaFile: `${file}`, group, base, tuned });
    }
  }
  return questions;
}

interface Judging {
  readonly scenario: Scenario;
  readonly noiseFactor: number;
  readonly random: SeededRandom;
}

function reducedScore(trueScore: number, { scenario, noiseFactor, random }: Judging): QuestionScore {
  let sum = 0;
  for (let repeat = 0; repeat < scenario.repeats; repeat++) {
    const noise = scenario.answerNoise * random.normal() + scenario.judgeNoise * random.normal();
    sum += Math.min(mtBenchScale.max, Math.max(mtBenchScale.min, Math.round(trueScore + noiseFactor * noise)));
  }
  const repeats = scenario.repeats;
  return {
    kind: "scored",
    mean: sum / repeats,
    answers: repeats,
    judgments: repeats,
    answerSpread: null,
    judgeSpread: null,
  };
}
