/** The benchmark whose questions come from a taxonomy branch. */
export const branchBench = "mt_bench_branch";
