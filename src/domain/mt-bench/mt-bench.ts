/**
 * MT-Bench's protocol as FastChat and instructlab/eval run it.
 * Source: fastchat/llm_judge/common.py, instructlab/eval mt_bench_common.py and mt_bench_answers.py.
 */

/** Sampling temperature per category; other categories take `defaultTemperature`. */
const categoryTemperatures: ReadonlyMap<string, number> = new Map([
  ["writing", 0.7],
  ["roleplay", 0.7],
  ["extraction", 0],
  ["math", 0],
  ["coding", 0],
  ["reasoning", 0],
  ["stem", 0.1],
  ["humanities", 0.1],
  ["arena-hard-200", 0],
]);

const defaultTemperature = 0.7;

/** The eight categories in the order in which results are shown. */
export const mtBenchCategories = [
  "writing",
  "roleplay",
  "reasoning",
  "math",
  "coding",
  "extraction",
  "stem",
  "humanities",
] as const;

/** Categories whose answers are judged against a reference. */
const referenceCategories: ReadonlySet<string> = new Set(["math", "reasoning", "coding", "arena-hard-200", "taxonomy"]);

export const answerMaxTokens = 1024;
export const judgeMaxTokens = 2048;
export const judgeTemperature = 0;

export function needsReference(category: string): boolean {
  return referenceCategories.has(category);
}

/** Whether MT-Bench names a temperature for the category, or the default of 0.7 will be used. */
export function hasCategoryTemperature(category: string): boolean {
  return categoryTemperatures.has(category);
}

/** An explicit temperature wins over the question's own, which wins over its category's. */
export function answerTemperature(
  question: { readonly category: string; readonly requiredTemperature?: number },
  override: number | undefined,
): number {
  return override ?? question.requiredTemperature ?? categoryTemperatures.get(question.category) ?? defaultTemperature;
}
