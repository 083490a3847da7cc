/**
 * FastChat's reading of a judge's reply: the first `[[n]]` anywhere, else the first `[n]`.
 * Upstream: `fastchat/llm_judge/common.py`, copied to `instructlab/eval/mt_bench_common.py`.
 */

/** Python's `\d` is every decimal digit of Unicode, so `\p{Nd}`; written so that a run of digits is read once. */
const doubleBracket = /\[\[(\p{Nd}+(?:\.\p{Nd}*)?)\]\]/u;
const singleBracket = /\[(\p{Nd}+(?:\.\p{Nd}*)?)\]/u;

/** What Python takes for a number: a float, or an integer without leading zeros (any row of zeros is 0). */
const pythonNumber = /^(?:[0-9]+\.[0-9]*|0+|[1-9][0-9]*)$/;

/**
 * The number that upstream's two patterns find, or undefined where they find none, where Python's `ast.literal_eval`
 * raises (`[[08]]`, digits that are not ASCII) and where the number is too large to be finite.
 */
export function findFastChatNumber(text: string): number | undefined {
  const literal = (doubleBracket.exec(text) ?? singleBracket.exec(text))?.[1];
  if (literal === undefined || !pythonNumber.test(literal)) return undefined;
  const value = Number(literal);
  return Number.isFinite(value) ? value : undefined;
}
