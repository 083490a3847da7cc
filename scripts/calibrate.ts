/**
 * Whether the comparison's verdicts and intervals keep what they promise: simulates comparisons of two equal models and counts false
 * verdicts and coverage, for each candidate test; then the power to see one file that truly gained; then what "any difference is an
 * improvement" would have said. The figures are in docs/decisions/0008-comparison-statistics.md.
 * `npm run calibrate [-- --runs N] [--seed N]`.
 */
import { parseArgs } from "node:util";
import { compareScores, type Comparison } from "../src/domain/comparison/comparison.js";
import { candidates, callsOf, type Candidate } from "./support/candidate-tests.js";
import { median } from "./support/figures.js";
import { seededRandom, type SeededRandom } from "./support/seeded-random.js";
import { equalModels, simulateComparison, type Scenario } from "./support/simulated-comparison.js";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const runs = Number(flags.runs);
const started = performance.now();

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Each scenario has its own stream of random numbers, so that adding one changes no other. */
let stream = 0;
const nextRandom = (): SeededRandom => seededRandom(Number(flags.seed) * 1_000_003 + stream++ * 7_919);

function differencesOf(comparison: Comparison): Map<string, number[]> {
  const differences = new Map<string, number[]>();
  for (const { qnaFile, difference } of comparison.pairs) {
    const values = differences.get(qnaFile);
    if (values) values.push(difference);
    else differences.set(qnaFile, [difference]);
  }
  return differences;
}

/** Counts how many of the intervals that exist hold the truth. */
class Coverage {
  #held = 0;
  #count = 0;
  add(interval: readonly [number, number] | null, truth: number): void {
    if (interval === null) return;
    this.#count++;
    if (interval[0] <= truth && truth <= interval[1]) this.#held++;
  }
  share(): string {
    return this.#count === 0 ? "–" : percent(this.#held / this.#count);
  }
}

function checkEqualModels(name: string, scenario: Scenario, count: number, tests: readonly Candidate[]): void {
  const random = nextRandom();
  const falseRuns = new Map<Candidate, number>(tests.map((test) => [test, 0]));
  const coverage = { files: new Coverage(), changed: new Coverage(), unchanged: new Coverage(), all: new Coverage() };
  const priors: number[] = [];
  let labelled = 0;
  let files = 0;
  for (let run = 0; run < count; run++) {
    const comparison = compareScores(simulateComparison(scenario, random));
    const differences = tests.length > 1 ? differencesOf(comparison) : new Map<string, number[]>();
    for (const test of tests) {
      const { learned, regressed } = callsOf(test, comparison, differences);
      if (learned.size + regressed.size > 0) falseRuns.set(test, (falseRuns.get(test) ?? 0) + 1);
    }
    for (const file of comparison.files) {
      coverage.files.add(file.interval, 0);
      if (file.difference !== 0) labelled++;
    }
    files += comparison.files.length;
    for (const group of ["changed", "unchanged", "all"] as const)
      coverage[group].add(comparison.groups[group].interval, 0);
    const degrees = comparison.prior?.degrees ?? 0;
    priors.push(degrees === "infinite" ? Infinity : degrees);
  }
  const rates = tests.map((test) => `${test} ${percent((falseRuns.get(test) ?? 0) / count)}`).join(", ");
  const { files: file, changed, unchanged, all } = coverage;
  console.log(`${name} (${count} runs)`);
  console.log(`  runs with a false verdict: ${rates}`);
  console.log(
    `  95 % intervals that hold the truth: files ${file.share()}, changed ${changed.share()}, unchanged ${unchanged.share()}, all ${all.share()}`,
  );
  console.log(
    `  median prior degrees ${median(priors).toFixed(0)}; any difference is a label: ${percent(labelled / files)} of files`,
  );
}

const gainedFile = 0;

function powerOf(scenario: Scenario, count: number): Map<Candidate, number> {
  const random = nextRandom();
  const found = new Map<Candidate, number>(candidates.map((test) => [test, 0]));
  for (let run = 0; run < count; run++) {
    const comparison = compareScores(simulateComparison(scenario, random));
    const differences = differencesOf(comparison);
    for (const test of candidates) {
      if (callsOf(test, comparison, differences).learned.has(String(gainedFile)))
        found.set(test, (found.get(test) ?? 0) + 1);
    }
  }
  return new Map([...found].map(([test, times]) => [test, times / count]));
}

/** The file that gained has 5 questions, whatever the others have. */
function withGain(scenario: Scenario, gain: number): Scenario {
  return {
    ...scenario,
    questionsOf: (file, random) => (file === gainedFile ? 5 : scenario.questionsOf(file, random)),
    gainOf: (file) => (file === gainedFile ? gain : 0),
  };
}

function medianDetectable(scenario: Scenario, count: number): number {
  const random = nextRandom();
  const values = Array.from({ length: count }, () => {
    const comparison = compareScores(simulateComparison(withGain(scenario, 0), random));
    return comparison.files[gainedFile]?.detectable ?? NaN;
  });
  return median(values);
}

const tenth = Math.max(1, Math.round(runs / 10));
const fewer: readonly Candidate[] = ["paired t", "moderated t"];

/** How far one may be from what is stated. */
const nearTheTop: Partial<Scenario> = { level: 9, fileSpread: 0.7 };
const unequalNoise: Partial<Scenario> = { noiseSpread: 0.5 };
const byQuestion: Partial<Scenario> = { interactionSpread: 1.5 };

console.log("Two equal models\n");
checkEqualModels("as stated", equalModels, runs, candidates);
const variations: readonly (readonly [string, Partial<Scenario>])[] = [
  ["3 repeats", { repeats: 3 }],
  ["5 repeats", { repeats: 5 }],
  ["files of 3", { questionsOf: () => 3 }],
  ["files of 1 to 40", { questionsOf: (_, { uniform }) => 1 + Math.floor(40 * uniform() ** 3) }],
  ["near the top of the scale", nearTheTop],
  ["little noise, many ties", { answerNoise: 0.2, judgeNoise: 0.1 }],
  ["files differ in noise", unequalNoise],
  ["models differ by question", byQuestion],
  ["models differ by question, files in noise", { ...unequalNoise, ...byQuestion }],
  ["1 changed of 1", { changed: 1, files: 1 }],
  ["1 changed of 3, files differ in noise", { changed: 1, files: 3, ...unequalNoise }],
  ["3 changed of 6", { changed: 3, files: 6 }],
  ["3 changed of 6, files of 3", { changed: 3, files: 6, questionsOf: () => 3 }],
  ["3 changed of 10, files differ in noise", { changed: 3, files: 10, ...unequalNoise }],
  ["1 changed of 30", { changed: 1 }],
];
for (const [name, variation] of variations) checkEqualModels(name, { ...equalModels, ...variation }, tenth, fewer);
checkEqualModels("6 changed of 151", { ...equalModels, changed: 6, files: 151 }, Math.ceil(tenth / 2), fewer);

console.log("\nPower: one changed file of 5 questions that truly gained, among 10 changed and 20 unchanged\n");
for (const repeats of [1, 3, 5]) {
  for (const gain of [1, 1.5, 2, 3]) {
    const power = powerOf(withGain({ ...equalModels, repeats }, gain), tenth);
    console.log(
      `  ${repeats} repeats, +${gain}: ${candidates.map((test) => `${test} ${percent(power.get(test) ?? 0)}`).join(", ")}`,
    );
  }
}
for (const repeats of [1, 3, 5]) {
  const detectable = medianDetectable({ ...equalModels, repeats }, Math.min(tenth, 100));
  const power = powerOf(withGain({ ...equalModels, repeats }, detectable), tenth).get("moderated t") ?? 0;
  console.log(
    `  ${repeats} repeats: detectable with 80 % power said to be ${detectable.toFixed(2)}, found ${percent(power)}`,
  );
}
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
