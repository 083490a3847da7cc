/** So many more places a list has that grows by itself, which is most of the memory of many short ones. */
const spare = 16;

/** The list with one more item: a copy without room to spare while it is short, the same list from then on. */
export function withOneMore<Item>(list: Item[], item: Item): Item[] {
  if (list.length < spare) return [...list, item];
  list.push(item);
  return list;
}
