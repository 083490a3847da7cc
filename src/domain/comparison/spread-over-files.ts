/**
 * So many of a list, as different as may be: the first of each file, then the second of each, and so on. What is taken keeps the order of
 * the list.
 */
export function spreadOverFiles<Item extends { readonly qnaFile: string }>(
  items: readonly Item[],
  count: number,
): Item[] {
  const seen = new Map<string, number>();
  const ranked = items.map((item) => {
    const rank = seen.get(item.qnaFile) ?? 0;
    seen.set(item.qnaFile, rank + 1);
    return { item, rank };
  });
  const taken = new Set(ranked.toSorted((left, right) => left.rank - right.rank).slice(0, count));
  return ranked.filter((entry) => taken.has(entry)).map(({ item }) => item);
}
