import type { BranchComparison, ComparedExample } from "../../src/domain/comparison/branch-comparison.js";
import type { ComparedQuestion, QuestionScore } from "../../src/domain/comparison/compared-question.js";
import { compareScores } from "../../src/domain/comparison/comparison.js";
import { verdictSentence } from "../../src/domain/comparison/branch-comparison.js";
import { clusteredMean } from "../../src/domain/statistics/statistics.js";

export function scored(mean: number): QuestionScore {
  return { kind: "scored", mean, answers: 1, judgments: 1, answerSpread: null, judgeSpread: null };
}

/** Five questions in each of a few files: one learned, one worse, the rest as before. */
export function comparedQuestions(
  files: readonly (readonly [name: string, group: "changed" | "unchanged", base: number, tuned: number])[],
): ComparedQuestion[] {
  return files.flatMap(([qnaFile, group, base, tuned]) =>
    Array.from({ length: 5 }, (_, index) => ({
      id: `${qnaFile}-${index}`,
      qnaFile,
      group,
      base: scored(base),
      tuned: scored(Math.min(10, tuned + (index === 0 ? 0.5 : 0))),
    })),
  );
}

export const usualFiles = [
  ["skills/new/qna.yaml", "changed", 2, 8],
  ["skills/worse/qna.yaml", "unchanged", 8, 3],
  ...Array.from({ length: 6 }, (_, index) => [`skills/same-${index}/qna.yaml`, "unchanged", 7, 7] as const),
] as const;

/** A whole comparison around these scores; texts as given. */
export function branchComparison(
  questions: readonly ComparedQuestion[] = comparedQuestions(usualFiles),
  text = "text",
): BranchComparison {
  const comparison = compareScores(questions);
  const example: ComparedExample = {
    id: "1",
    qnaFile: text,
    question: text,
    reference: text,
    base: { score: 2, answer: text },
    tuned: { score: 8, answer: text },
  };
  const cell = (model: string, branch: string, mean: number) => ({
    model,
    branch,
    overall: clusteredMean([[mean], [mean]]),
    errorRate: 0,
    files: [{ qnaFile: "a/qna.yaml", mean, n: 2 }],
  });
  return {
    kind: "branchbench-branch-comparison",
    sentence: verdictSentence(comparison),
    base: { branch: "main", commit: "a".repeat(40), skipped: { files: 0, examples: 0 } },
    branch: { branch: text, commit: null, skipped: { files: 1, examples: 2 } },
    models: { base: "base", tuned: text, judge: "judge" },
    cells: [cell("base", "main", 5.78), cell(text, "main", 6), cell("base", text, 5), cell(text, text, 6)],
    comparison,
    knowledgeFiles: 0,
    gains: [example],
    losses: [example],
    leftOut: comparison.leftOut.map((pair) => ({ ...pair, question: text })),
    caveats: ["mind this"],
    reproduce: { command: "branchbench compare …", manifestSha256: "0".repeat(64) },
  };
}
