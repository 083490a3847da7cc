import type { ComparisonCell } from "./branch-comparison.js";
import { pythonRound } from "../python-number.js";

interface ChangedFile {
  readonly qnaFile: string;
  readonly before: number;
  readonly after: number;
  /** rounded as upstream rounds it */
  readonly delta: number;
}

/** Upstream's sections: any difference of two means is an improvement or a regression. */
export interface IlabSections {
  readonly improvements: readonly ChangedFile[];
  readonly regressions: readonly ChangedFile[];
  readonly unchanged: readonly ChangedFile[];
  readonly added: readonly { readonly qnaFile: string; readonly mean: number }[];
  /** plain mean of both runs' error rates */
  readonly errorRate: number;
}

/** Compares file means by instructlab's rules (model/evaluate.py): base model on the base branch, tuned model on the branch. */
export function compareFileMeans(base: ComparisonCell, tuned: ComparisonCell): IlabSections {
  const before = new Map(base.files.map(({ qnaFile, mean }) => [qnaFile, mean]));
  const files = tuned.files.flatMap(({ qnaFile, mean }) => {
    const earlier = before.get(qnaFile);
    return earlier === undefined ? [] : [{ qnaFile, before: earlier, after: mean, delta: pythonRound(mean - earlier) }];
  });
  return {
    improvements: files.filter((file) => file.after > file.before).sort((left, right) => right.delta - left.delta),
    regressions: files.filter((file) => file.after < file.before).sort((left, right) => left.delta - right.delta),
    unchanged: files.filter((file) => file.after === file.before),
    added: tuned.files.filter(({ qnaFile }) => !before.has(qnaFile)),
    errorRate: (base.errorRate + tuned.errorRate) / 2,
  };
}
