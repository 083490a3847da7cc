/** Goes through ordered items side by side with others. */
export interface Cursor<Key, Item> {
  /** The items of a key. Keys must be asked for in order; items of keys that nobody asks for are passed over. */
  take(key: Key): Promise<Item[]>;
  close(): Promise<void>;
}

/** @param onPassed told of each item that is passed over */
export function cursor<Key, Item extends { readonly key: Key }>(
  items: AsyncGenerator<Item>,
  compare: (left: Key, right: Key) => number,
  onPassed?: (item: Item) => void,
): Cursor<Key, Item> {
  let next: IteratorResult<Item, unknown> | undefined;
  return {
    async take(key) {
      const taken: Item[] = [];
      for (next ??= await items.next(); next.done !== true; next = await items.next()) {
        const order = compare(next.value.key, key);
        if (order > 0) break;
        if (order === 0) taken.push(next.value);
        else onPassed?.(next.value);
      }
      return taken;
    },
    async close() {
      await items.return(undefined);
    },
  };
}
