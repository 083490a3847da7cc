/** No probability is above 1, so that no logarithm of one is above 0; but for what 16-bit numbers lose. */
export const mostLogprob = 1e-3;

/** What is said of a number above. vLLM tells raw scores of its model where it is served so. */
export function noLogprob(token: string | undefined, value: number): string {
  return `the server tells ${value} as the log-probability of the token ${JSON.stringify(token)}, and none can be above 0 (vLLM: serve without --logprobs-mode raw_logits)`;
}
